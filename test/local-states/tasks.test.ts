import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsError } from '../../local/kernel/errors.ts';
import { ACCOUNT, lambda, named, REGION, TestCloud } from './fake-cloud.ts';

const QUEUE = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/orders`;

const one = (state: object, others: object = {}): object => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Do',
  States: { Do: { Type: 'Task', ...('Next' in state ? {} : { End: true }), ...state }, ...others },
});
const invoke = (name: string, more: object = {}): object =>
  one({ Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: name }, ...more });
const order = (more: object = {}): object =>
  one({
    Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
    Arguments: {
      QueueUrl: QUEUE,
      MessageBody: { token: '{% $states.context.Task.Token %}', what: '{% $states.input %}' },
    },
    ...more,
  });

/** A queue that keeps what was sent. */
const queue = () => {
  const sent: { token: string; what: unknown }[] = [];
  return {
    sent,
    'sqs:SendMessage': ({ MessageBody }: Record<string, unknown>) => {
      sent.push(JSON.parse(String(MessageBody)));
      return { MessageId: 'm', MD5OfMessageBody: 'd' };
    },
  };
};

test('a function that throws fails the execution under its own error name, with a compact cause', async () => {
  const functions = { broken: () => Promise.reject(named('SnapshotGone', 'it is gone')) };
  const cloud = new TestCloud({ handlers: { 'lambda:Invoke': lambda(functions) } });
  const result = await cloud.run(invoke('broken'));
  assert.equal(result.status, 'FAILED');
  assert.equal(result.error, 'SnapshotGone');
  assert.equal(
    result.cause,
    '{"errorMessage":"it is gone","errorType":"SnapshotGone","requestId":"0","stackTrace":[]}',
  );
  await cloud.close();
});

test('a refused call fails under the name that AWS has for it', async () => {
  const cases = [
    [new AwsError('TooManyRequestsException', 'Rate exceeded', 429), 'Lambda.TooManyRequestsException'],
    [new AwsError('AccessDeniedException', 'not authorized', 403), 'Lambda.AWSLambdaException'],
    [new AwsError('ServiceException', 'oops', 500), 'Lambda.ServiceException'],
  ] as const;
  for (const [error, name] of cases) {
    const cloud = new TestCloud({ handlers: { 'lambda:Invoke': () => Promise.reject(error) } });
    const result = await cloud.run(invoke('any'));
    assert.equal(result.error, name);
    assert.match(
      result.cause ?? '',
      /^.+ \(Service: AWSLambda; Status Code: \d+; Error Code: \w+; Request ID: .+; Proxy: null\)$/,
    );
    await cloud.close();
  }
  const cloud = new TestCloud({
    handlers: {
      'sqs:SendMessage': () => Promise.reject(new AwsError('AWS.SimpleQueueService.NonExistentQueue', 'no queue')),
    },
  });
  assert.equal((await cloud.run(order())).error, 'SQS.QueueDoesNotExistException');
  await cloud.close();
});

test('a function of the machine is called with the role of the machine', async () => {
  const cloud = new TestCloud({ handlers: { 'lambda:Invoke': lambda({ echo: (event) => event }) } });
  await cloud.run(
    one({ Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: 'echo', Payload: { a: 1 } } }),
  );
  const [call] = cloud.calls;
  assert.equal(call?.principal.roleArn, `arn:aws:iam::${ACCOUNT}:role/machine`);
  assert.deepEqual(JSON.parse(String(call?.input.Payload)), { a: 1 });
  await cloud.close();
});

test('Retry waits as long as it says, counts attempts for each retrier, and then Catch takes over', async () => {
  const times: number[] = [];
  const cloud = new TestCloud();
  cloud.handlers.set(
    'lambda:Invoke',
    lambda({
      flaky: () => {
        times.push(cloud.clock.now());
        throw named(times.length === 2 ? 'Other' : 'Throttled');
      },
    }),
  );
  const result = await cloud.run(
    one(
      {
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: { FunctionName: 'flaky' },
        Retry: [
          { ErrorEquals: ['Throttled'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 3, MaxDelaySeconds: 10 },
          { ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 1 },
        ],
        Catch: [{ ErrorEquals: ['Throttled'], Next: 'Caught', Output: { name: '{% $states.errorOutput.Error %}' } }],
        Next: 'Fine',
      },
      { Fine: { Type: 'Succeed' }, Caught: { Type: 'Pass', End: true } },
    ),
  );
  assert.deepEqual(JSON.parse(result.output ?? ''), { name: 'Throttled' });
  // 2 s (first retrier), 1 s (second), 6 s, then 18 s cut to 10 s; then the first retrier has had its three.
  assert.deepEqual(
    times.map((time) => (time - (times[0] ?? 0)) / 1000),
    [0, 2, 3, 9, 19],
  );
  await cloud.close();
});

test('full jitter waits between nothing and the whole delay, and differs between executions', async () => {
  const cloud = new TestCloud();
  let called: number[] = [];
  cloud.handlers.set(
    'lambda:Invoke',
    lambda({
      flaky: () => {
        called.push(cloud.clock.now());
        throw named('Throttled');
      },
    }),
  );
  const delays = new Set<number>();
  for (let i = 0; i < 8; i++) {
    called = [];
    await cloud.run(
      invoke('flaky', {
        Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 100, MaxAttempts: 1, JitterStrategy: 'FULL' }],
      }),
    );
    const delay = (called[1] ?? 0) - (called[0] ?? 0);
    assert.ok(delay >= 0 && delay <= 100_000);
    delays.add(delay);
  }
  assert.ok(delays.size > 4);
  await cloud.close();
});

test('a task that takes longer than TimeoutSeconds has failed with States.Timeout, and its answer is too late', async () => {
  const cloud = new TestCloud({ handlers: { 'lambda:Invoke': () => new Promise(() => undefined) } });
  const result = await cloud.run(invoke('slow', { TimeoutSeconds: '{% 2 + 3 %}' }));
  assert.deepEqual([result.status, result.error, result.cause], ['FAILED', 'States.Timeout', undefined]);
  const history = await cloud.history(result.executionArn);
  assert.deepEqual(history.map(({ type }) => type).slice(-2), ['TaskTimedOut', 'ExecutionFailed']);
  assert.equal((history.at(-1)?.timestamp ?? 0) - (history[0]?.timestamp ?? 0), 5);
  await cloud.close();
});

test('a worker answers an order with its token: the state machine goes on with its answer', async () => {
  const { sent, ...handlers } = queue();
  const cloud = new TestCloud({ handlers });
  const machine = await cloud.create('orders', order({ HeartbeatSeconds: 60, TimeoutSeconds: 600 }));
  const execution = await cloud.startExecution(machine, { segment: 7 });
  await cloud.settle();
  assert.deepEqual(sent[0]?.what, { segment: 7 });
  const taskToken = sent[0]?.token;
  for (let beat = 0; beat < 5; beat++) {
    await cloud.clock.advance(50_000);
    await cloud.api('SendTaskHeartbeat', { taskToken });
  }
  await cloud.api('SendTaskSuccess', { taskToken, output: '{"pages":[1,2]}' });
  const result = await cloud.finish(execution);
  assert.equal(result.output, '{"pages":[1,2]}');
  assert.deepEqual(await cloud.types(execution), [
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSubmitted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
  await assert.rejects(cloud.api('SendTaskSuccess', { taskToken, output: '1' }), { code: 'TaskTimedOut' });
  await assert.rejects(cloud.api('SendTaskHeartbeat', { taskToken }), { code: 'TaskTimedOut' });
  await cloud.close();
});

test('an order that nobody takes in time misses its heartbeat; Catch may name it either way', async () => {
  for (const name of ['States.Timeout', 'States.HeartbeatTimeout', 'States.ALL']) {
    const { sent, ...handlers } = queue();
    const cloud = new TestCloud({ handlers });
    const result = await cloud.run(
      one(
        {
          Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
          Arguments: { QueueUrl: QUEUE, MessageBody: { token: '{% $states.context.Task.Token %}' } },
          HeartbeatSeconds: 60,
          TimeoutSeconds: 600,
          Catch: [{ ErrorEquals: [name], Next: 'Late' }],
          Next: 'Done',
        },
        { Done: { Type: 'Succeed' }, Late: { Type: 'Pass', End: true } },
      ),
    );
    assert.deepEqual(JSON.parse(result.output ?? ''), { Error: 'States.Timeout', Cause: null });
    assert.ok((await cloud.types(result.executionArn)).includes('TaskTimedOut'));
    await assert.rejects(cloud.api('SendTaskHeartbeat', { taskToken: sent[0]?.token }), { code: 'TaskTimedOut' });
    await cloud.close();
  }
});

test('a retried order has a token of its own, and the first one is dead', async () => {
  const { sent, ...handlers } = queue();
  const cloud = new TestCloud({ handlers });
  const machine = await cloud.create('orders', order({ Retry: [{ ErrorEquals: ['Lost'], IntervalSeconds: 5 }] }));
  const execution = await cloud.startExecution(machine);
  await cloud.settle();
  await cloud.api('SendTaskFailure', { taskToken: sent[0]?.token, error: 'Lost', cause: 'node died' });
  await cloud.clock.advance(5_000);
  assert.equal(sent.length, 2);
  assert.notEqual(sent[0]?.token, sent[1]?.token);
  await assert.rejects(cloud.api('SendTaskSuccess', { taskToken: sent[0]?.token, output: '1' }), {
    code: 'TaskTimedOut',
  });
  await cloud.api('SendTaskSuccess', { taskToken: sent[1]?.token, output: '2' });
  assert.equal((await cloud.finish(execution)).output, '2');
  await cloud.close();
});

test('a token is nothing to another account, and an answer must be JSON', async () => {
  const { sent, ...handlers } = queue();
  const cloud = new TestCloud({ handlers });
  const machine = await cloud.create('orders', order());
  await cloud.startExecution(machine);
  await cloud.settle();
  const taskToken = sent[0]?.token;
  await assert.rejects(cloud.api('SendTaskSuccess', { taskToken, output: '1' }, '222222222222'), {
    code: 'InvalidToken',
  });
  await assert.rejects(cloud.api('SendTaskSuccess', { taskToken: 'made-up', output: '1' }), { code: 'InvalidToken' });
  await assert.rejects(cloud.api('SendTaskSuccess', { taskToken, output: '{' }), { code: 'InvalidOutput' });
  await cloud.close();
});

const child = {
  QueryLanguage: 'JSONata',
  StartAt: 'Wait',
  States: {
    Wait: { Type: 'Wait', Seconds: 30, Next: 'End' },
    End: { Type: 'Pass', Output: { got: '{% $states.input %}' }, End: true },
  },
};
const nest = (machine: string, suffix: string, more: object = {}): object =>
  one({
    Resource: `arn:aws:states:::states:startExecution${suffix}`,
    Arguments: { StateMachineArn: machine, Input: { a: 1 }, Name: 'inner' },
    ...more,
  });

test('a nested execution is waited for; sync:2 gives its output parsed, sync as text', async () => {
  for (const [suffix, input, output] of [
    ['.sync:2', { a: 1 }, { got: { a: 1 } }],
    ['.sync', '{"a":1}', '{"got":{"a":1}}'],
  ] as const) {
    const cloud = new TestCloud();
    const result = await cloud.run(nest(await cloud.create('child', child), suffix));
    const described = JSON.parse(result.output ?? '');
    assert.deepEqual([described.Input, described.Output, described.Status], [input, output, 'SUCCEEDED']);
    assert.ok(described.StopDate - described.StartDate === 30_000);
    assert.deepEqual(
      cloud.calls.map(({ operation }) => operation),
      ['StartExecution', 'DescribeExecution'],
    );
    await cloud.close();
  }
});

test('a nested execution that fails is States.TaskFailed; its own error is in the cause', async () => {
  const cloud = new TestCloud();
  const failing = { StartAt: 'No', States: { No: { Type: 'Fail', Error: 'Inner', Cause: 'because' } } };
  const result = await cloud.run(nest(await cloud.create('child', failing), '.sync:2'));
  assert.equal(result.error, 'States.TaskFailed');
  const cause = JSON.parse(result.cause ?? '');
  assert.deepEqual([cause.Error, cause.Cause, cause.Status, cause.Input], ['Inner', 'because', 'FAILED', '{"a":1}']);
  await cloud.close();
});

test('stopping an execution runs no Catch and stops the nested execution that it waits for', async () => {
  const cloud = new TestCloud();
  const inner = await cloud.create('child', child);
  const machine = await cloud.create(
    'parent',
    one(
      {
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Arguments: { StateMachineArn: inner, Name: 'inner' },
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        Next: 'Caught',
      },
      { Caught: { Type: 'Succeed' } },
    ),
  );
  const execution = await cloud.startExecution(machine);
  await cloud.settle();
  await cloud.api('StopExecution', { executionArn: execution, error: 'Cancelled', cause: 'by the operator' });
  await cloud.settle();
  const stopped = await cloud.describe(execution);
  assert.deepEqual([stopped.status, stopped.error, stopped.cause], ['ABORTED', 'Cancelled', 'by the operator']);
  assert.equal((await cloud.types(execution)).at(-1), 'ExecutionAborted');
  const innerArn = `arn:aws:states:${REGION}:${ACCOUNT}:execution:child:inner`;
  assert.equal((await cloud.describe(innerArn)).status, 'ABORTED');
  await cloud.close();
});

test('an execution that takes longer than its machine may is TIMED_OUT, without Catch, error or cause', async () => {
  const cloud = new TestCloud();
  const result = await cloud.run({ ...child, TimeoutSeconds: 5 });
  assert.deepEqual([result.status, result.error, result.cause], ['TIMED_OUT', undefined, undefined]);
  await cloud.close();
});

test('an activity hands its tasks to workers that poll', async () => {
  const cloud = new TestCloud();
  const { activityArn } = await cloud.api<{ activityArn: string }>('CreateActivity', { name: 'move' });
  const poll = cloud.api<{ taskToken: string; input: string }>('GetActivityTask', {
    activityArn,
    workerName: 'node-1',
  });
  await cloud.settle();
  const machine = await cloud.create(
    'moves',
    one({ Resource: activityArn, Arguments: { n: 1 }, HeartbeatSeconds: 10 }),
  );
  const execution = await cloud.startExecution(machine);
  await cloud.settle();
  const task = await poll;
  assert.equal(task.input, '{"n":1}');
  await cloud.api('SendTaskSuccess', { taskToken: task.taskToken, output: '"moved"' });
  assert.equal((await cloud.finish(execution)).output, '"moved"');
  const empty = cloud.api('GetActivityTask', { activityArn });
  await cloud.clock.advance(60_000);
  assert.deepEqual(await empty, {});
  await cloud.close();
});

test('a result beyond 256 KiB ends the execution: States.ALL does not catch it, its name does', async () => {
  const big = () => 'x'.repeat(262_200);
  for (const [name, status] of [
    ['States.ALL', 'FAILED'],
    ['States.DataLimitExceeded', 'SUCCEEDED'],
  ] as const) {
    const cloud = new TestCloud({ handlers: { 'lambda:Invoke': lambda({ big }) } });
    const result = await cloud.run(
      one(
        {
          Resource: 'arn:aws:states:::lambda:invoke',
          Arguments: { FunctionName: 'big' },
          Catch: [{ ErrorEquals: [name], Next: 'Caught' }],
          Next: 'Caught',
        },
        { Caught: { Type: 'Succeed' } },
      ),
    );
    assert.equal(result.status, status);
    if (status === 'FAILED') assert.equal(result.error, 'States.DataLimitExceeded');
    await cloud.close();
  }
});
