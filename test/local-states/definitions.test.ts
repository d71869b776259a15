import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateDefinition } from '../../local/states/definition/validate.ts';

const problems = (definition: unknown, type: 'STANDARD' | 'EXPRESS' = 'STANDARD'): string[] =>
  validateDefinition(JSON.stringify(definition), type).map(({ message, location }) => `${location}: ${message}`);
const one = (state: object, more: object = {}): object => ({
  QueryLanguage: 'JSONata',
  StartAt: 'A',
  States: {
    A: {
      ...state,
      ...('Next' in state || ['Choice', 'Succeed', 'Fail'].includes(String((state as { Type: string }).Type))
        ? {}
        : { End: true }),
    },
    ...more,
  },
});
const task = (more: object): object =>
  one({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: 'f' }, ...more });
const inner = { StartAt: 'I', States: { I: { Type: 'Pass', End: true } } };

test('every field of JSONPath is refused, by state and field, whatever language the state has', () => {
  const fields = { InputPath: '$', OutputPath: '$', ResultPath: '$', ResultSelector: {}, Parameters: {} };
  for (const [field, value] of Object.entries(fields)) {
    for (const language of ['JSONata', 'JSONPath']) {
      const definition = {
        QueryLanguage: language,
        StartAt: 'A',
        States: { A: { Type: 'Pass', [field]: value, End: true } },
      };
      assert.deepEqual(problems(definition), [
        `/States/A: Field '${field}' is not supported (JSONPath fields are not supported here)`,
      ]);
    }
  }
  const choice = {
    StartAt: 'A',
    States: { A: { Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'B' }] }, B: { Type: 'Succeed' } },
  };
  assert.match(problems(choice).join(), /The Choice state 'A' needs JSONata/);
  const selector = {
    StartAt: 'A',
    States: { A: { Type: 'Map', ItemSelector: { 'a.$': '$' }, ItemProcessor: inner, End: true } },
  };
  assert.match(problems(selector).join(), /Field 'a\.\$' is not supported/);
});

test('an unknown field is refused wherever it stands', () => {
  const cases: [object, string][] = [
    [{ ...one({ Type: 'Pass' }), Timeout: 3 }, '/'],
    [one({ Type: 'Pass', Result: 1 }), '/States/A'],
    [one({ Type: 'Succeed', Assign: {} }), '/States/A'],
    [task({ Retry: [{ ErrorEquals: ['A'], Delay: 1 }] }), '/States/A/Retry[0]'],
    [task({ Catch: [{ ErrorEquals: ['A'], ResultPath: '$', Next: 'A' }] }), '/States/A/Catch[0]'],
    [task({ Arguments: { FunctionName: 'f', Async: true } }), '/States/A/Arguments'],
    [
      one({ Type: 'Choice', Choices: [{ Condition: true, Next: 'B', End: true }] }, { B: { Type: 'Succeed' } }),
      '/States/A/Choices[0]',
    ],
    [one({ Type: 'Parallel', Branches: [{ ...inner, Type: 'x' }] }), '/States/A/Branches[0]'],
    [one({ Type: 'Map', ItemProcessor: { ...inner, Mode: 'INLINE' } }), '/States/A/ItemProcessor'],
    [one({ Type: 'Map', ItemProcessor: inner, ItemsPointer: '/a' }), '/States/A'],
  ];
  for (const [definition, location] of cases) {
    const found = problems(definition);
    assert.equal(found.length, 1, JSON.stringify(found));
    assert.match(found[0] ?? '', /is not supported/);
    assert.ok(found[0]?.startsWith(`${location}: `), `${found[0]} is not at ${location}`);
  }
});

test('a resource that nothing here can run is refused by name', () => {
  for (const resource of [
    'arn:aws:states:::sns:publish',
    'arn:aws:states:::aws-sdk:ec2:describeInstances',
    'arn:aws:states:::lambda:invoke.sync',
    'arn:aws:states:::ecs:runTask.sync',
    'arn:aws:states:::http:invoke',
    'not-an-arn',
  ]) {
    assert.deepEqual(problems(one({ Type: 'Task', Resource: resource })), [
      `/States/A/Resource: The resource '${resource}' of the state 'A' is not supported here`,
    ]);
  }
});

test('transitions must lead somewhere, every state must be reachable, and something must end', () => {
  const next = (to: string) => ({ Type: 'Pass', Next: to });
  assert.match(problems({ StartAt: 'X', States: { A: next('A') } }).join(), /Missing 'StartAt' target: X/);
  assert.match(
    problems({ StartAt: 'A', States: { A: next('X'), B: { Type: 'Succeed' } } }).join(),
    /Missing 'Next' target: X.*"B" is not reachable/s,
  );
  assert.match(problems({ StartAt: 'A', States: { A: next('A') } }).join(), /No path leads to an end state/);
  assert.match(problems({ StartAt: 'A', States: { A: { Type: 'Pass' } } }).join(), /either 'Next' or 'End: true'/);
  assert.match(
    problems(one({ Type: 'Map', ItemProcessor: { StartAt: 'A', States: { A: { Type: 'Succeed' } } } })).join(),
    /Duplicate state name: A/,
  );
});

test('expressions are compiled when the machine is created', () => {
  assert.match(
    problems(one({ Type: 'Pass', Output: '{% $states.input. %}' })).join(),
    /\/States\/A\/Output: The JSONata expression is invalid/,
  );
  assert.match(
    problems(one({ Type: 'Pass', Output: { a: ['{% 1'] } })).join(),
    /\/States\/A\/Output\/a\[0\]: A JSONata expression must end/,
  );
  assert.match(problems(one({ Type: 'Pass', Output: "{% $eval('1') %}" })).join(), /'\$eval' is not available/);
  assert.match(
    problems(one({ Type: 'Pass', Output: '{% $states.input.a ?? 1 %}' })).join(),
    /not available in Step Functions \(JSONata 2\.0\.6\)/,
  );
  assert.deepEqual(problems(one({ Type: 'Pass', Output: "{% $match('a?:b??', /(?:a)/) ? 'x ?? y' : '?:' %}" })), []);
  assert.match(problems(one({ Type: 'Pass', Assign: { states: 1 } })).join(), /'states' is not a valid variable name/);
});

test('a branch may not assign a variable of the outside', () => {
  const branch = { StartAt: 'I', States: { I: { Type: 'Pass', Assign: { job: 2 }, End: true } } };
  const outer = (state: object): object => ({
    QueryLanguage: 'JSONata',
    StartAt: 'Set',
    States: { Set: { Type: 'Pass', Assign: { job: 1 }, Next: 'A' }, A: { ...state, End: true } },
  });
  assert.match(
    problems(outer({ Type: 'Parallel', Branches: [branch] })).join(),
    /The variable 'job' is already assigned in an outer scope/,
  );
  const distributed = { ...branch, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } };
  assert.deepEqual(problems(outer({ Type: 'Map', ItemProcessor: distributed })), []);
});

test('limits and combinations are checked', () => {
  assert.match(problems(task({ TimeoutSeconds: 5, HeartbeatSeconds: 5 })).join(), /HeartbeatSeconds must be smaller/);
  assert.match(
    problems(task({ Retry: [{ ErrorEquals: ['States.ALL', 'A'] }] })).join(),
    /'States.ALL' must appear alone/,
  );
  assert.match(
    problems(task({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'] }] })).join(),
    /in the last element/,
  );
  assert.match(problems(one({ Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z' })).join(), /exactly one of/);
  assert.match(
    problems(one({ Type: 'Map', ItemProcessor: inner, ResultWriter: { WriterConfig: {} } })).join(),
    /'ResultWriter' needs a processor in DISTRIBUTED mode/,
  );
  const token = {
    Type: 'Task',
    Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
    Arguments: { QueueUrl: 'q' },
  };
  assert.match(problems(one(token), 'EXPRESS').join(), /Express state machine does not support '\.waitForTaskToken'/);
});
