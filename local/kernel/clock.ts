/** A time of day in milliseconds since 1970, and timers on it. Everything in the local cloud that waits, waits here. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `fn` once when the clock has reached `time` (ms since 1970); at once, but never synchronously, if it has. */
  at(time: number, fn: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** setTimeout counts in 32 bits: longer waits are taken in steps. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => Date.now(),
  at(time, fn) {
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const left = time - Date.now();
      handle = setTimeout(left > LONGEST_TIMEOUT_MS ? arm : fn, Math.max(0, Math.min(left, LONGEST_TIMEOUT_MS)));
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
};

interface Pending {
  readonly time: number;
  readonly sequence: number;
  readonly fn: () => void;
}

/** A clock that moves only when a test says so. Timers fire in order of time, then of creation. */
export class VirtualClock implements Clock {
  #now: number;
  #sequence = 0;
  #timers: Pending[] = [];

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  at(time: number, fn: () => void): Timer {
    const timer = { time, sequence: this.#sequence++, fn };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** When the next timer is due, or undefined if none waits. */
  nextAt(): number | undefined {
    return this.#earliest()?.time;
  }

  /** Moves time forward, firing what falls due and letting what that started settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const next = this.#earliest();
      if (!next || next.time > end) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.time);
      next.fn();
    }
    this.#now = end;
    await settle();
  }

  #earliest() {
    return this.#timers.reduce<Pending | undefined>(
      (best, timer) =>
        !best || timer.time < best.time || (timer.time === best.time && timer.sequence < best.sequence) ? timer : best,
      undefined,
    );
  }
}

/** Lets promises and immediates that are ready run. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve));
};

export const sleep = (clock: Clock, ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = clock.at(clock.now() + ms, resolve);
    signal?.addEventListener(
      'abort',
      () => {
        timer.cancel();
        reject(signal.reason);
      },
      { once: true },
    );
  });
