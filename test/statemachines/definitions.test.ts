import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import validate from 'asl-validator';
import { parse } from 'yaml';
import * as errors from '../../core/domain/errors.ts';

const folder = join(import.meta.dirname, '../../statemachines');
type State = Record<string, unknown> & { Type: string };
interface Machine {
  readonly States: Record<string, State>;
  readonly TimeoutSeconds?: number;
}
const machines = readdirSync(folder).map((file) => ({
  file,
  machine: parse(readFileSync(join(folder, file), 'utf8'), { merge: true }) as Machine,
}));

const statesOf = (machine: Machine): [string, State][] =>
  Object.entries(machine.States).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.ItemProcessor ? statesOf(state.ItemProcessor as Machine) : []),
  ]);

for (const { file, machine } of machines) {
  test(`${file} is valid Amazon States Language, with a deadline for everything that waits`, () => {
    const { isValid, errorsText } = validate(machine as never);
    assert.ok(isValid, errorsText());
    assert.ok(machine.TimeoutSeconds, 'the machine ends by itself');
    for (const [name, state] of statesOf(machine)) {
      assert.match(name, /^[A-Z][^_]+$/, `${name} reads as a sentence`);
      if (state.Type !== 'Task') continue;
      assert.ok(state.TimeoutSeconds, `${name} has TimeoutSeconds`);
      if (String(state.Resource).endsWith('.waitForTaskToken'))
        assert.ok(state.HeartbeatSeconds, `${name} has HeartbeatSeconds`);
    }
  });
}

test('a library run and a cleanup wait while an account is at its limit', () => {
  const files = ['library-run.asl.yaml', 'clean-up.asl.yaml'];
  for (const { file, machine } of machines.filter((each) => files.includes(each.file))) {
    for (const [name, state] of statesOf(machine)) {
      if (state.Resource !== 'arn:aws:states:::lambda:invoke') continue;
      const named = ((state.Retry ?? []) as { ErrorEquals: string[] }[]).flatMap(({ ErrorEquals }) => ErrorEquals);
      assert.ok(named.includes('AccountAtLimit') || named.includes('States.ALL'), `${file}: ${name}`);
    }
  }
});

const deployment = parse(
  readFileSync(join(import.meta.dirname, '../../serverless.yml'), 'utf8').replaceAll(/!GetAtt /g, ''),
  { merge: true },
) as {
  readonly functions: Record<string, unknown>;
  readonly stepFunctions: {
    readonly stateMachines: Record<string, { readonly id: string; readonly definition: string }>;
  };
};

test('every function and machine that a machine names is deployed, and every machine that there is', () => {
  const functions = Object.keys(deployment.functions).map((name) => `${name[0]?.toUpperCase()}${name.slice(1)}`);
  const deployed = Object.values(deployment.stepFunctions.stateMachines);
  const known = new Set([
    ...functions.map((name) => `#{${name}LambdaFunction.Arn}`),
    ...deployed.map(({ id }) => `#{${id}}`),
  ]);
  const named = machines.flatMap(({ machine }) => JSON.stringify(machine).match(/#\{[^}]+\}/g) ?? []);
  assert.deepEqual(
    [...new Set(named)].filter((name) => !known.has(name)),
    [],
  );
  assert.deepEqual(
    deployed.map(({ definition }) => /statemachines\/([^)]+)/.exec(definition)?.[1]).sort(),
    machines.map(({ file }) => file).sort(),
  );
});

/** Raised at the API, before there is an execution. */
const API_ONLY = new Set([
  'InvalidRequest',
  'NotAllowed',
  'Conflict',
  'NotAvailable',
  'NotRecorded',
  'TooManyRequests',
  'CredentialsRejected',
]);
/** Raised and handled inside one step. */
const INSIDE_A_STEP = new Set(['UnrelatedSnapshots']);
/** Step Functions' and Lambda's own. */
const isAwsOwn = (name: string): boolean => /^(States|Lambda|SQS|StepFunctions|Sandbox|Runtime)\./.test(name);

test('every error that a machine names exists, and every error of a job is named by a machine', () => {
  const ours = new Set(
    Object.values(errors)
      .filter((each) => typeof each === 'function' && each !== (errors.HoldfastError as unknown))
      .map((Class) => new (Class as typeof errors.NotFound)('').name as string),
  );
  const named = new Set(
    machines.flatMap(({ machine }) =>
      statesOf(machine).flatMap(([, state]) =>
        [
          ...((state.Retry ?? []) as { ErrorEquals: string[] }[]),
          ...((state.Catch ?? []) as { ErrorEquals: string[] }[]),
        ].flatMap(({ ErrorEquals }) => ErrorEquals),
      ),
    ),
  );
  const unknown = [...named].filter((name) => !isAwsOwn(name) && !ours.has(name));
  assert.deepEqual(unknown, [], 'named by a machine, but not in core/domain/errors.ts');
  const unnamed = [...ours].filter((name) => !named.has(name) && !API_ONLY.has(name) && !INSIDE_A_STEP.has(name));
  assert.deepEqual(unnamed, [], 'in core/domain/errors.ts, but no machine names it');
});
