/**
 * How many functions, none of which knows of the others, share what an account's API bears. While AWS throttles nothing
 * they do not even count; an answer that says so is noted for the account, region and API, and for a while everybody leaves
 * a gap before that call: twice as long with each such answer, half as long with each while without one.
 */

/** What is noted. */
export interface Throttle {
  /** ms, about, that a caller leaves before a call. */
  readonly gapMs: number;
  /** Of the last throttled answer; ms since 1970. */
  readonly at: number;
}

const FIRST_GAP_MS = 1_000;
const LONGEST_GAP_MS = 30_000;
/** EC2 refills its buckets by 2 to 20 tokens a second: what was too much for a bucket has drained after that. */
const HALVED_EACH_MS = 30_000;
/** Below it, nothing is left out. */
const NO_GAP_MS = 100;
/** Callers that were throttled in the same burst say the same thing, once. */
const ONE_BURST_MS = 1_000;

export const gapAt = (throttle: Throttle | undefined, now: number): number => {
  if (!throttle) return 0;
  const gap = throttle.gapMs * 0.5 ** (Math.max(0, now - throttle.at) / HALVED_EACH_MS);
  return gap < NO_GAP_MS ? 0 : gap;
};

/** What is noted after a throttled answer; undefined if another caller has just said so. */
export const throttledAt = (before: Throttle | undefined, now: number): Throttle | undefined => {
  if (before && now - before.at < ONE_BURST_MS) return undefined;
  const gap = gapAt(before, now);
  return { gapMs: Math.min(LONGEST_GAP_MS, Math.max(FIRST_GAP_MS, gap * 2)), at: now };
};

/** Before a call: spread evenly, so that callers that wait do not come back together. `random`: 0 to 1. */
export const waitOf = (gapMs: number, random: number): number => Math.round(2 * gapMs * random);
