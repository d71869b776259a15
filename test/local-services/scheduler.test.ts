import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  paginateListSchedules,
  SchedulerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Clock, VirtualClock } from '../../local/kernel/clock.ts';
import { createLambda, deployFunction } from '../../local/lambda/service.ts';
import { createScheduler } from '../../local/scheduler/service.ts';
import { createSqs } from '../../local/sqs/service.ts';
import { createStates } from '../../local/states/service.ts';
import { ACME, errorName, GLOBEX, REGION, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 2, 12);
const clock = new VirtualClock(START);
const functionArn = `arn:aws:lambda:${REGION}:${ACME}:function:record`;
const roleArn = (name: string) => `arn:aws:iam::${ACME}:role/${name}`;
const queueArn = `arn:aws:sqs:${REGION}:${ACME}:dead-letters`;

let world: TwoAccounts;
let acme: SchedulerClient;

const client = (account: 'acme' | 'globex') => new SchedulerClient(world.config(world[account]));
const trusting = (service: string, condition?: Record<string, Record<string, unknown>>) => ({
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

interface Recorded {
  readonly test: string;
  readonly arn: string;
  readonly time: string;
  readonly execution: string;
  readonly attempt: string;
}

const input = (test: string): string =>
  JSON.stringify({
    test,
    arn: '<aws.scheduler.schedule-arn>',
    time: '<aws.scheduler.scheduled-time>',
    execution: '<aws.scheduler.execution-id>',
    attempt: '<aws.scheduler.attempt-number>',
  });

const recorded = (test: string): Recorded[] => {
  const file = join(world.dataDir, 'record');
  // the last one may be under way
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  return lines.map((line) => JSON.parse(line) as Recorded).filter((event) => event.test === test);
};

const until = async (what: string, done: () => boolean | Promise<boolean>): Promise<void> => {
  for (let waited = 0; !(await done()); waited += 10) {
    assert.ok(waited < 5_000, `not within 5 s: ${what}`);
    await clock.advance(0);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

/** The scheduled times of what the function has got, once there are as many. */
const times = async (test: string, count: number): Promise<string[]> => {
  await until(`${count} events of ${test}`, () => recorded(test).length >= count);
  return recorded(test)
    .map(({ time }) => time)
    .sort();
};

const schedule = (Name: string, more: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput => ({
  Name,
  ScheduleExpression: 'rate(5 minutes)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: functionArn, RoleArn: roleArn('schedules'), Input: input(Name) },
  ...more,
});

const create = (Name: string, more: Partial<CreateScheduleCommandInput> = {}) =>
  acme.send(new CreateScheduleCommand(schedule(Name, more)));

const at = (time: number): string => `at(${new Date(time).toISOString().slice(0, 19)})`;
const iso = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z');

/** To the next whole hour, so that cron times are easily named. */
const toTheHour = async (): Promise<number> => {
  const hour = Math.ceil(clock.now() / (60 * MINUTE)) * 60 * MINUTE;
  await clock.advance(hour - clock.now());
  return hour;
};

test('a schedule is read back as AWS shows it, and is in the list', async () => {
  const { ScheduleArn } = await create('shown', {
    ScheduleExpression: 'cron(0 3 * * ? *)',
    Description: 'every night',
  });
  assert.equal(ScheduleArn, `arn:aws:scheduler:${REGION}:${ACME}:schedule/default/shown`);
  const { $metadata, ...shown } = await acme.send(new GetScheduleCommand({ Name: 'shown' }));
  assert.deepEqual(shown, {
    ActionAfterCompletion: 'NONE',
    Arn: ScheduleArn,
    CreationDate: new Date(clock.now()),
    Description: 'every night',
    FlexibleTimeWindow: { Mode: 'OFF' },
    GroupName: 'default',
    LastModificationDate: new Date(clock.now()),
    Name: 'shown',
    ScheduleExpression: 'cron(0 3 * * ? *)',
    ScheduleExpressionTimezone: 'UTC',
    State: 'ENABLED',
    Target: {
      Arn: functionArn,
      Input: input('shown'),
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
      RoleArn: roleArn('schedules'),
    },
  });
  const { Schedules } = await acme.send(new ListSchedulesCommand({ GroupName: 'default', State: 'ENABLED' }));
  assert.deepEqual(
    Schedules?.map(({ Arn, Target }) => [Arn, Target]),
    [[ScheduleArn, { Arn: functionArn }]],
  );
});

test('lists come in pages; other accounts see nothing', async () => {
  for (const name of ['a-1', 'a-2', 'a-3', 'b-1']) await create(name, { State: 'DISABLED' });
  const names: (string | undefined)[] = [];
  let pages = 0;
  for await (const page of paginateListSchedules({ client: acme, pageSize: 2 }, { NamePrefix: 'a-' })) {
    names.push(...(page.Schedules ?? []).map(({ Name }) => Name));
    pages++;
  }
  assert.deepEqual(names, ['a-1', 'a-2', 'a-3']);
  assert.equal(pages, 2);
  const globex = client('globex');
  assert.deepEqual((await globex.send(new ListSchedulesCommand({}))).Schedules, []);
  assert.equal(await errorName(globex.send(new GetScheduleCommand({ Name: 'a-1' }))), 'ResourceNotFoundException');
});

test('the function is invoked at each due time with the context attributes filled in', async () => {
  const hour = await toTheHour();
  const { ScheduleArn } = await create('cron', { ScheduleExpression: 'cron(10/20 * * * ? *)' });
  await clock.advance(60 * MINUTE);
  assert.deepEqual(
    await times('cron', 3),
    [10, 30, 50].map((minute) => iso(hour + minute * MINUTE)),
  );
  const events = recorded('cron');
  assert.ok(events.every(({ arn, attempt }) => arn === ScheduleArn && attempt === '1'));
  assert.equal(new Set(events.map(({ execution }) => execution)).size, 3);
});

test('a rate starts at once, or at its StartDate, and ends with its EndDate', async () => {
  const now = clock.now();
  await create('at-once', { EndDate: new Date(now + 11 * MINUTE) });
  await create('later', { StartDate: new Date(now + 7 * MINUTE), EndDate: new Date(now + 12 * MINUTE) });
  await clock.advance(60 * MINUTE);
  assert.deepEqual(
    await times('at-once', 3),
    [0, 5, 10].map((minute) => iso(now + minute * MINUTE)),
  );
  assert.deepEqual(
    await times('later', 2),
    [7, 12].map((minute) => iso(now + minute * MINUTE)),
  );
});

test('a disabled schedule is not due; enabled again, it is due at its next time, not at those it missed', async () => {
  const hour = await toTheHour();
  const hourly = { ScheduleExpression: 'cron(30 * * * ? *)' };
  await create('paused', { ...hourly, State: 'DISABLED' });
  await clock.advance(120 * MINUTE);
  await acme.send(new UpdateScheduleCommand(schedule('paused', hourly)));
  assert.equal((await acme.send(new GetScheduleCommand({ Name: 'paused' }))).State, 'ENABLED');
  await clock.advance(60 * MINUTE);
  assert.deepEqual(await times('paused', 1), [iso(hour + 150 * MINUTE)]);
});

test('an update replaces the expression and the target at once', async () => {
  const hour = await toTheHour();
  await create('changed', { ScheduleExpression: 'cron(10 * * * ? *)' });
  await acme.send(
    new UpdateScheduleCommand(
      schedule('changed', {
        ScheduleExpression: 'cron(20 * * * ? *)',
        Target: { Arn: functionArn, RoleArn: roleArn('schedules'), Input: input('changed-2') },
      }),
    ),
  );
  await clock.advance(59 * MINUTE);
  assert.deepEqual(await times('changed-2', 1), [iso(hour + 20 * MINUTE)]);
  assert.deepEqual(recorded('changed'), []);
});

test('a one-time schedule is due once, and is deleted afterwards if it asks for that', async () => {
  const due = (await toTheHour()) + 5 * MINUTE;
  await create('once', { ScheduleExpression: at(due) });
  await create('once-gone', { ScheduleExpression: at(due), ActionAfterCompletion: 'DELETE' });
  await clock.advance(180 * MINUTE);
  assert.deepEqual(await times('once', 1), [iso(due)]);
  assert.deepEqual(await times('once-gone', 1), [iso(due)]);
  const { Schedules } = await acme.send(new ListSchedulesCommand({}));
  assert.deepEqual(
    Schedules?.map(({ Name }) => Name),
    ['once'],
  );
  // Another description is no other time.
  await acme.send(new UpdateScheduleCommand(schedule('once', { ScheduleExpression: at(due), Description: 'over' })));
  await clock.advance(60 * MINUTE);
  assert.equal(recorded('once').length, 1);
});

test('a flexible window delays the invocation, never the scheduled time, and never beyond the window', async () => {
  const hour = await toTheHour();
  const before = await world.cloud.trail.mark();
  await create('flexible', {
    ScheduleExpression: 'cron(0 * * * ? *)',
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
  });
  await clock.advance(8 * 60 * MINUTE);
  const due = await times('flexible', 8);
  assert.ok(due.every((time) => Date.parse(time) % (60 * MINUTE) === 0));
  const invoked = await world.cloud.trail.records({ since: before, eventName: 'Invoke', account: ACME });
  const delays = invoked.map(({ eventTime }) => (Date.parse(eventTime) - hour) % (60 * MINUTE));
  assert.ok(delays.every((delay) => delay <= 30 * MINUTE));
  assert.ok(new Set(delays).size > 4, 'the delays differ');
});

test('a state machine is started with the input', async () => {
  const states = new SFNClient(world.config(world.acme));
  world.cloud.admin.putRole({ accountId: ACME, name: 'machines', trustPolicy: trusting('states.amazonaws.com') });
  const { stateMachineArn } = await states.send(
    new CreateStateMachineCommand({
      name: 'nightly',
      roleArn: roleArn('machines'),
      definition: JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Succeed' } } }),
    }),
  );
  const due = clock.now() + MINUTE;
  const second = Math.floor(due / 1000) * 1000;
  await create('machine', {
    ScheduleExpression: at(second),
    Target: { Arn: stateMachineArn, RoleArn: roleArn('schedules'), Input: input('machine') },
  });
  await clock.advance(2 * MINUTE);
  const { executions = [] } = await states.send(new ListExecutionsCommand({ stateMachineArn }));
  assert.equal(executions.length, 1);
  const execution = await states.send(new DescribeExecutionCommand({ executionArn: executions[0]?.executionArn }));
  assert.equal((JSON.parse(execution.input ?? '{}') as Recorded).time, iso(second));
});

test('a target without input gets a Scheduled Event', async () => {
  await create('no-input', {
    ScheduleExpression: at(clock.now() + MINUTE),
    Target: { Arn: functionArn, RoleArn: roleArn('schedules') },
  });
  await clock.advance(2 * MINUTE);
  const events = () =>
    readFileSync(join(world.dataDir, 'record'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ source }) => source === 'aws.scheduler');
  await until('the event', () => events().length > 0);
  const [event] = events();
  assert.equal(event?.['detail-type'], 'Scheduled Event');
  assert.deepEqual(event?.resources, [`arn:aws:scheduler:${REGION}:${ACME}:schedule/default/no-input`]);
});

test('a throttled invocation is made again, later and with the next attempt number', async () => {
  world.cloud.faults.add({ service: 'lambda', operation: 'Invoke', kind: 'throttle', count: 2 });
  const due = Math.floor(clock.now() / 1000) * 1000 + MINUTE;
  await create('throttled', { ScheduleExpression: at(due) });
  await clock.advance(MINUTE);
  await clock.advance(5_000);
  await times('throttled', 1);
  const [event] = recorded('throttled');
  assert.deepEqual([event?.time, event?.attempt], [iso(due), '3']);
});

/** Takes all dead letters. */
const letters = async (): Promise<{ body: string; attributes: Record<string, string> }[]> => {
  const sqs = new SQSClient(world.config(world.acme));
  const QueueUrl = `${world.cloud.endpoint}/${ACME}/dead-letters`;
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], MaxNumberOfMessages: 10 }),
  );
  for (const { ReceiptHandle } of Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  return Messages.map(({ Body = '', MessageAttributes = {} }) => ({
    body: Body,
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
    ),
  }));
};

test('what the retry policy cannot deliver goes to the dead-letter queue; the default lasts a day', async () => {
  world.cloud.faults.add({ service: 'lambda', operation: 'Invoke', kind: 'error-500' });
  const due = Math.floor(clock.now() / 1000) * 1000 + MINUTE;
  const before = await world.cloud.trail.mark();
  const dead = (name: string, RetryPolicy: object | undefined) =>
    create(name, {
      ScheduleExpression: at(due),
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: functionArn,
        RoleArn: roleArn('schedules'),
        Input: JSON.stringify({ test: name }),
        DeadLetterConfig: { Arn: queueArn },
        ...(RetryPolicy && { RetryPolicy }),
      },
    });
  await dead('two-retries', { MaximumRetryAttempts: 2 });
  await dead('one-minute', { MaximumEventAgeInSeconds: 60 });
  await clock.advance(3 * MINUTE);
  const byName = async () =>
    new Map((await letters()).map((letter) => [letter.attributes.SCHEDULE_ARN?.split('/').at(-1), letter]));
  const found = await byName();
  assert.deepEqual([...found.keys()].sort(), ['one-minute', 'two-retries']);
  const letter = found.get('two-retries');
  assert.deepEqual(JSON.parse(letter?.body ?? ''), {
    FunctionName: functionArn,
    InvocationType: 'Event',
    Payload: '{"test":"two-retries"}',
  });
  const { ERROR_MESSAGE, EXECUTION_ID, ...attributes } = letter?.attributes ?? {};
  assert.match(EXECUTION_ID ?? '', /^[0-9a-f]{16}$/);
  assert.deepEqual(attributes, {
    ERROR_CODE: 'ServiceException',
    EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
    IS_PAYLOAD_TRUNCATED: 'false',
    RETRY_ATTEMPTS: '2',
    SCHEDULED_TIME: iso(due),
    SCHEDULE_ARN: `arn:aws:scheduler:${REGION}:${ACME}:schedule/default/two-retries`,
    TARGET_ARN: 'arn:aws:scheduler:::aws-sdk:lambda:invoke',
  });
  assert.equal(found.get('one-minute')?.attributes.EXHAUSTED_RETRY_CONDITION, 'MaximumEventAgeInSeconds');
  assert.deepEqual((await acme.send(new ListSchedulesCommand({}))).Schedules, [], 'completed ones are deleted');

  await create('a-day', {
    ScheduleExpression: at(clock.now() + MINUTE),
    Target: { Arn: functionArn, RoleArn: roleArn('schedules'), DeadLetterConfig: { Arn: queueArn } },
  });
  await clock.advance(25 * 60 * MINUTE);
  assert.equal((await byName()).get('a-day')?.attributes.RETRY_ATTEMPTS, '185');
  const invoked = await world.cloud.trail.records({ since: before, eventName: 'Invoke' });
  assert.equal(invoked.length, 3 + 6 + 186);
});

test('a permanent error goes to the dead-letter queue at once', async () => {
  await create('no-function', {
    ScheduleExpression: at(clock.now() + MINUTE),
    Target: {
      Arn: `arn:aws:lambda:${REGION}:${ACME}:function:absent`,
      RoleArn: roleArn('schedules'),
      DeadLetterConfig: { Arn: queueArn },
    },
  });
  await clock.advance(2 * MINUTE);
  const [letter, ...more] = await letters();
  assert.equal(more.length, 0);
  assert.equal(letter?.attributes.ERROR_CODE, 'ResourceNotFoundException');
  assert.equal(letter?.attributes.RETRY_ATTEMPTS, '0');
  assert.equal(letter?.attributes.EXHAUSTED_RETRY_CONDITION, undefined);
});

test('a role that may not invoke the function is denied, and not asked again', async () => {
  const before = await world.cloud.trail.mark();
  await create('denied', {
    ScheduleExpression: at(clock.now() + MINUTE),
    Target: { Arn: functionArn, RoleArn: roleArn('may-nothing'), Input: input('denied') },
  });
  await clock.advance(60 * MINUTE);
  const [only, ...more] = await world.cloud.trail.records({ since: before, eventName: 'Invoke' });
  assert.equal(more.length, 0);
  assert.equal(only?.errorCode, 'AccessDeniedException');
  assert.deepEqual(recorded('denied'), []);
});

test('after a restart schedules go on from then; what fell due meanwhile is not made up for', async () => {
  const hour = await toTheHour();
  await create('kept', { ScheduleExpression: 'cron(30 * * * ? *)' });
  await create('missed', { ScheduleExpression: at(hour + 40 * MINUTE) });
  const endpoint = world.cloud.endpoint;
  await world.cloud.stop();
  await clock.advance(120 * MINUTE);
  await world.restart();
  assert.notEqual(world.cloud.endpoint, endpoint);
  acme = client('acme');
  await clock.advance(60 * MINUTE);
  assert.deepEqual(await times('kept', 1), [iso(hour + 150 * MINUTE)]);
  assert.deepEqual(recorded('missed'), []);
});

test('an invocation that waits for its next attempt is made after a restart', async () => {
  world.cloud.faults.add({ service: 'lambda', operation: 'Invoke', kind: 'throttle', count: 1 });
  const due = Math.floor(clock.now() / 1000) * 1000 + MINUTE;
  await create('interrupted', { ScheduleExpression: at(due) });
  await clock.advance(MINUTE);
  const waiting = () => [...world.cloud.kernel.store.table<{ failures: number }>('scheduler.invocations').entries()];
  await until('the first attempt has failed', () => waiting()[0]?.value.failures === 1);
  await world.restart();
  acme = client('acme');
  await clock.advance(2_000);
  await times('interrupted', 1);
  assert.equal(recorded('interrupted')[0]?.attempt, '2');
});

test('a deleted schedule is not due any more, and neither is what it had on its way', async () => {
  world.cloud.faults.add({ service: 'lambda', operation: 'Invoke', kind: 'throttle', count: 3 });
  const gone = { ScheduleExpression: 'cron(* * * * ? *)' };
  await create('gone', gone);
  await clock.advance(MINUTE);
  await acme.send(new DeleteScheduleCommand({ Name: 'gone' }));
  await clock.advance(10 * MINUTE);
  assert.deepEqual(recorded('gone'), []);
  assert.equal(await errorName(acme.send(new GetScheduleCommand({ Name: 'gone' }))), 'ResourceNotFoundException');
});

test('a call whose answer was lost succeeds when it is made again; another with the same name conflicts', async () => {
  const retrying = new SchedulerClient({ ...world.config(world.acme), maxAttempts: 2 });
  const operations = ['CreateScheduleGroup', 'CreateSchedule', 'DeleteSchedule', 'DeleteScheduleGroup'];
  const lost = operations.map((operation) =>
    world.cloud.faults.add({ service: 'scheduler', operation, kind: 'timeout-after', nth: 1 }),
  );
  const off = schedule('again', { State: 'DISABLED', GroupName: 'group-again', ClientToken: 'token-1' });
  await retrying.send(new CreateScheduleGroupCommand({ Name: 'group-again' }));
  await retrying.send(new CreateScheduleCommand(off));
  for (const other of [{ Description: 'another' }, { ClientToken: 'token-2' }])
    await assert.rejects(acme.send(new CreateScheduleCommand({ ...off, ...other })), {
      name: 'ConflictException',
      message: 'Schedule again already exists.',
    });
  assert.equal(
    await errorName(acme.send(new CreateScheduleGroupCommand({ Name: 'group-again' }))),
    'ConflictException',
  );
  const gone = { Name: 'again', GroupName: 'group-again' };
  await retrying.send(new DeleteScheduleCommand(gone));
  await assert.rejects(acme.send(new DeleteScheduleCommand(gone)), {
    name: 'ResourceNotFoundException',
    message: 'Schedule again does not exist.',
  });
  await retrying.send(new DeleteScheduleGroupCommand({ Name: 'group-again' }));
  assert.deepEqual(
    lost.map(({ fired }) => fired),
    [1, 1, 1, 1],
  );
});

test('a machine that slept through due times runs the one that it woke up for, and not the others', async () => {
  let slept = 0;
  const sleepy: Clock = { now: () => clock.now() + slept, at: (time, fn) => clock.at(time - slept, fn) };
  const other = await startTwoAccounts([createScheduler, createLambda], sleepy);
  other.cloud.admin.putRole({ accountId: ACME, name: 'schedules', trustPolicy: trusting('scheduler.amazonaws.com') });
  await new SchedulerClient(other.config(other.acme)).send(new CreateScheduleCommand(schedule('dozing')));
  await clock.advance(MINUTE);
  slept = 180 * MINUTE;
  await clock.advance(6 * MINUTE);
  // At once; after five minutes, which were three hours; and on the next multiple of five.
  assert.equal((await other.cloud.trail.records({ eventName: 'Invoke' })).length, 3);
  await other.close();
});

test('groups hold schedules apart, have tags, and take their schedules with them', async () => {
  const { ScheduleGroupArn } = await acme.send(
    new CreateScheduleGroupCommand({ Name: 'plans', Tags: [{ Key: 'holdfast:plan', Value: 'gold' }] }),
  );
  assert.equal(ScheduleGroupArn, `arn:aws:scheduler:${REGION}:${ACME}:schedule-group/plans`);
  const group = await acme.send(new GetScheduleGroupCommand({ Name: 'plans' }));
  assert.deepEqual([group.State, group.Arn, group.CreationDate], ['ACTIVE', ScheduleGroupArn, new Date(clock.now())]);
  const named = async () =>
    (await acme.send(new ListScheduleGroupsCommand({}))).ScheduleGroups?.map(({ Name }) => Name);
  assert.deepEqual(await named(), ['default', 'plans']);

  await acme.send(new TagResourceCommand({ ResourceArn: ScheduleGroupArn, Tags: [{ Key: 'b', Value: '2' }] }));
  await acme.send(new UntagResourceCommand({ ResourceArn: ScheduleGroupArn, TagKeys: ['holdfast:plan'] }));
  const { Tags } = await acme.send(new ListTagsForResourceCommand({ ResourceArn: ScheduleGroupArn }));
  assert.deepEqual(Tags, [{ Key: 'b', Value: '2' }]);

  await create('same-name', { GroupName: 'plans' });
  await create('same-name', { State: 'DISABLED' });
  const { Schedules } = await acme.send(new ListSchedulesCommand({ GroupName: 'plans' }));
  assert.deepEqual(
    Schedules?.map(({ Arn }) => Arn),
    [`arn:aws:scheduler:${REGION}:${ACME}:schedule/plans/same-name`],
  );
  await acme.send(new DeleteScheduleGroupCommand({ Name: 'plans' }));
  assert.deepEqual(await named(), ['default']);
  assert.equal((await acme.send(new GetScheduleCommand({ Name: 'same-name' }))).State, 'DISABLED');
  await assert.rejects(acme.send(new GetScheduleCommand({ Name: 'same-name', GroupName: 'plans' })), {
    name: 'ResourceNotFoundException',
    message: 'Schedule group plans does not exist.',
  });
  assert.equal(await errorName(create('lost', { GroupName: 'plans' })), 'ResourceNotFoundException');
  assert.equal(await errorName(acme.send(new DeleteScheduleGroupCommand({ Name: 'default' }))), 'ValidationException');
});

test('a schedule that could not work is refused, as AWS refuses it', async () => {
  const target = { Arn: functionArn, RoleArn: roleArn('schedules') };
  const cannotAssume = 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.';
  const cases: readonly [Partial<CreateScheduleCommandInput>, RegExp | string][] = [
    [{ ScheduleExpression: 'cron(0 1 * * * *)' }, 'Invalid Schedule Expression cron(0 1 * * * *).'],
    [{ ScheduleExpressionTimezone: 'Mars/Olympus' }, /Timezone/],
    [
      { StartDate: new Date(clock.now() - 6 * MINUTE) },
      'The StartDate you specify cannot be earlier than 5 minutes ago.',
    ],
    [{ StartDate: new Date(clock.now()), EndDate: new Date(clock.now() - MINUTE) }, /EndDate/],
    [{ FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, /MaximumWindowInMinutes/],
    [{ FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1441 } }, /MaximumWindowInMinutes/],
    [{ Target: { ...target, Arn: 'backup' } }, 'Provided Arn is not in correct format.'],
    [{ Target: { ...target, Arn: queueArn } }, /functions and state machines only/],
    [{ Target: { ...target, Input: 'not json' } }, /well-formed JSON/],
    [{ Target: { ...target, RetryPolicy: { MaximumRetryAttempts: 186 } } }, /MaximumRetryAttempts/],
    [{ Target: { ...target, DeadLetterConfig: { Arn: `${queueArn}.fifo` } } }, /DeadLetterConfig/],
    [{ Target: { ...target, RoleArn: roleArn('functions') } }, cannotAssume],
    [{ Target: { ...target, RoleArn: roleArn('absent') } }, cannotAssume],
    // AWS tells a role's trust policy the group, never the schedule.
    [{ Name: 'nightly', Target: { ...target, RoleArn: roleArn('of-one-schedule') } }, cannotAssume],
    [{ Target: { ...target, RoleArn: `arn:aws:iam::${GLOBEX}:role/other` } }, /own account/],
    [{ Name: 'no spaces' }, /Name/],
  ];
  for (const [more, message] of cases)
    await assert.rejects(create('refused', more), { name: 'ValidationException', message }, JSON.stringify(more));
  assert.deepEqual((await acme.send(new ListSchedulesCommand({}))).Schedules, []);
});

test('who makes or changes a schedule must be allowed to pass its role, to the scheduler', async () => {
  const { admin } = world.cloud;
  const manage = { Effect: 'Allow' as const, Action: 'scheduler:*', Resource: '*' };
  const pass = (service: string) => ({
    Effect: 'Allow' as const,
    Action: 'iam:PassRole',
    Resource: roleArn('schedules'),
    Condition: { StringEquals: { 'iam:PassedToService': service } },
  });
  const as = (name: string, ...statements: object[]) => {
    admin.putUser({
      accountId: ACME,
      name,
      policies: { p: { Version: '2012-10-17', Statement: statements as never } },
    });
    return new SchedulerClient(world.config(admin.createAccessKey(ACME, name)));
  };
  const off = schedule('passed', { State: 'DISABLED' });
  await assert.rejects(as('no-pass', manage).send(new CreateScheduleCommand(off)), {
    name: 'AccessDeniedException',
    message: /iam:PassRole/,
  });
  const toLambda = as('to-lambda', manage, pass('lambda.amazonaws.com'));
  assert.equal(await errorName(toLambda.send(new CreateScheduleCommand(off))), 'AccessDeniedException');
  await as('operator', manage, pass('scheduler.amazonaws.com')).send(new CreateScheduleCommand(off));
  assert.equal(await errorName(as('no-pass-2', manage).send(new UpdateScheduleCommand(off))), 'AccessDeniedException');
  const ofGroup = { ...manage, Resource: `arn:aws:scheduler:${REGION}:${ACME}:schedule/default/*` };
  const limited = as('of-group', ofGroup);
  assert.equal((await limited.send(new GetScheduleCommand({ Name: 'passed' }))).Name, 'passed');
  assert.equal(
    await errorName(limited.send(new ListSchedulesCommand({ GroupName: 'default' }))),
    'AccessDeniedException',
  );
});
