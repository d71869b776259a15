import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, type HistoryEvent, REGION, ROLE, TestCloud } from './fake-cloud.ts';

const pass = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
const wait = { StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 60, End: true } } };
const days = 24 * 3_600_000;

test('a machine is created once; the same again is the same, another under its name is refused', async () => {
  const cloud = new TestCloud();
  const input = { name: 'nightly', definition: JSON.stringify(pass), roleArn: ROLE };
  const first = await cloud.api('CreateStateMachine', input);
  await cloud.clock.advance(5000);
  assert.deepEqual(await cloud.api('CreateStateMachine', input), first);
  await assert.rejects(cloud.api('CreateStateMachine', { ...input, definition: JSON.stringify(wait) }), {
    code: 'StateMachineAlreadyExists',
  });
  await assert.rejects(cloud.api('CreateStateMachine', { ...input, name: 'a b' }), { code: 'InvalidName' });
  await assert.rejects(cloud.api('CreateStateMachine', { ...input, name: 'c', definition: '{' }), {
    code: 'InvalidDefinition',
  });
  await assert.rejects(cloud.api('CreateStateMachine', { ...input, name: 'd', kmsKey: 'x' }), {
    code: 'ValidationException',
  });
  const { stateMachines } = await cloud.api<{ stateMachines: { name: string }[] }>('ListStateMachines', {});
  assert.deepEqual(
    stateMachines.map(({ name }) => name),
    ['nightly'],
  );
  await cloud.close();
});

test('an execution goes by the definition that it was started with, also when the machine is changed or deleted', async () => {
  const cloud = new TestCloud();
  const machine = await cloud.create('m', wait);
  const execution = await cloud.startExecution(machine);
  await cloud.api('UpdateStateMachine', { stateMachineArn: machine, definition: JSON.stringify(pass) });
  const described = await cloud.api<{ definition: string; roleArn: string }>('DescribeStateMachine', {
    stateMachineArn: machine,
  });
  assert.deepEqual(JSON.parse(described.definition), pass);
  const own = await cloud.api<{ definition: string }>('DescribeStateMachineForExecution', { executionArn: execution });
  assert.deepEqual(JSON.parse(own.definition), wait);
  await cloud.api('DeleteStateMachine', { stateMachineArn: machine });
  await cloud.restart();
  assert.equal((await cloud.finish(execution)).status, 'SUCCEEDED');
  await assert.rejects(cloud.startExecution(machine), { code: 'StateMachineDoesNotExist' });
  await cloud.close();
});

test('an execution name is used once in 90 days; the same start while it runs finds it', async () => {
  const cloud = new TestCloud();
  const machine = await cloud.create('m', wait);
  const execution = await cloud.startExecution(machine, { a: 1 }, 'job-1');
  assert.equal(execution, `arn:aws:states:${REGION}:${ACCOUNT}:execution:m:job-1`);
  assert.equal(await cloud.startExecution(machine, { a: 1 }, 'job-1'), execution);
  await assert.rejects(cloud.startExecution(machine, { a: 2 }, 'job-1'), { code: 'ExecutionAlreadyExists' });
  await cloud.finish(execution);
  await assert.rejects(cloud.startExecution(machine, { a: 1 }, 'job-1'), { code: 'ExecutionAlreadyExists' });
  await cloud.clock.advance(90 * days);
  await cloud.startExecution(machine, { a: 2 }, 'job-1');
  const again = await cloud.finish(execution);
  assert.equal(again.input, '{"a":2}');
  assert.equal((await cloud.types(execution)).filter((type) => type === 'ExecutionStarted').length, 1);
  for (const name of ['a:b', 'a b', 'a/b'])
    await assert.rejects(cloud.startExecution(machine, {}, name), { code: 'InvalidName' });
  await assert.rejects(cloud.api('StartExecution', { stateMachineArn: machine, input: '{' }), {
    code: 'InvalidExecutionInput',
  });
  const long = JSON.stringify('x'.repeat(262_143));
  await assert.rejects(cloud.api('StartExecution', { stateMachineArn: machine, input: long }), {
    code: 'InvalidExecutionInput',
  });
  await cloud.close();
});

test('what is not there has the name of its kind', async () => {
  const cloud = new TestCloud();
  const arn = (kind: string, rest: string): string => `arn:aws:states:${REGION}:${ACCOUNT}:${kind}:${rest}`;
  await assert.rejects(cloud.describe(arn('execution', 'm:none')), { code: 'ExecutionDoesNotExist' });
  await assert.rejects(cloud.describe('arn:aws:s3:::x'), { code: 'InvalidArn' });
  await assert.rejects(cloud.api('GetExecutionHistory', { executionArn: arn('execution', 'm:none') }), {
    code: 'ExecutionDoesNotExist',
  });
  await assert.rejects(cloud.api('DescribeStateMachine', { stateMachineArn: arn('stateMachine', 'none') }), {
    code: 'StateMachineDoesNotExist',
  });
  await assert.rejects(cloud.api('DescribeMapRun', { mapRunArn: arn('mapRun', 'm/l:none') }), {
    code: 'ResourceNotFound',
  });
  await assert.rejects(cloud.api('DescribeActivity', { activityArn: arn('activity', 'none') }), {
    code: 'ActivityDoesNotExist',
  });
  await cloud.close();
});

test('a history is read page by page, backwards, and without its data', async () => {
  const cloud = new TestCloud();
  const states = Object.fromEntries(
    [1, 2, 3, 4, 5].map((n) => [`S${n}`, { Type: 'Pass', ...(n < 5 ? { Next: `S${n + 1}` } : { End: true }) }]),
  );
  const result = await cloud.run({ StartAt: 'S1', States: states }, { secret: 1 });
  const read = async (more: object) => {
    const ids: number[] = [];
    let nextToken: string | undefined;
    do {
      const page = await cloud.api<{ events: HistoryEvent[]; nextToken?: string }>('GetExecutionHistory', {
        executionArn: result.executionArn,
        maxResults: 5,
        ...more,
        ...(nextToken ? { nextToken } : {}),
      });
      assert.ok(page.events.length <= 5);
      ids.push(...page.events.map(({ id }) => id));
      nextToken = page.nextToken;
    } while (nextToken);
    return ids;
  };
  const forwards = Array.from({ length: 12 }, (_, index) => index + 1);
  assert.deepEqual(await read({}), forwards);
  assert.deepEqual(await read({ reverseOrder: true }), forwards.toReversed());
  const bare = await cloud.api('GetExecutionHistory', {
    executionArn: result.executionArn,
    includeExecutionData: false,
  });
  assert.ok(!JSON.stringify(bare).includes('secret'));
  await cloud.close();
});

test('executions are listed newest first, by status, page by page', async () => {
  const cloud = new TestCloud();
  const machine = await cloud.create('m', wait);
  for (const name of ['a', 'b', 'c']) {
    await cloud.startExecution(machine, {}, name);
    await cloud.clock.advance(25_000);
  }
  type Listed = { executions: { name: string }[]; nextToken?: string };
  const list = (more: object) => cloud.api<Listed>('ListExecutions', { stateMachineArn: machine, ...more });
  assert.deepEqual(
    (await list({})).executions.map(({ name }) => name),
    ['c', 'b', 'a'],
  );
  assert.deepEqual(
    (await list({ statusFilter: 'SUCCEEDED' })).executions.map(({ name }) => name),
    ['a'],
  );
  const first = await list({ maxResults: 2 });
  const second = await list({ maxResults: 2, nextToken: first.nextToken });
  assert.deepEqual(
    [first.executions.length, second.executions.map(({ name }) => name), second.nextToken],
    [2, ['a'], undefined],
  );
  await cloud.close();
});

test('EventBridge hears of every change of status, once', async () => {
  const cloud = new TestCloud();
  const machine = await cloud.create('m', wait);
  const execution = await cloud.startExecution(machine, { n: 1 }, 'job-1');
  await cloud.clock.advance(10_000);
  await cloud.restart();
  await cloud.api('StopExecution', { executionArn: execution, error: 'Cancelled' });
  await cloud.api('StopExecution', { executionArn: execution });
  assert.deepEqual(
    cloud.events.map((event) => [
      event.source,
      event['detail-type'],
      event.resources,
      event.detail.status,
      event.detail.error,
    ]),
    [
      ['aws.states', 'Step Functions Execution Status Change', [execution], 'RUNNING', null],
      ['aws.states', 'Step Functions Execution Status Change', [execution], 'ABORTED', 'Cancelled'],
    ],
  );
  await cloud.close();
});

test('each operation asks for the permission that IAM has for it, on the right resource', async () => {
  const cloud = new TestCloud();
  const machine = await cloud.create('m', wait);
  const execution = await cloud.startExecution(machine);
  const calls: [string, object, string][] = [
    ['StartExecution', { stateMachineArn: machine }, machine],
    ['DescribeExecution', { executionArn: execution }, execution],
    ['GetExecutionHistory', { executionArn: execution }, execution],
    ['ListExecutions', { stateMachineArn: machine }, machine],
    ['StopExecution', { executionArn: execution }, execution],
    ['SendTaskSuccess', { taskToken: 't', output: '1' }, '*'],
    ['SendTaskHeartbeat', { taskToken: 't' }, '*'],
  ];
  for (const [name, input, resource] of calls) {
    cloud.denied.add(`states:${name}`);
    await assert.rejects(cloud.api(name, input), (error: Error) =>
      error.message.endsWith(`states:${name} on resource: ${resource}`),
    );
  }
  cloud.denied.add('iam:PassRole');
  await assert.rejects(cloud.create('n', pass), /iam:PassRole on resource: arn:aws:iam::111111111111:role\/machine$/);
  await cloud.close();
});

test('a role that may not keep the rule for nested executions cannot have a machine that waits for them', async () => {
  const cloud = new TestCloud();
  const nest = {
    QueryLanguage: 'JSONata',
    StartAt: 'A',
    States: {
      A: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Arguments: { StateMachineArn: 'x' },
        End: true,
      },
    },
  };
  cloud.denied.add('events:PutRule');
  await assert.rejects(cloud.create('n', nest), {
    code: 'AccessDeniedException',
    message: /is not authorized to create managed-rule/,
  });
  await cloud.create('p', pass);
  await cloud.close();
});
