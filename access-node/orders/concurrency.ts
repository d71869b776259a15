/** How many calls may be under way at a time. Pure: time and what happened come in. */
export interface Concurrency {
  readonly limit: number;
  /** One call has ended. `throttled`: how many answers so far were that calls come too fast; `now`: ms. */
  ended(throttled: number, now: number): void;
}

export interface ConcurrencyOptions {
  readonly most: number;
  readonly least?: number;
  readonly start?: number;
}

const LEAST = 4;
/** At 40 ms a call, 200 MiB/s. */
const START = 16;
/** A level is judged by so much of it, after as many calls as it has were waited for. */
const WINDOW_MS = 250;
const WINDOW_CALLS_PER_LANE = 2;
/** Whatever is slower than this is judged all the same. */
const LONGEST_WINDOW_MS = 4_000;
const STEP_UP = 1.5;
const STEP_DOWN = 0.8;
const AFTER_THROTTLING = 0.75;
/** Of what more lanes would give if each gave as much as those before; below it they are not worth their memory. */
const WORTH_IT = 0.3;
/** A lower level is as good if it is this near. */
const AS_GOOD = 0.97;
/** On top of what seems to be needed. */
const ROOM = 1.1;
/** Windows at one level between two tries of another. */
const HELD_WINDOWS = 24;
/** The same below a level at which calls were throttled. */
const CAREFUL_WINDOWS = 4;
/** For so long that level is not tried again. */
const REMEMBERED_MS = 60_000;

interface Level {
  readonly limit: number;
  /** Calls a second. */
  readonly rate: number;
}

/**
 * Finds the fewest lanes that reach the best throughput: rises by halves while it pays, settles at what was needed, and
 * tries now and then whether more would be faster or fewer as fast. Where calls are throttled it falls at once by a
 * quarter and comes back one by one, to below the level that was too much.
 */
export const createConcurrency = ({
  most,
  least = Math.min(LEAST, most),
  start = START,
}: ConcurrencyOptions): Concurrency => {
  const within = (limit: number): number => Math.min(most, Math.max(least, limit));
  let limit = within(start);
  /** The lower level that the present one has to beat while climbing; the higher one, while falling. */
  let compared: Level | undefined;
  let phase: 'climb' | 'fall' | 'hold' = 'climb';
  let held = 0;
  let nextTry: 'climb' | 'fall' = 'fall';
  let ceiling: { readonly limit: number; readonly until: number } | undefined;

  let toSettle = limit;
  let calls = 0;
  let startedAt: number | undefined;
  let throttledBefore = 0;

  const go = (to: number, next: typeof phase): void => {
    limit = within(Math.round(to));
    phase = next;
    if (next === 'hold') held = 0;
    toSettle = limit;
    startedAt = undefined;
  };

  const higher = (now: number): number => {
    if (ceiling && now > ceiling.until) ceiling = undefined;
    return Math.min(ceiling?.limit ?? most, within(Math.ceil(limit * STEP_UP)));
  };

  const climbFrom = (rate: number, now: number): void => {
    const next = ceiling && now <= ceiling.until ? Math.min(ceiling.limit, limit + 1) : higher(now);
    compared = { limit, rate };
    if (next > limit) go(next, 'climb');
    else go(limit, 'hold');
  };

  const judgeClimb = (rate: number, now: number): void => {
    const gain = compared ? rate / compared.rate : Infinity;
    const whole = compared ? limit / compared.limit - 1 : 0;
    if (!compared || gain - 1 >= whole * WORTH_IT) climbFrom(rate, now);
    else go(Math.min(limit, Math.ceil(compared.limit * Math.max(1, gain) * ROOM)), 'hold');
  };

  const judgeFall = (rate: number): void => {
    if (compared && rate < compared.rate * AS_GOOD) go(compared.limit, 'hold');
    else if (limit === least) go(limit, 'hold');
    else {
      compared = { limit, rate: Math.max(rate, compared?.rate ?? 0) };
      go(limit * STEP_DOWN, 'fall');
    }
  };

  const tryAnother = (rate: number, now: number): void => {
    compared = { limit, rate };
    const next = nextTry;
    nextTry = next === 'climb' ? 'fall' : 'climb';
    if (next === 'climb') climbFrom(rate, now);
    else if (limit > least) go(limit * STEP_DOWN, 'fall');
    else go(limit, 'hold');
  };

  const judgeHeld = (rate: number, now: number): void => {
    held += 1;
    if (ceiling && now <= ceiling.until) {
      if (held >= CAREFUL_WINDOWS && limit < ceiling.limit) go(limit + 1, 'hold');
    } else if (held >= HELD_WINDOWS) tryAnother(rate, now);
  };

  const judge = (rate: number, now: number): void => {
    if (phase === 'climb') judgeClimb(rate, now);
    else if (phase === 'fall') judgeFall(rate);
    else judgeHeld(rate, now);
  };

  return {
    get limit() {
      return limit;
    },
    ended(throttled, now) {
      if (startedAt === undefined) {
        toSettle -= 1;
        if (toSettle > 0) return;
        startedAt = now;
        calls = 0;
        throttledBefore = throttled;
        return;
      }
      calls += 1;
      if (throttled > throttledBefore) {
        ceiling = { limit: within(limit - 1), until: now + REMEMBERED_MS };
        compared = undefined;
        go(Math.floor(limit * AFTER_THROTTLING), 'hold');
        return;
      }
      const elapsed = now - startedAt;
      const enough = elapsed >= WINDOW_MS && calls >= limit * WINDOW_CALLS_PER_LANE;
      if (!enough && elapsed < LONGEST_WINDOW_MS) return;
      const rate = (calls * 1_000) / Math.max(1, elapsed);
      startedAt = now;
      calls = 0;
      judge(rate, now);
    },
  };
};
