import type { Clock } from '../kernel/clock.ts';
import { throttled } from './errors.ts';

interface Bucket {
  tokens: number;
  at: number;
}

/** A thousand buckets at a time are plenty; the least recently used is full again anyway. */
const MOST_BUCKETS = 1_000;

/** Token buckets that hold a second's worth: what comes faster is throttled. */
export class RequestRates {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a token for the resource and one for the account, or throws and takes none. */
  take(account: string, perAccount: number, snapshot?: string, perSnapshot = 0): void {
    const whole = this.#bucket(account, perAccount);
    const part = snapshot === undefined ? undefined : this.#bucket(snapshot, perSnapshot);
    if (part && part.tokens < 1)
      throw throttled('RESOURCE_LEVEL_THROTTLE', 'The request rate for this snapshot is exceeded.');
    if (whole.tokens < 1) throw throttled('ACCOUNT_THROTTLED', 'The request rate for this account is exceeded.');
    whole.tokens--;
    if (part) part.tokens--;
  }

  #bucket(key: string, perSecond: number): Bucket {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? { tokens: perSecond, at: now };
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > MOST_BUCKETS) this.#buckets.delete(this.#buckets.keys().next().value as string);
    bucket.tokens = Math.min(perSecond, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond);
    bucket.at = now;
    return bucket;
  }
}
