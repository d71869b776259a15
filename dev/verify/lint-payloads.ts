/**
 * Follows what flows through a state machine, from what it is started with: a reference to what no state before has made,
 * a variable that is not assigned on every way, and a payload that its step or machine would refuse.
 */
import { readTemplate, type Scope } from './expression-shapes.ts';
import type { Machine, State } from './machine.ts';
import type { Problem } from './problem.ts';
import { ANY, meet, objectOf, type Shape, VALUE } from './shapes.ts';
import type { StepContract } from './step-contracts.ts';

export interface Surroundings {
  /** By the machine's id without `StateMachine`: what it takes. */
  readonly machineInput: (name: string) => Shape;
  readonly contract: (name: string) => StepContract;
}

type Variables = Scope['variables'];

/** What is known as a state begins. */
interface Before {
  readonly input: Shape;
  readonly variables: Variables;
}

const ERROR = objectOf({ Error: VALUE, Cause: VALUE });
const context = (input: Shape) =>
  objectOf({
    Execution: objectOf({ Id: VALUE, Input: input, Name: VALUE, RoleArn: VALUE, StartTime: VALUE }),
    State: ANY,
    StateMachine: ANY,
    Task: objectOf({ Token: VALUE }),
    Map: objectOf({ Item: objectOf({ Index: VALUE, Value: ANY }) }),
  });

const meetVariables = (one: Variables, other: Variables): Variables => {
  const both = meet({ kind: 'object', fields: one }, { kind: 'object', fields: other });
  return both.kind === 'object' ? both.fields : {};
};

/** What lacks, or is too much, for who takes `wanted`; a value that is there only maybe counts as there. */
const mismatch = (given: Shape, wanted: Shape): string | undefined => {
  if (given.kind !== 'object' || wanted.kind !== 'object') return undefined;
  const lacking = Object.entries(wanted.fields).filter(([name, { maybe }]) => !maybe && !(name in given.fields));
  const extra = Object.keys(given.fields).filter((name) => !(name in wanted.fields));
  if (lacking.length > 0) return `lacks ${lacking.map(([name]) => name).join(', ')}`;
  return extra.length > 0 ? `has ${extra.join(', ')}, which it does not take` : undefined;
};

export const lintPayloads = (file: string, machine: Machine, surroundings: Surroundings): readonly Problem[] => {
  const problems = new Map<string, Problem>();
  follow(file, machine, surroundings.machineInput(file), surroundings, (where, what) =>
    problems.set(`${where} ${what}`, { where: `${file}: ${where}`, what }),
  );
  return [...problems.values()];
};

type Report = (where: string, what: string) => void;

const follow = (file: string, machine: Machine, input: Shape, around: Surroundings, report: Report): void => {
  const before = new Map<string, Before>();
  const waiting = [machine.StartAt];
  before.set(machine.StartAt, { input, variables: {} });

  const goTo = (next: string | undefined, after: Before): void => {
    if (next === undefined) return;
    const known = before.get(next);
    const met = known
      ? { input: meet(known.input, after.input), variables: meetVariables(known.variables, after.variables) }
      : after;
    if (known && JSON.stringify(known) === JSON.stringify(met)) return;
    before.set(next, met);
    if (!waiting.includes(next)) waiting.push(next);
  };

  const visit = (name: string, silent: boolean): void => {
    const state = machine.States[name];
    const here = before.get(name);
    if (!state || !here) return;
    const tell = (what: string): void => (silent ? undefined : report(name, what));
    const fixed = { input: here.input, context: context(input) };
    const scope = (more: Readonly<Record<string, Shape>> = {}): Scope => ({
      states: objectOf({ ...fixed, ...more }),
      variables: here.variables,
    });
    const assigned = (Assign: unknown, of: Scope): Variables => {
      const made = Assign === undefined ? objectOf({}) : readTemplate(Assign, of, tell);
      return { ...here.variables, ...(made.kind === 'object' ? made.fields : {}) };
    };
    const read = (value: unknown, of = scope()): Shape => readTemplate(value, of, tell);

    read([state.Seconds, state.Timestamp, state.TimeoutSeconds, state.HeartbeatSeconds, state.Error, state.Cause]);
    read([state.ItemReader?.Arguments, state.ResultWriter?.Arguments, state.MaxConcurrency, state.Items]);
    const result = resultOf(file, state, read, around, tell, silent, report);
    for (const { Next, Assign, Output } of state.Catch ?? []) {
      const failed = scope({ errorOutput: ERROR });
      goTo(Next, { input: Output === undefined ? ERROR : read(Output, failed), variables: assigned(Assign, failed) });
    }
    for (const { Condition, Next, Assign, Output } of state.Choices ?? []) {
      read(Condition);
      goTo(Next, { input: Output === undefined ? here.input : read(Output), variables: assigned(Assign, scope()) });
    }
    const done = result === undefined ? scope() : scope({ result });
    const output = state.Output === undefined ? (result ?? here.input) : read(state.Output, done);
    goTo(state.Next ?? state.Default, { input: output, variables: assigned(state.Assign, done) });
  };

  // First what may be anywhere, then, when that changes no more, what is wrong with it.
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) visit(name, true);
  for (const name of Object.keys(machine.States)) {
    if (before.has(name)) visit(name, false);
    else report(name, 'is reached from nowhere');
  }
};

const resultOf = (
  file: string,
  state: State,
  read: (value: unknown) => Shape,
  around: Surroundings,
  tell: (what: string) => void,
  silent: boolean,
  report: Report,
): Shape | undefined => {
  if (state.Type === 'Map') {
    const item = state.ItemSelector === undefined ? ANY : read(state.ItemSelector);
    if (state.ItemProcessor && !silent) follow(file, state.ItemProcessor, item, around, report);
    return ANY;
  }
  if (state.Type !== 'Task') return undefined;
  const given = read(state.Arguments);
  const part = (name: string): Shape => (given.kind === 'object' ? (given.fields[name]?.shape ?? ANY) : ANY);
  const [, step] = /^#\{(\w+)LambdaFunction\.Arn\}$/.exec(state.Arguments?.FunctionName ?? '') ?? [];
  const [, child] = /^#\{(\w+)StateMachine\}$/.exec(state.Arguments?.StateMachineArn ?? '') ?? [];
  if (step !== undefined) {
    const contract = around.contract(step);
    const problem = mismatch(part('Payload'), contract.input);
    if (problem) tell(`the payload of ${step} ${problem}`);
    return objectOf({ Payload: contract.output, StatusCode: VALUE });
  }
  if (child !== undefined) {
    const problem = mismatch(part('Input'), around.machineInput(child));
    if (problem) tell(`the input of ${child} ${problem}`);
  }
  return ANY;
};
