/**
 * Test files that share one process: half of what small ones take is loading what the others load, too. What belongs to the
 * process they leave as they found it: a test that does not fails the run, for another one might pass because of it.
 */
import { after, before as beforeAll, beforeEach } from 'node:test';

const OBJECTS = { globalThis, process, console, Date, Math } as const;
const EVENTS = ['uncaughtException', 'unhandledRejection', 'SIGINT', 'SIGTERM', 'message'] as const;

type State = ReadonlyMap<string, unknown>;

const stateOf = (): State => {
  const state = new Map<string, unknown>([['the working folder', process.cwd()]]);
  // what is no function of `process` tells how it fares, and changes by itself
  for (const [name, object] of Object.entries(OBJECTS))
    for (const [key, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(object)))
      if (object !== process || typeof value === 'function') state.set(`${name}.${key}`, value ?? get);
  for (const [key, value] of Object.entries(process.env)) state.set(`the variable ${key}`, value);
  for (const event of EVENTS) state.set(`who listens for ${event}`, process.listenerCount(event));
  return state;
};

const changed = (before: State, now: State): readonly string[] =>
  [...new Set([...before.keys(), ...now.keys()])].filter((key) => !Object.is(before.get(key), now.get(key)));

/** Errors: names what the test before has left changed. */
const watchState = (): void => {
  let before: State | undefined;
  let last = 'loading the files';
  const check = (next: string): void => {
    const now = stateOf();
    const left = before ? changed(before, now) : [];
    const by = last;
    before = now;
    last = next;
    if (left.length === 0) return;
    // a hook that fails after the last test does not fail the process
    process.exitCode = 1;
    throw new Error(`${by} has left changed: ${left.join(', ')}. Put back what belongs to all.`);
  };
  // the innermost has what a test around it has set for its own time
  beforeEach((context) => {
    if ('fullName' in context && context.fullName === context.name) check(`"${context.name}"`);
  });
  let ended = false;
  after(() => {
    ended = true;
    check('');
  });
  process.on('exit', () => {
    if (ended) return;
    console.error(`${last} has ended the process: the tests after it did not run`);
    process.exitCode = 1;
  });
};

/** Loads these files (absolute paths), whose tests run one after another then. */
export const together = async (files: readonly string[]): Promise<void> => {
  const loading = Promise.withResolvers<void>();
  beforeAll(() => loading.promise);
  watchState();
  try {
    for (const file of files) await import(file);
    loading.resolve();
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
    loading.reject(error);
  }
};
