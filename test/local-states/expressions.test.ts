import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { TestCloud } from './fake-cloud.ts';

const pass = (Output: unknown, Assign?: object): object => ({
  QueryLanguage: 'JSONata',
  StartAt: 'A',
  States: { A: { Type: 'Pass', Output, ...(Assign ? { Assign } : {}), End: true } },
});

test("Step Functions' own functions work as AWS documents them", async () => {
  const cloud = new TestCloud();
  const md5 = createHash('md5').update('abc').digest('hex');
  const cases: [string, unknown][] = [
    ["$hash('abc', 'MD5')", md5],
    ["$hash('abc', 'SHA-256')", createHash('sha256').update('abc').digest('hex')],
    ['$random(1) = $random(1)', true],
    ['$random(1) != $random(2)', true],
    ['$random() >= 0 and $random() < 1', true],
    ['$match($uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/) ~> $exists()', true],
    ['$uuid() != $uuid()', true],
    ['$parse(\'{"a": [1]}\').a', [1]],
    ['$now() = $states.context.State.EnteredTime', true],
    ["$now('[Y0001]')", '2026'],
    ['$millis()', 1767225600000],
    ['$count([1..1000])', 1000],
    ['$map([1,2], function($v) { $v * 2 })', [2, 4]],
  ];
  for (const [expression, expected] of cases) {
    const result = await cloud.run(pass(`{% ${expression} %}`));
    assert.deepEqual(JSON.parse(result.output ?? `"${result.cause}"`), expected, expression);
  }
  await cloud.close();
});

test('an expression that throws, gives nothing, or gives a function, fails by name and place', async () => {
  const cloud = new TestCloud();
  const cases: [string, RegExp][] = [
    ["$error('no')", /threw an error during evaluation\. D3137: no$/],
    ['$states.input.none', /specified for the field 'Output\/a\[1\]' returned nothing \(undefined\)\.$/],
    ['function($x) { $x }', /returned an unsupported result type/],
    ['1 / 0', /returned an unsupported result type/],
    ["{'f': $sum}", /returned an unsupported result type/],
    ['$range(1, 2000, 1)', /at most 1000/],
  ];
  for (const [expression, message] of cases) {
    const result = await cloud.run(pass({ a: [1, `{% ${expression} %}`] }));
    assert.equal(result.error, 'States.QueryEvaluationError');
    assert.match(result.cause ?? '', message);
  }
  await cloud.close();
});

test('Output and Assign of a state see the variables as they were when it was entered', async () => {
  const cloud = new TestCloud();
  const result = await cloud.run({
    QueryLanguage: 'JSONata',
    StartAt: 'Set',
    States: {
      Set: { Type: 'Pass', Assign: { a: 1, b: 2 }, Next: 'Swap' },
      Swap: { Type: 'Pass', Assign: { a: '{% $b %}', b: '{% $a %}' }, Output: { a: '{% $a %}' }, Next: 'Show' },
      Show: { Type: 'Pass', Output: { before: '{% $states.input.a %}', a: '{% $a %}', b: '{% $b %}' }, End: true },
    },
  });
  assert.equal(result.output, '{"before":1,"a":2,"b":1}');
  await cloud.close();
});

test('an evaluation that fails in a task can be caught', async () => {
  const cloud = new TestCloud({
    handlers: { 'lambda:Invoke': () => ({ StatusCode: 200, Payload: Buffer.from('{}') }) },
  });
  const result = await cloud.run({
    QueryLanguage: 'JSONata',
    StartAt: 'A',
    States: {
      A: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: { FunctionName: 'f' },
        Output: '{% $states.result.Payload.none %}',
        Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'B' }],
        Next: 'B',
      },
      B: { Type: 'Pass', Output: '{% $states.input.Error %}', End: true },
    },
  });
  assert.equal(result.output, '"States.QueryEvaluationError"');
  await cloud.close();
});

test('a Choice without a match and without Default fails with States.NoChoiceMatched', async () => {
  const cloud = new TestCloud();
  const result = await cloud.run({
    QueryLanguage: 'JSONata',
    StartAt: 'A',
    States: { A: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'B' }] }, B: { Type: 'Succeed' } },
  });
  assert.deepEqual([result.status, result.error], ['FAILED', 'States.NoChoiceMatched']);
  await cloud.close();
});

test('when a branch fails, the others are aborted, and the history says where they were', async () => {
  const cloud = new TestCloud();
  const result = await cloud.run({
    QueryLanguage: 'JSONata',
    StartAt: 'Both',
    States: {
      Both: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'Long', States: { Long: { Type: 'Wait', Seconds: 100, End: true } } },
          {
            StartAt: 'Short',
            States: { Short: { Type: 'Wait', Seconds: 1, Next: 'No' }, No: { Type: 'Fail', Error: 'Broken' } },
          },
        ],
        Catch: [{ ErrorEquals: ['Broken'], Next: 'Caught' }],
        Next: 'Caught',
      },
      Caught: { Type: 'Succeed' },
    },
  });
  assert.equal(result.status, 'SUCCEEDED');
  const types = await cloud.types(result.executionArn);
  assert.deepEqual(types.slice(-7), [
    'FailStateEntered',
    'WaitStateAborted',
    'ParallelStateFailed',
    'ParallelStateExited',
    'SucceedStateEntered',
    'SucceedStateExited',
    'ExecutionSucceeded',
  ]);
  await cloud.close();
});

test('an inline Map runs 40 iterations at a time at most', async () => {
  const cloud = new TestCloud();
  const started = cloud.clock.now();
  const result = await cloud.run({
    QueryLanguage: 'JSONata',
    StartAt: 'All',
    States: {
      All: {
        Type: 'Map',
        Items: '{% [1..81] %}',
        ItemProcessor: { StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 10, End: true } } },
        Output: '{% $count($states.result) %}',
        End: true,
      },
    },
  });
  assert.equal(result.output, '81');
  assert.equal(cloud.clock.now() - started, 30_000);
  await cloud.close();
});

test('a history that reaches 25,000 events ends its execution, past every Catch', async () => {
  const cloud = new TestCloud();
  const result = await cloud.run({
    QueryLanguage: 'JSONata',
    StartAt: 'Safe',
    States: {
      Safe: {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'A',
            States: {
              A: { Type: 'Pass', Next: 'B' },
              B: { Type: 'Choice', Choices: [{ Condition: true, Next: 'A' }], Default: 'C' },
              C: { Type: 'Succeed' },
            },
          },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        Next: 'Caught',
      },
      Caught: { Type: 'Succeed' },
    },
  });
  assert.deepEqual([result.status, result.error], ['FAILED', 'States.Runtime']);
  assert.equal((await cloud.history(result.executionArn)).length, 25_000);
  await cloud.close();
});
