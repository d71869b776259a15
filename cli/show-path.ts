/** The states of a job's execution as a tree: instances below the Map that they belong to. */
import type { JobPath } from '../core/contracts/api.ts';
import type { Screen } from './screen.ts';
import { clockTime, duration, secondsBetween, time } from './units.ts';

interface PathState {
  readonly name: string;
  readonly enteredAt: string;
  readonly exitedAt?: string | undefined;
  readonly error?: { readonly name: string; readonly cause: string } | undefined;
  readonly tries?: number | undefined;
  readonly retries?: readonly { readonly at: string; readonly name: string; readonly cause: string }[] | undefined;
  readonly input?: ShownData | undefined;
  readonly output?: ShownData | undefined;
  readonly children?: readonly Branch[] | undefined;
}
interface ShownData {
  readonly text: string;
  readonly cut?: true | undefined;
}
interface Branch {
  readonly label: string;
  readonly status: string;
  readonly states: readonly PathState[];
}

/** `failures`: branches that went well are one line each. */
export type PathDetail = 'all' | 'failures';

const DONE = 'SUCCEEDED';

const paintStatus = ({ colors }: Screen, status: string): string => {
  const words = status.toLowerCase().replaceAll('_', ' ');
  if (status === DONE) return colors.green(words);
  return status === 'RUNNING' ? words : colors.red(words);
};

/** Step Functions' cause is JSON where a Lambda function failed: its message is what matters. */
const causeWords = (cause: string): string => {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
};

const showData = (
  { line, colors: { dim } }: Screen,
  name: string,
  data: ShownData | undefined,
  indent: string,
): void => {
  if (!data) return;
  line(`${indent}${name}`);
  for (const each of data.text.split('\n')) line(`${indent}  ${each}`);
  if (data.cut) line(`${indent}  ${dim('… it goes on')}`);
};

/** Why a state was tried again, and what went in and out. */
const showDetail = (screen: Screen, { tries, retries = [], input, output }: PathState, indent: string): void => {
  if (tries !== undefined) screen.line(`${indent}tried ${tries} times`);
  for (const { at, name, cause } of retries)
    screen.line(`${indent}  ${clockTime(at)}  ${screen.colors.yellow(name)}: ${causeWords(cause)}`);
  showData(screen, 'input', input, indent);
  showData(screen, 'output', output, indent);
};

const widest = (states: readonly PathState[]): number => Math.max(0, ...states.map(({ name }) => name.length));

const showStates = (screen: Screen, states: readonly PathState[], indent: string, detail: PathDetail): void => {
  const { dim, red, cyan } = screen.colors;
  const width = widest(states);
  for (const state of states) {
    const { name, enteredAt, exitedAt, error, children = [] } = state;
    const mark = error ? red('✗') : exitedAt ? '✓' : cyan('…');
    const took = exitedAt ? duration(secondsBetween(enteredAt, exitedAt)) : 'under way';
    screen.line(`${indent}${mark} ${name.padEnd(width)}  ${dim(`${clockTime(enteredAt)}  ${took}`)}`);
    if (error) screen.line(`${indent}    ${red(error.name)}: ${causeWords(error.cause)}`);
    showDetail(screen, state, `${indent}    `);
    for (const branch of children) {
      screen.line(`${indent}    ${branch.label}  ${paintStatus(screen, branch.status)}`);
      if (detail === 'all' || branch.status !== DONE) showStates(screen, branch.states, `${indent}      `, detail);
    }
  }
};

export const showPath = (screen: Screen, path: JobPath, detail: PathDetail): void => {
  const since = path.states[0] ? `, since ${time(path.states[0].enteredAt)}` : '';
  screen.line(
    `${screen.colors.bold('Path')} of attempt ${path.attempt}: ${paintStatus(screen, path.status)}${screen.colors.dim(since)}`,
  );
  if (path.states.length === 0) screen.line('  It has entered no state yet.');
  else showStates(screen, path.states, '  ', detail);
};
