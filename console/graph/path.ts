/** What a job has gone through, laid over the machine that it goes through. Pure. */
import type { JobPath } from '../../core/contracts/api.ts';
import type { DrawnMachine } from './machine.ts';

/** A state as the API tells it, at any depth. */
export interface Passed {
  readonly name: string;
  readonly enteredAt: string;
  readonly exitedAt?: string | undefined;
  readonly error?: { readonly name: string; readonly cause: string } | undefined;
  readonly tries?: number | undefined;
  readonly retries?: readonly { readonly at: string; readonly name: string; readonly cause: string }[] | undefined;
  readonly input?: Shown | undefined;
  readonly output?: Shown | undefined;
  readonly children?: readonly Branch[] | undefined;
}
/** JSON as text. */
export interface Shown {
  readonly text: string;
  readonly cut?: true | undefined;
}
export interface Branch {
  readonly label: string;
  readonly status: string;
  readonly states: readonly Passed[];
}

export type Outcome = 'idle' | 'running' | 'done' | 'failed' | 'mixed';

/** The times that a state was entered, in order. */
export const passesOf = (name: string, states: readonly Passed[]): readonly Passed[] =>
  states.filter((state) => state.name === name);

const FAILED = ['FAILED', 'TIMED_OUT', 'ABORTED'];

/** `mixed`: it went on, though something within it failed. */
export const outcomeOf = (passes: readonly Passed[]): Outcome => {
  const last = passes.at(-1);
  if (!last) return 'idle';
  if (last.exitedAt === undefined) return 'running';
  if (last.error) return 'failed';
  return last.children?.some(({ status }) => FAILED.includes(status)) ? 'mixed' : 'done';
};

/** Transitions that were taken, as `from → to`. */
export const takenOf = (states: readonly Passed[]): ReadonlySet<string> =>
  new Set(states.slice(1).map((state, i) => edgeId(states[i]?.name ?? '', state.name)));

export const edgeId = (from: string, to: string): string => `${from} → ${to}`;

/** The one that was asked for; else the first that failed, else one that is under way, else the first. */
export const branchOf = (branches: readonly Branch[], label: string | null): Branch | undefined =>
  branches.find((branch) => branch.label === label) ??
  branches.find(({ status }) => FAILED.includes(status)) ??
  branches.find(({ status }) => status === 'RUNNING') ??
  branches[0];

export interface Part {
  /** The state that runs another machine. */
  readonly state: string;
  readonly machine: string;
  readonly states: readonly Passed[];
}

export interface Scope {
  /** Of the Map whose items are instances. */
  readonly branches: readonly Branch[];
  readonly branch: Branch | undefined;
  readonly parts: readonly Part[];
}

const partsOf = (machine: DrawnMachine, states: readonly Passed[]): Part[] =>
  machine.states.flatMap(({ name, runs }) => {
    const started = passesOf(name, states).at(-1)?.children?.at(-1);
    return runs !== undefined && started ? [{ state: name, machine: runs, states: started.states }] : [];
  });

/** What can be looked at: the instances of its Map, and the machines that were run for the one that is chosen. */
export const scopeOf = (machine: DrawnMachine, path: JobPath, instance: string | null): Scope => {
  const map = machine.states.find(({ inner }) => inner !== undefined);
  const branches = map ? passesOf(map.name, path.states).flatMap(({ children = [] }) => children) : [];
  const branch = branchOf(branches, instance);
  const parts = [...partsOf(machine, path.states), ...(map?.inner && branch ? partsOf(map.inner, branch.states) : [])];
  return { branches, branch, parts };
};

/** A machine of more states than these is easier to read without those that were not entered. */
const MANY = 14;
export const hasManyStates = (machine: DrawnMachine): boolean => machine.states.length > MANY;

/** The machine without the states that were not entered and the ways that were not taken, at every depth. */
export const passedOnly = (machine: DrawnMachine, states: readonly Passed[], instance: string | null): DrawnMachine => {
  const taken = takenOf(states);
  const entered = machine.states.filter(({ name }) => passesOf(name, states).length > 0);
  return {
    startAt: machine.startAt,
    states: entered.map(({ inner, ...state }) => {
      const branches = passesOf(state.name, states).flatMap(({ children = [] }) => children);
      return {
        ...state,
        transitions: state.transitions.filter(({ to }) => taken.has(edgeId(state.name, to))),
        ...(inner ? { inner: passedOnly(inner, branchOf(branches, instance)?.states ?? [], instance) } : {}),
      };
    }),
  };
};
