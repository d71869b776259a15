import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCOUNT, Dead, type Handler, lambda, named, REGION, TestCloud } from './fake-cloud.ts';

const QUEUE = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/orders`;
const jsonata = (StartAt: string, States: object): object => ({ QueryLanguage: 'JSONata', StartAt, States });

/** Ids count up by one, nothing is there twice, and every event follows one that is there. */
const checkHistory = async (cloud: TestCloud, executionArn: string): Promise<void> => {
  const events = await cloud.history(executionArn);
  assert.deepEqual(
    events.map(({ id }) => id),
    events.map((_, index) => index + 1),
  );
  for (const { id, previousEventId } of events)
    assert.ok(previousEventId < id, `event ${id} follows ${previousEventId}`);
  assert.equal(events.filter(({ type }) => type === 'ExecutionStarted').length, 1);
};

test('a wait goes on after a restart, and is over at once if its time has come meanwhile', async () => {
  const cloud = new TestCloud();
  const machine = await cloud.create('waits', jsonata('Wait', { Wait: { Type: 'Wait', Seconds: 100, End: true } }));
  for (const stoppedFor of [0, 500]) {
    const execution = await cloud.startExecution(machine, {}, `e-${stoppedFor}`);
    await cloud.clock.advance(40_000);
    const events = (await cloud.history(execution)).length;
    await cloud.restart();
    assert.equal((await cloud.history(execution)).length, events);
    const result = await cloud.finish(execution);
    assert.equal(result.status, 'SUCCEEDED');
    const history = await cloud.history(execution);
    assert.equal((history.at(-1)?.timestamp ?? 0) - (history[0]?.timestamp ?? 0), 100);
    await checkHistory(cloud, execution);
    await cloud.clock.advance(stoppedFor * 1000);
  }
  await cloud.close();
});

test('a retry that was waited for is made after a restart, when it was due', async () => {
  const times: number[] = [];
  const cloud = new TestCloud();
  cloud.handlers.set(
    'lambda:Invoke',
    lambda({
      flaky: () => {
        times.push(cloud.clock.now());
        if (times.length < 2) throw named('Throttled');
        return 'fine';
      },
    }),
  );
  const machine = await cloud.create(
    'retries',
    jsonata('Do', {
      Do: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: { FunctionName: 'flaky' },
        Output: '{% $states.result.Payload %}',
        Retry: [{ ErrorEquals: ['Throttled'], IntervalSeconds: 60 }],
        End: true,
      },
    }),
  );
  const execution = await cloud.startExecution(machine);
  await cloud.clock.advance(20_000);
  await cloud.restart();
  assert.equal((await cloud.finish(execution)).output, '"fine"');
  assert.deepEqual(
    times.map((time) => time - (times[0] ?? 0)),
    [0, 60_000],
  );
  await checkHistory(cloud, execution);
  await cloud.close();
});

test('a call that was under way is made again; one whose answer was known is not', async () => {
  const made: string[] = [];
  let hang = true;
  const cloud = new TestCloud({
    handlers: {
      'lambda:Invoke': lambda({
        first: () => void made.push('first'),
        second: () => {
          made.push('second');
          return hang ? new Promise(() => undefined) : 'done';
        },
      }),
    },
  });
  const call = (name: string, more: object): object => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: name },
    ...more,
  });
  const machine = await cloud.create(
    'calls',
    jsonata('First', {
      First: call('first', {
        Assign: { id: '{% $uuid() %}', at: '{% $millis() %}', luck: '{% $random() %}' },
        Next: 'Second',
      }),
      Second: call('second', { Output: { id: '{% $id %}', at: '{% $at %}', luck: '{% $luck %}' }, End: true }),
    }),
  );
  const execution = await cloud.startExecution(machine);
  await cloud.settle();
  hang = false;
  await cloud.clock.advance(10_000);
  await cloud.restart();
  const result = await cloud.finish(execution);
  assert.deepEqual(made, ['first', 'second', 'second']);
  const history = await cloud.history(execution);
  const exited = history.find(({ type }) => type === 'TaskStateExited')?.stateExitedEventDetails as {
    assignedVariables: Record<string, string>;
  };
  const assigned = Object.fromEntries(
    Object.entries(exited.assignedVariables).map(([name, text]) => [name, JSON.parse(text)]),
  );
  assert.deepEqual(JSON.parse(result.output ?? ''), assigned);
  await checkHistory(cloud, execution);
  await cloud.close();
});

/** A machine of all that lasts: a nested execution with a distributed Map of orders, beside a wait and a retry. */
const machines = async (cloud: TestCloud): Promise<string> => {
  const inner = await cloud.create(
    'transfer',
    jsonata('Plan', {
      Plan: { Type: 'Pass', Assign: { run: '{% $uuid() %}' }, Next: 'Segments' },
      Segments: {
        Type: 'Map',
        Items: '{% $states.input.segments %}',
        ItemSelector: { segment: '{% $states.context.Map.Item.Value %}', run: '{% $run %}' },
        MaxConcurrency: 2,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Order',
          States: {
            Order: {
              Type: 'Task',
              Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
              Arguments: {
                QueueUrl: QUEUE,
                MessageBody: { token: '{% $states.context.Task.Token %}', segment: '{% $states.input.segment %}' },
              },
              HeartbeatSeconds: 600,
              Retry: [{ ErrorEquals: ['Lost'], IntervalSeconds: 3, MaxAttempts: 2 }],
              End: true,
            },
          },
        },
        ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'work', Prefix: 'out' } },
        Output: { written: '{% $exists($states.result.ResultWriterDetails.Key) %}' },
        End: true,
      },
    }),
  );
  return cloud.create(
    'backup',
    jsonata('Both', {
      Both: {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'Transfer',
            States: {
              Transfer: {
                Type: 'Task',
                Resource: 'arn:aws:states:::states:startExecution.sync:2',
                Arguments: { StateMachineArn: inner, Input: { segments: [1, 2, 3] } },
                Output: '{% $states.result.Output %}',
                End: true,
              },
            },
          },
          {
            StartAt: 'Each',
            States: {
              Each: {
                Type: 'Map',
                Items: ['a', 'b'],
                ItemProcessor: {
                  StartAt: 'Step',
                  States: {
                    Step: {
                      Type: 'Task',
                      Resource: 'arn:aws:states:::lambda:invoke',
                      Arguments: {
                        FunctionName: 'step',
                        Payload: { item: '{% $states.input %}', retry: '{% $states.context.State.RetryCount %}' },
                      },
                      Output: '{% $states.result.Payload %}',
                      Retry: [{ ErrorEquals: ['Throttled'], IntervalSeconds: 2 }],
                      Next: 'Rest',
                    },
                    Rest: { Type: 'Wait', Seconds: 5, End: true },
                  },
                },
                End: true,
              },
            },
          },
        ],
        Next: 'Done',
      },
      Done: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $count($states.input) = 2 %}', Next: 'Good' }],
        Default: 'Bad',
      },
      Good: { Type: 'Succeed' },
      Bad: { Type: 'Fail' },
    }),
  );
};

/** Workers that answer orders five seconds later (segment 2 fails the first time), and keep trying while the cloud is down. */
const world = () => {
  const world: { cloud?: TestCloud; calls: string[] } = { calls: [] };
  const failedOnce = new Set<string>();
  const later = (ms: number, act: () => Promise<unknown>): void => {
    const { cloud } = world;
    cloud?.clock.at(cloud.clock.now() + ms, () => {
      act().catch((error: { code?: string }) => {
        if (error instanceof Dead) later(1000, act);
        else if (error.code !== 'TaskTimedOut') throw error;
      });
    });
  };
  const handlers: Record<string, Handler> = {
    'sqs:SendMessage': ({ MessageBody }) => {
      const { token: taskToken, segment } = JSON.parse(String(MessageBody));
      world.calls.push(`order ${segment}`);
      const lost = segment === 2 && (failedOnce.size === 0 || failedOnce.has(taskToken));
      if (lost) failedOnce.add(taskToken);
      later(5000, () =>
        lost
          ? (world.cloud as TestCloud).api('SendTaskFailure', { taskToken, error: 'Lost' })
          : (world.cloud as TestCloud).api('SendTaskSuccess', { taskToken, output: String(segment * 100) }),
      );
      return { MessageId: 'm', MD5OfMessageBody: 'd' };
    },
    's3:PutObject': ({ Key }) => void world.calls.push(`put ${String(Key).split('/').at(-1)}`),
    'lambda:Invoke': lambda({
      step: (event) => {
        const { item, retry } = event as { item: string; retry: number };
        world.calls.push(`step ${item}`);
        if (item === 'b' && retry === 0) throw named('Throttled');
        return `${item}!`;
      },
    }),
  };
  return { world, handlers };
};

const expectedOutput = [{ written: true }, ['a!', 'b!']];

/** Starts `job-1`, again if the cloud died over it, and lets time pass until it has ended or the cloud is dead. */
const goOn = async (cloud: TestCloud): Promise<void> => {
  try {
    const machine = await machines(cloud);
    const input = { stateMachineArn: machine, name: 'job-1', input: '{}' };
    await cloud.api('StartExecution', input).catch((error: { code?: string }) => {
      if (error.code !== 'ExecutionAlreadyExists') throw error;
    });
    await cloud.finish(machine.replace(':stateMachine:', ':execution:').concat(':job-1'));
  } catch (error) {
    if (!(error instanceof Dead)) throw error;
  }
};

const all = `arn:aws:states:${REGION}:${ACCOUNT}:execution:`;

/** Every execution's events, whatever their order across branches. */
const summary = async (cloud: TestCloud): Promise<string[]> => {
  const lines: string[] = [];
  const job = `${all}backup:job-1`;
  const list = async (input: object) =>
    (await cloud.api<{ executions: { executionArn: string }[] }>('ListExecutions', input)).executions.map(
      ({ executionArn }) => executionArn,
    );
  const transfers = await list({ stateMachineArn: `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:transfer` });
  assert.equal(transfers.length, 1);
  const { mapRuns } = await cloud.api<{ mapRuns: { mapRunArn: string }[] }>('ListMapRuns', {
    executionArn: transfers[0],
  });
  assert.equal(mapRuns.length, 1);
  const children = await list({ mapRunArn: mapRuns[0]?.mapRunArn });
  assert.equal(children.length, 3);
  for (const executionArn of [job, ...transfers, ...children]) {
    await checkHistory(cloud, executionArn);
    const types = (await cloud.types(executionArn)).sort();
    lines.push(types.join(' '));
  }
  return lines.sort();
};

test('a job with nested executions, a distributed Map and pending tokens survives a stop and a start', async () => {
  const { world: outside, handlers } = world();
  const cloud = new TestCloud({ handlers });
  outside.cloud = cloud;
  const machine = await machines(cloud);
  const execution = await cloud.startExecution(machine, {}, 'job-1');
  await cloud.clock.advance(3000);
  const before = [...outside.calls];
  await cloud.restart();
  await cloud.clock.advance(1000);
  assert.deepEqual(outside.calls, before, 'what had been sent was sent again');
  const result = await cloud.finish(execution);
  assert.deepEqual(JSON.parse(result.output ?? ''), expectedOutput);
  await summary(cloud);
  await cloud.close();
});

/** All writes take about 8 s on an idle core; every fourth of them is tried each time. */
const stride = process.env.HOLDFAST_EXHAUSTIVE ? 1 : 4;

test('a job survives a SIGKILL at any write to the disk, with the same history', {
  timeout: 120_000,
}, async (t) => {
  const undisturbed = world();
  const calm = new TestCloud({ handlers: undisturbed.handlers });
  undisturbed.world.cloud = calm;
  await goOn(calm);
  const expected = await summary(calm);
  const { writes } = calm;
  await calm.close();
  let died = 0;
  let lives = 0;
  for (let budget = 0; budget < writes; budget += stride) {
    const { world: outside, handlers } = world();
    const cloud = new TestCloud({ handlers, writes: budget });
    outside.cloud = cloud;
    await goOn(cloud);
    if (cloud.isDead) died++;
    await cloud.clock.advance(700);
    await cloud.revive();
    await goOn(cloud);
    lives++;
    const { status, output } = await cloud.describe(`${all}backup:job-1`);
    assert.deepEqual([status, JSON.parse(output ?? '')], ['SUCCEEDED', expectedOutput], `after ${budget} writes`);
    assert.deepEqual(await summary(cloud), expected, `after ${budget} writes`);
    await cloud.close();
  }
  t.diagnostic(`${writes} writes; ${died} of ${lives} lives ended at one of them (HOLDFAST_EXHAUSTIVE=1 takes all)`);
  assert.equal(died, lives);
});

test('a heartbeat that is missed while the cloud is down is missed', async () => {
  const { world: outside, handlers } = world();
  const cloud = new TestCloud({ handlers: { ...handlers, 'sqs:SendMessage': () => ({ MessageId: 'm' }) } });
  outside.cloud = cloud;
  const machine = await cloud.create(
    'order',
    jsonata('Order', {
      Order: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
        Arguments: { QueueUrl: QUEUE, MessageBody: 'x' },
        HeartbeatSeconds: 30,
        End: true,
      },
    }),
  );
  const execution = await cloud.startExecution(machine);
  await cloud.clock.advance(10_000);
  await cloud.restart();
  await cloud.clock.advance(19_000);
  assert.equal((await cloud.describe(execution)).status, 'RUNNING');
  await cloud.clock.advance(1_000);
  assert.equal((await cloud.describe(execution)).error, 'States.Timeout');
  await cloud.close();
});

test('an activity worker may answer after a restart what it took before', async () => {
  const cloud = new TestCloud();
  const { activityArn } = await cloud.api<{ activityArn: string }>('CreateActivity', { name: 'move' });
  const machine = await cloud.create(
    'moves',
    jsonata('Do', { Do: { Type: 'Task', Resource: activityArn, End: true } }),
  );
  const first = await cloud.startExecution(machine, { n: 1 }, 'taken');
  await cloud.settle();
  const { taskToken } = await cloud.api<{ taskToken: string }>('GetActivityTask', { activityArn, workerName: 'node' });
  const second = await cloud.startExecution(machine, { n: 2 }, 'waiting');
  await cloud.settle();
  await cloud.restart();
  await cloud.api('SendTaskSuccess', { taskToken, output: '1' });
  assert.equal((await cloud.finish(first)).output, '1');
  const next = await cloud.api<{ taskToken: string; input: string }>('GetActivityTask', { activityArn });
  assert.equal(next.input, '{"n":2}');
  await cloud.api('SendTaskSuccess', { taskToken: next.taskToken, output: '2' });
  assert.equal((await cloud.finish(second)).output, '2');
  for (const execution of [first, second]) await checkHistory(cloud, execution);
  await cloud.close();
});
