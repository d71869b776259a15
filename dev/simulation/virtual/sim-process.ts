import { AsyncLocalStorage } from 'node:async_hooks';

/** Whatever runs by itself in the simulation and can die by itself: a function's instance, an access node, a person. */
export interface SimProcess {
  /** Unique in a run, e.g. `lock-instance#4`, `node-2`. */
  readonly name: string;
  readonly kind: 'function' | 'node' | 'person';
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** From then on nothing that it does has any effect: no call, no timer. */
  dead: boolean;
  /** Calls to AWS so far. */
  calls: number;
  /** Of a function: begun so far. */
  readonly invocations?: number;
  /** What it wrote to stdout and stderr. */
  write(text: string): void;
  /** Ends it as SIGKILL would. */
  die(): void;
}

const running = new AsyncLocalStorage<SimProcess | undefined>();

/** Whose code runs right now; undefined: the cloud's or the simulation's own. */
export const currentProcess = (): SimProcess | undefined => running.getStore();

export const runAs = <T>(process: SimProcess, fn: () => T): T => running.run(process, fn);

/** Runs as nobody: what the cloud does goes on when the one who asked for it has died. */
export const runAsCloud = <T>(fn: () => T): T => running.run(undefined, fn);
