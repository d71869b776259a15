import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import validate from 'asl-validator';
import { parse } from 'yaml';
import * as errors from '../../core/domain/errors.ts';
import { lintPayloads } from './lint-payloads.ts';
import { type Machine, type State, statesOf } from './machine.ts';
import type { Problem } from './problem.ts';
import { MACHINE_INPUTS, stepContract } from './step-contracts.ts';

const FOLDER = join(import.meta.dirname, '../../statemachines');

/** By the file's name without `.asl.yaml`. */
export const readMachines = (): Readonly<Record<string, Machine>> =>
  Object.fromEntries(
    readdirSync(FOLDER).map((file) => [
      file.replace('.asl.yaml', ''),
      parse(readFileSync(join(FOLDER, file), 'utf8'), { merge: true }) as Machine,
    ]),
  );

/** Step Functions' own that a Retry or Catch can name. */
const STATES = new Set(
  [
    'ALL',
    'TaskFailed',
    'Timeout',
    'HeartbeatTimeout',
    'Permissions',
    'DataLimitExceeded',
    'Runtime',
    'QueryEvaluationError',
    'BranchFailed',
    'NoChoiceMatched',
    'ItemReaderFailed',
    'ResultWriterFailed',
    'ExceedToleratedFailureThreshold',
    'Http.Socket',
  ].map((name) => `States.${name}`),
);

/** A service's errors as its integration names them, and Lambda's runtime's. */
const OF_A_SERVICE = /^(Lambda|SQS|StepFunctions)\.[A-Z]\w+$|^(Sandbox\.Timedout|Runtime\.ExitError)$/;

const ours: ReadonlySet<string> = new Set(
  Object.values(errors)
    .filter((each) => typeof each === 'function' && each !== (errors.HoldfastError as unknown))
    .map((Class) => new (Class as typeof errors.NotFound)('').name as string),
);

const namesOfErrors = (state: State, tell: (what: string) => void): void => {
  for (const handlers of [state.Retry ?? [], state.Catch ?? []]) {
    const said = new Set<string>();
    for (const [index, { ErrorEquals }] of handlers.entries())
      for (const name of ErrorEquals) {
        if (!ours.has(name) && !STATES.has(name) && !OF_A_SERVICE.test(name)) tell(`${name} is no error that there is`);
        // A Retry may name it twice: the first says how often it is tried, for all that the second has it among others.
        if (said.has(name) && handlers === state.Catch) tell(`${name} is caught twice: the second is never reached`);
        said.add(name);
        const isAll = name === 'States.ALL';
        if (isAll && (ErrorEquals.length > 1 || index < handlers.length - 1)) tell(`${name} must be alone, and last`);
      }
  }
};

const deadlines = (state: State, tell: (what: string) => void): void => {
  const { Type, Resource = '', TimeoutSeconds, HeartbeatSeconds } = state;
  if (Type !== 'Task') return;
  if (TimeoutSeconds === undefined) tell('has no TimeoutSeconds: it may wait for a year');
  if (Resource.endsWith('.waitForTaskToken') && HeartbeatSeconds === undefined)
    tell('waits for a token without HeartbeatSeconds: who was to answer may be dead');
  if (Number(HeartbeatSeconds) >= Number(TimeoutSeconds)) tell('has a heartbeat that is not shorter than its timeout');
};

/** What following the payloads cannot see, and why it is so. */
const KNOWN: Readonly<Record<string, string>> = {
  'snapshots: Look at the snapshots $snapshotIds is not assigned on every way here':
    '“Were they taken?” goes there only where no failure is noted, which is where they were assigned',
};

/** Errors in one machine; `machines` are all, since they start each other. */
export const lintMachine = (name: string, machines: Readonly<Record<string, Machine>>): readonly Problem[] => {
  const machine = machines[name] as Machine;
  const problems: Problem[] = [];
  const { isValid, errorsText } = validate(machine);
  if (!isValid) problems.push({ where: name, what: errorsText() });
  if (!machine.TimeoutSeconds) problems.push({ where: name, what: 'has no TimeoutSeconds: it may run for a year' });
  for (const [state, definition] of statesOf(machine)) {
    const tell = (what: string): void => void problems.push({ where: `${name}: ${state}`, what });
    deadlines(definition, tell);
    namesOfErrors(definition, tell);
  }
  if (!isValid) return problems;
  const surroundings = { machineInput: inputOf, contract: stepContract };
  const payloads = lintPayloads(name, machine, surroundings);
  return [...problems, ...payloads.filter(({ where, what }) => !(`${where} ${what}` in KNOWN))];
};

/** `transfer`, or as another machine names it, `BackupCopy`. */
const inputOf = (name: string) => {
  const file = name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  const input = MACHINE_INPUTS[file];
  if (!input) throw new Error(`dev/verify/step-contracts.ts does not say what the machine ${file} is started with`);
  return input;
};
