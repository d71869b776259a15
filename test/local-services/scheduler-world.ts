/** A scheduler, its targets and their roles in one account, for tests that import it: time stands still but for `clock`. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { VirtualClock } from '../../local/kernel/clock.ts';
import { createLambda, deployFunction } from '../../local/lambda/service.ts';
import { createScheduler } from '../../local/scheduler/service.ts';
import { createSqs } from '../../local/sqs/service.ts';
import { createStates } from '../../local/states/service.ts';
import { ACME, REGION, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

export const MINUTE = 60_000;
export const START = Date.UTC(2026, 2, 2, 12);
export const clock = new VirtualClock(START);
export const functionArn = `arn:aws:lambda:${REGION}:${ACME}:function:record`;
export const roleArn = (name: string) => `arn:aws:iam::${ACME}:role/${name}`;
export const queueArn = `arn:aws:sqs:${REGION}:${ACME}:dead-letters`;

/** Both are others after `restart`. */
export let world: TwoAccounts;
export let acme: SchedulerClient;

export const client = (account: 'acme' | 'globex') => new SchedulerClient(world.config(world[account]));
export const trusting = (service: string, condition?: Record<string, Record<string, unknown>>) => ({
  Version: '2012-10-17',
  Statement: {
    Effect: 'Allow' as const,
    Principal: { Service: service },
    Action: 'sts:AssumeRole',
    ...(condition && { Condition: condition }),
  },
});

before(async () => {
  world = await startTwoAccounts([createLambda, createSqs, createStates, createScheduler], clock);
  acme = client('acme');
  const { admin, kernel } = world.cloud;
  admin.putRole({ accountId: ACME, name: 'functions', trustPolicy: trusting('lambda.amazonaws.com') });
  const allow = (Action: string, Resource: string) => ({ Statement: { Effect: 'Allow' as const, Action, Resource } });
  admin.putRole({
    accountId: ACME,
    name: 'schedules',
    trustPolicy: trusting('scheduler.amazonaws.com', {
      StringEquals: { 'aws:SourceAccount': ACME },
      ArnLike: { 'aws:SourceArn': `arn:aws:scheduler:${REGION}:${ACME}:schedule-group/*` },
    }),
    policies: {
      invoke: allow('lambda:InvokeFunction', functionArn),
      start: allow('states:StartExecution', '*'),
      letters: allow('sqs:SendMessage', queueArn),
    },
  });
  admin.putRole({
    accountId: ACME,
    name: 'of-one-schedule',
    trustPolicy: trusting('scheduler.amazonaws.com', {
      ArnLike: { 'aws:SourceArn': `arn:aws:scheduler:${REGION}:${ACME}:schedule/default/nightly` },
    }),
  });
  admin.putRole({ accountId: ACME, name: 'may-nothing', trustPolicy: trusting('scheduler.amazonaws.com') });
  deployFunction(kernel, {
    accountId: ACME,
    region: REGION,
    functionName: 'record',
    roleArn: roleArn('functions'),
    codePath: fileURLToPath(new URL('./functions/record.mjs', import.meta.url)),
    handlerExport: 'handler',
    environment: { RECORD: join(world.dataDir, 'record') },
    timeoutSeconds: 10,
    memoryMb: 128,
  });
  await new SQSClient(world.config(world.acme)).send(new CreateQueueCommand({ QueueName: 'dead-letters' }));
});
after(() => world.close());

afterEach(async () => {
  world.cloud.faults.clear();
  const left = await acme.send(new ListSchedulesCommand({}));
  for (const { Name, GroupName } of left.Schedules ?? [])
    await acme.send(new DeleteScheduleCommand({ Name, GroupName }));
});

export interface Recorded {
  readonly test: string;
  readonly arn: string;
  readonly time: string;
  readonly execution: string;
  readonly attempt: string;
}

export const input = (test: string): string =>
  JSON.stringify({
    test,
    arn: '<aws.scheduler.schedule-arn>',
    time: '<aws.scheduler.scheduled-time>',
    execution: '<aws.scheduler.execution-id>',
    attempt: '<aws.scheduler.attempt-number>',
  });

/** All that the function has got. */
export const invocations = (): unknown[] => {
  const file = join(world.dataDir, 'record');
  // the last one may be under way
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  return lines.map((line) => JSON.parse(line));
};

export const recorded = (test: string): Recorded[] =>
  (invocations() as Recorded[]).filter((event) => event.test === test);

export const until = async (what: string, done: () => boolean | Promise<boolean>): Promise<void> => {
  for (let waited = 0; !(await done()); waited += 10) {
    assert.ok(waited < 60_000, `not within a minute: ${what}`);
    await clock.advance(0);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** The scheduled times of what the function has got, once there are as many. */
export const times = async (test: string, count: number): Promise<string[]> => {
  await until(`${count} events of ${test}`, () => recorded(test).length >= count);
  return recorded(test)
    .map(({ time }) => time)
    .sort();
};

export const schedule = (Name: string, more: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput => ({
  Name,
  ScheduleExpression: 'rate(5 minutes)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: functionArn, RoleArn: roleArn('schedules'), Input: input(Name) },
  ...more,
});

export const create = (Name: string, more: Partial<CreateScheduleCommandInput> = {}) =>
  acme.send(new CreateScheduleCommand(schedule(Name, more)));

export const at = (time: number): string => `at(${new Date(time).toISOString().slice(0, 19)})`;
export const iso = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z');

/** To the next whole hour, so that cron times are easily named. */
export const toTheHour = async (): Promise<number> => {
  const hour = Math.ceil(clock.now() / (60 * MINUTE)) * 60 * MINUTE;
  await clock.advance(hour - clock.now());
  return hour;
};

/** The cloud anew, on what it has kept. */
export const restart = async (): Promise<void> => {
  await world.restart();
  acme = client('acme');
};
