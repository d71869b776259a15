import { setTimeout as delay } from 'node:timers/promises';
import { type HoldfastError, TransientFailure } from '../../core/domain/errors.ts';
import { EbsCallError } from './ebs-calls.ts';
import { classifyEbsError } from './ebs-classify.ts';

export interface EbsRetrySettings {
  /** One try of one call; also the longest silence on its connection. */
  readonly timeoutMs: number;
  /** All tries of one call together. */
  readonly deadlineMs: number;
  /** How long "does not exist" is not believed of a snapshot that is written to: EBS documents up to 2 minutes. */
  readonly writeGraceMs: number;
  /** The same for one that is read: only the eventual consistency of a fresh snapshot. */
  readonly readGraceMs: number;
  /** How long a snapshot that refuses to be sealed may take to turn out as sealed before, and complete. */
  readonly sealGraceMs: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

export const ebsRetryDefaults: EbsRetrySettings = {
  timeoutMs: 20_000,
  deadlineMs: 180_000,
  writeGraceMs: 120_000,
  readGraceMs: 5_000,
  sealGraceMs: 300_000,
  firstDelayMs: 100,
  longestDelayMs: 15_000,
};

export interface EbsRetryDeps {
  readonly settings: EbsRetrySettings;
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** Told when EBS says that the session ran out; resolves when it is worth another try. */
  readonly renewCredentials: (signal: AbortSignal | undefined) => Promise<void>;
  /** Told of each failure that is tried again, before the wait. */
  readonly onRetry: (error: unknown) => void;
  /** Waits for this call's share of the rate; that wait counts against no timeout and no deadline. */
  readonly mayStart?: (signal: AbortSignal | undefined) => Promise<void>;
}

/** Thrown when a page token ran out; the listing goes on from its last index. */
export class PageTokenExpired extends Error {
  override readonly name = 'PageTokenExpired';
  readonly error: HoldfastError;
  constructor(error: HoldfastError) {
    super(error.message);
    this.error = error;
  }
}

const aborted = (signal: AbortSignal): unknown => signal.reason ?? new Error('aborted');

/**
 * Runs one call until it succeeds, ends for good or the deadline is over. The only place below the state machines that
 * tries an EBS call again (SDK: `maxAttempts: 1`). Full jitter: the wait is anything between 0 and the doubling limit.
 */
export const callWithRetry = async <T>(
  { settings, now, random, renewCredentials, onRetry, mayStart }: EbsRetryDeps,
  what: string,
  kind: 'read' | 'write',
  signal: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  let startedAt = now();
  const graceMs = kind === 'write' ? settings.writeGraceMs : settings.readGraceMs;
  for (let tries = 1; ; tries += 1) {
    if (signal?.aborted) throw aborted(signal);
    if (mayStart) {
      const queuedAt = now();
      await mayStart(signal);
      startedAt += now() - queuedAt;
    }
    try {
      return await withTimeout(call, settings.timeoutMs, signal);
    } catch (error) {
      if (signal?.aborted) throw aborted(signal);
      const verdict = classifyEbsError(error, what);
      if (verdict.action === 'stop') throw verdict.error;
      if (verdict.action === 'list-again') throw new PageTokenExpired(verdict.error);
      const elapsed = now() - startedAt;
      if (verdict.action === 'retry-in-grace' && elapsed > graceMs) throw verdict.error;
      const limit = Math.min(settings.longestDelayMs, settings.firstDelayMs * 2 ** Math.min(tries - 1, 16));
      const wait = random() * limit;
      if (elapsed + wait > settings.deadlineMs) throw gaveUp(what, tries, elapsed, error);
      onRetry(error);
      if (verdict.action === 'renew') await renewCredentials(signal);
      await delay(wait, undefined, signal ? { signal } : {}).catch(() => {
        if (signal) throw aborted(signal);
      });
    }
  }
};

const gaveUp = (what: string, tries: number, elapsedMs: number, cause: unknown): TransientFailure => {
  const last = cause instanceof EbsCallError ? `${cause.code}: ${cause.message}` : String(cause);
  return new TransientFailure(`${what}: given up after ${tries} tries in ${Math.round(elapsedMs / 1000)} s: ${last}`, {
    cause,
  });
};

/** Not AbortSignal.any: it holds on to the long-lived order's signal once a call, which adds up over a large volume. */
const withTimeout = async <T>(
  call: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  outer: AbortSignal | undefined,
): Promise<T> => {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new EbsCallError('Timeout', 0, `no whole answer within ${timeoutMs} ms`)),
    timeoutMs,
  );
  const onAbort = (): void => controller.abort(outer?.reason);
  outer?.addEventListener('abort', onAbort, { once: true });
  try {
    return await call(controller.signal);
  } catch (error) {
    throw controller.signal.aborted && !outer?.aborted ? controller.signal.reason : error;
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', onAbort);
  }
};
