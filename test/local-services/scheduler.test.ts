import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import type { Clock } from '../../local/kernel/clock.ts';
import { createLambda } from '../../local/lambda/service.ts';
import { createScheduler } from '../../local/scheduler/service.ts';
import {
  acme,
  at,
  clock,
  create,
  functionArn,
  input,
  iso,
  MINUTE,
  recorded,
  roleArn,
  schedule,
  times,
  toTheHour,
  trusting,
  world,
} from './scheduler-world.ts';
import { ACME, errorName, startTwoAccounts } from './two-accounts.ts';

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

test('a deleted schedule is not due any more, and neither is what it had on its way', async () => {
  // what is made on a whole minute is due at once
  await toTheHour();
  await clock.advance(1_000);
  world.cloud.faults.add({ service: 'lambda', operation: 'Invoke', kind: 'throttle', count: 3 });
  const gone = { ScheduleExpression: 'cron(* * * * ? *)' };
  await create('gone', gone);
  await clock.advance(MINUTE);
  await acme.send(new DeleteScheduleCommand({ Name: 'gone' }));
  world.cloud.faults.clear();
  await clock.advance(10 * MINUTE);
  // once this one has come, an earlier one would have, too
  await create('later', { ScheduleExpression: at(clock.now() + MINUTE) });
  await clock.advance(2 * MINUTE);
  await times('later', 1);
  assert.deepEqual(recorded('gone'), []);
  assert.equal(await errorName(acme.send(new GetScheduleCommand({ Name: 'gone' }))), 'ResourceNotFoundException');
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
