/**
 * Anybody with an AWS account may send requests that are refused, and tenants and nodes many that are not: they shall not
 * fill the audit log, nor keep others from writing to it. Of one so many a minute are written; the rest is counted, and
 * the count written with the next.
 */
const A_MINUTE = 60;
const MINUTE_MS = 60_000;
const MOST_ACCOUNTS = 1_000;

interface Bucket {
  readonly since: number;
  readonly written: number;
  readonly leftOut: number;
}

export interface RefusalLimit {
  /** `leftOut`: how many were not written since the last one that was. Undefined: this one is not to be written. */
  admit(whose: string, now: number): { readonly leftOut: number } | undefined;
}

/** Holds for one instance of a function. */
export const createRefusalLimit = (aMinute: number = A_MINUTE): RefusalLimit => {
  const buckets = new Map<string, Bucket>();
  return {
    admit(whose, now) {
      const there = buckets.get(whose) ?? { since: now, written: 0, leftOut: 0 };
      const bucket = now - there.since < MINUTE_MS ? there : { since: now, written: 0, leftOut: there.leftOut };
      const isFull = bucket.written >= aMinute;
      buckets.delete(whose);
      if (buckets.size >= MOST_ACCOUNTS) buckets.delete(buckets.keys().next().value ?? '');
      buckets.set(
        whose,
        isFull ? { ...bucket, leftOut: bucket.leftOut + 1 } : { ...bucket, written: bucket.written + 1, leftOut: 0 },
      );
      return isFull ? undefined : { leftOut: bucket.leftOut };
    },
  };
};
