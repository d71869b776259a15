import type { Clock } from '../kernel/clock.ts';
import type { Throttle } from './rest-apis.ts';

/** Refills steadily up to `burst`; each request takes one token. */
export class TokenBucket {
  readonly #clock: Clock;
  #tokens: number | undefined;
  #at = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take({ ratePerSecond, burst }: Throttle): boolean {
    const now = this.#clock.now();
    const refilled = (this.#tokens ?? burst) + ((now - this.#at) / 1000) * ratePerSecond;
    this.#at = now;
    this.#tokens = Math.min(burst, refilled);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
