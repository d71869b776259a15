import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  acme,
  at,
  clock,
  create,
  functionArn,
  input,
  invocations,
  iso,
  MINUTE,
  queueArn,
  type Recorded,
  recorded,
  restart,
  roleArn,
  times,
  toTheHour,
  trusting,
  until,
  world,
} from './scheduler-world.ts';
import { ACME, REGION } from './two-accounts.ts';

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
  const events = () => (invocations() as Record<string, unknown>[]).filter(({ source }) => source === 'aws.scheduler');
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
  await restart();
  assert.notEqual(world.cloud.endpoint, endpoint);
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
  await restart();
  await clock.advance(2_000);
  await times('interrupted', 1);
  assert.equal(recorded('interrupted')[0]?.attempt, '2');
});
