import { setTimeout as delay } from 'node:timers/promises';

/** Lets calls start at a rate. Whoever waits is served in order. */
export interface TokenBucket {
  /** Resolves when the caller may start one call. Rejects with the signal's reason. */
  take(signal?: AbortSignal): Promise<void>;
  /** 0: nobody starts until there is another rate. */
  setRate(perSecond: number): void;
}

/**
 * What was not used is kept for this long: timers and collections of garbage pause the one thread for milliseconds. It is
 * as much as a full bucket goes beyond its rate in any second, and not less than one call.
 */
const BURST_SECONDS = 0.02;
/** A new rate reaches those who wait within this time. */
const LONGEST_NAP_MS = 1_000;

/** Empty at first: many that begin at once share one quota. */
export const createTokenBucket = (perSecond: number, now: () => number = Date.now): TokenBucket => {
  let rate = perSecond;
  let tokens = 0;
  let filledAt = now();
  let queue: Promise<void> = Promise.resolve();

  const refill = (): void => {
    const time = now();
    tokens = Math.min(Math.max(1, rate * BURST_SECONDS), tokens + ((time - filledAt) / 1000) * rate);
    filledAt = time;
  };
  const waitForToken = async (signal: AbortSignal | undefined): Promise<void> => {
    for (;;) {
      refill();
      if (tokens >= 1 || signal?.aborted) break;
      const wait = Math.min(((1 - tokens) / rate) * 1000, LONGEST_NAP_MS);
      await delay(Math.max(1, wait), undefined, signal ? { signal } : {}).catch(() => undefined);
    }
    signal?.throwIfAborted();
    tokens -= 1;
  };

  let waiting = 0;
  return {
    async take(signal) {
      signal?.throwIfAborted();
      refill();
      if (waiting === 0 && tokens >= 1) {
        tokens -= 1;
        return;
      }
      waiting += 1;
      const turn = queue
        .then(() => waitForToken(signal))
        .finally(() => {
          waiting -= 1;
        });
      queue = turn.catch(() => undefined);
      await turn;
    },
    setRate(next) {
      refill();
      rate = next;
      if (rate === 0) tokens = 0;
    },
  };
};
