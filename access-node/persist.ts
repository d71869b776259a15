import { setTimeout as delay } from 'node:timers/promises';
import { TransientFailure } from '../core/domain/errors.ts';

export interface PersistOptions {
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  readonly onRetry?: (error: unknown) => void;
}

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;

/**
 * Calls the control plane until it answers, refuses or the deadline is over. The one layer of retries on these paths
 * (the SDK clients below try once); only TransientFailure is tried again, with full jitter.
 */
export const persist = async <T>(
  call: () => Promise<T>,
  { deadlineMs, signal, onRetry }: PersistOptions,
): Promise<T> => {
  const endsAt = performance.now() + deadlineMs;
  for (let tries = 0; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      const wait = Math.random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(tries, 10));
      if (!(error instanceof TransientFailure) || signal?.aborted || performance.now() + wait > endsAt) throw error;
      onRetry?.(error);
      await delay(wait, undefined, signal ? { signal } : {}).catch(() => undefined);
      if (signal?.aborted) throw error;
    }
  }
};
