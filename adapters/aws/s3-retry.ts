import { setTimeout as delay } from 'node:timers/promises';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { LibraryFull, LibraryUnavailable, TransientFailure } from '../../core/domain/errors.ts';
import { ObjectRetained } from '../../library/errors.ts';

/**
 * How a client must be built that is handed to the S3 store: the store tries again, the SDK must not, and checksums are
 * the store's own (the SDK's default would hash every body a second time).
 */
export const s3ClientSettings = {
  maxAttempts: 1,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
} as const satisfies S3ClientConfig;

export interface S3RetrySettings {
  /** One try of one call, body included: 32 MiB at 1 MiB/s still fit. */
  readonly timeoutMs: number;
  /** All tries of one call together; no try starts after it. */
  readonly deadlineMs: number;
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** In [0, 1): full jitter. */
  readonly random: () => number;
}

export const s3RetryDefaults: S3RetrySettings = {
  timeoutMs: 45_000,
  deadlineMs: 180_000,
  attempts: 8,
  firstDelayMs: 100,
  longestDelayMs: 10_000,
  random: Math.random,
};

interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

export const statusOf = (error: unknown): number | undefined => (error as SdkError).$metadata?.httpStatusCode;
export const nameOf = (error: unknown): string => (error as SdkError).name ?? '';
const textOf = (error: unknown): string => `${nameOf(error)}: ${(error as SdkError).message}`;

/** 400s and 403s that pass: a body that came damaged or too slowly, a session being renewed, a clock being corrected. */
const PASSING = new Set([
  'RequestTimeout',
  'BadDigest',
  'XAmzContentChecksumMismatch',
  'XAmzContentSHA256Mismatch',
  'ExpiredToken',
  'RequestTimeTooSkewed',
]);
/** S3 itself never says so; stores that speak its protocol do. */
const FULL = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage']);
const isFull = (error: unknown): boolean => FULL.has(nameOf(error)) || statusOf(error) === 507;

const isPassing = (error: unknown): boolean => {
  const status = statusOf(error);
  // without a status no answer came: reset, refused, timed out, cut off
  if (status === undefined) return !(error instanceof TypeError || error instanceof RangeError);
  // 409 to a conditional PUT: another one was under way, and neither has decided yet
  return status >= 500 || status === 429 || status === 409 || PASSING.has(nameOf(error));
};

/** Of a delete by version: S3 has no code of its own for what Object Lock keeps, but says so. */
export const retainedOr =
  (key: string) =>
  (error: unknown): never => {
    const isRetained = statusOf(error) === 403 && /object lock|WORM protected/i.test(textOf(error));
    throw isRetained ? new ObjectRetained(`${key} is kept by its retention`, { cause: error }) : error;
  };

/** What an error that is not worth another try is called in our words. */
const permanent = (what: string, error: unknown): unknown => {
  const status = statusOf(error);
  const text = `${what}: ${textOf(error)}`;
  if (isFull(error)) return new LibraryFull(text, { cause: error });
  if (status === 401 || status === 403 || nameOf(error) === 'NoSuchBucket')
    return new LibraryUnavailable(text, { cause: error });
  return error;
};

/** The only place that tries a library's S3 call again. `call` must give up when its signal says so. */
export const s3CallWithRetry = async <T>(
  settings: S3RetrySettings,
  what: string,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const startedAt = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(AbortSignal.timeout(settings.timeoutMs));
    } catch (error) {
      if (error instanceof ObjectRetained) throw error;
      if (isFull(error) || !isPassing(error)) throw permanent(what, error);
      const limit = Math.min(settings.longestDelayMs, settings.firstDelayMs * 2 ** (attempt - 1));
      const wait = settings.random() * limit;
      const elapsed = performance.now() - startedAt;
      if (attempt >= settings.attempts || elapsed + wait > settings.deadlineMs) {
        const tries = `${attempt} tries in ${Math.round(elapsed / 1000)} s`;
        throw new TransientFailure(`${what}: given up after ${tries}: ${textOf(error)}`, { cause: error });
      }
      await delay(wait);
    }
  }
};
