import { AsyncLocalStorage } from 'node:async_hooks';
import { type Clock, install } from '@sinonjs/fake-timers';
import { currentProcess } from './sim-process.ts';

/** When every simulation begins. */
export const BEGINNING = Date.UTC(2026, 0, 5, 8);

const realImmediate = setImmediate;
/** The machine's own, for what is said about a run: never for what happens in it. */
export const realNow = performance.now.bind(performance);
/** CPU time of this process so far, ms. */
export const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

let clock: Clock;

type Callback = (...args: unknown[]) => void;

/** A dead process's timers do nothing; a living one's run as that process. */
const owned = (callback: Callback): Callback => {
  const owner = currentProcess();
  const asBefore = AsyncLocalStorage.snapshot();
  return (...args) => {
    if (!owner?.dead) asBefore(callback, ...args);
  };
};

export const installClock = (): void => {
  clock = install({
    now: BEGINNING,
    loopLimit: 1_000_000,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance', 'hrtime', 'Intl'],
  });
  const { setTimeout: timeout, setInterval: interval } = globalThis;
  globalThis.setTimeout = Object.assign(
    (callback: Callback, ms?: number, ...args: unknown[]) => timeout(owned(callback), ms, ...args),
    timeout,
  ) as typeof setTimeout;
  globalThis.setInterval = Object.assign(
    (callback: Callback, ms?: number, ...args: unknown[]) => interval(owned(callback), ms, ...args),
    interval,
  ) as typeof setInterval;
  // Node's own would count real milliseconds.
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    const timedOut = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    const timer = setTimeout(() => controller.abort(timedOut), ms);
    timer.unref?.();
    return controller.signal;
  };
};

/** Forgets all timers and goes back to a time. */
export const rewind = (to: number): void => {
  clock.reset();
  clock.setSystemTime(to);
};

/** It is so much later at once: what waits for a timer waits as long as before. */
export const jump = (ms: number): void => clock.setSystemTime(Date.now() + ms);

let loading = 0;

/** What has no trace among Node's active requests: waiting for it is not idling. */
export const busyWith = async <T>(work: Promise<T>): Promise<T> => {
  loading += 1;
  try {
    return await work;
  } finally {
    loading -= 1;
  }
};

const busy = (): boolean =>
  loading > 0 ||
  process
    .getActiveResourcesInfo()
    .some((kind) => kind === 'Immediate' || /^(FS|FileHandle|CloseReq|Process)/.test(kind));

/** Resolves when nothing can happen any more but by a timer. */
const quiescence = async (): Promise<void> => {
  for (let calm = 0; calm < 2; ) {
    await new Promise<void>((resolve) => realImmediate(() => resolve()));
    calm = busy() ? 0 : calm + 1;
  }
};

/** The simulated time limit of a run was over before what it waited for. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

export interface Driving {
  /** Virtual milliseconds. */
  readonly limitMs?: number;
  /** Looked at between two steps: throws to end the run. */
  readonly check?: () => void;
}

/** Lets virtual time pass, timer by timer, until `work` has settled. */
export const drive = async <T>(work: Promise<T>, { limitMs = 7 * 86_400_000, check }: Driving = {}): Promise<T> => {
  let settled = false;
  const end = Date.now() + limitMs;
  work.then(
    () => {
      settled = true;
    },
    () => {
      settled = true;
    },
  );
  for (;;) {
    await quiescence();
    check?.();
    if (settled) return work;
    if (clock.countTimers() === 0) throw new OutOfTime('nothing can happen any more, and it has not ended');
    clock.next();
    if (Date.now() > end) throw new OutOfTime(`not ended after ${Math.round(limitMs / 60_000)} virtual minutes`);
  }
};
