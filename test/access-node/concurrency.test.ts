import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createConcurrency } from '../../access-node/orders/concurrency.ts';

const LATENCY_MS = 40;

interface Endpoint {
  /** Calls that its bandwidth serves in a second. */
  readonly bandwidth: number;
  /** Calls a second above which it answers that they come too fast. */
  readonly limit?: number;
  readonly jitter?: number;
}

/** Lanes that call an endpoint, in virtual time; answers calls a second over the last part, and the lanes at its end. */
const run = (
  { bandwidth, limit = Infinity, jitter = 0 }: Endpoint,
  seconds: number,
  most = 64,
): { readonly rate: number; readonly lanes: number; readonly throttledShare: number } => {
  const concurrency = createConcurrency({ most });
  let seed = 1;
  const random = (): number => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return seed / 2 ** 32;
  };
  const lanes: { freeAt: number; throttled: number }[] = [];
  let now = 0;
  let served = 0;
  let [tokens, filledAt] = [limit * 0.2, 0];
  let [throttled, lateThrottled, done] = [0, 0, 0];
  const late = (seconds - 20) * 1_000;
  const call = (lane: (typeof lanes)[number]): void => {
    tokens = Math.min(limit * 0.2, tokens + ((now - filledAt) / 1_000) * limit);
    filledAt = now;
    if (tokens < 1) {
      throttled += 1;
      if (now > late) lateThrottled += 1;
      lane.throttled += 1;
      lane.freeAt = now + 10 + random() * 100 * 2 ** Math.min(lane.throttled, 5);
      return;
    }
    tokens -= 1;
    lane.throttled = 0;
    served = Math.max(served, now) + 1_000 / bandwidth;
    lane.freeAt = Math.max(now + LATENCY_MS * (1 + jitter * (random() - 0.5)), served);
  };
  while (now < seconds * 1_000) {
    while (lanes.length < concurrency.limit) {
      const lane = { freeAt: now, throttled: 0 };
      lanes.push(lane);
      call(lane);
    }
    const next = lanes.reduce((first, lane) => (lane.freeAt < first.freeAt ? lane : first));
    now = next.freeAt;
    if (next.throttled === 0) {
      if (now > late) done += 1;
      concurrency.ended(throttled, now);
      if (lanes.length > concurrency.limit) {
        lanes.splice(lanes.indexOf(next), 1);
        continue;
      }
    }
    call(next);
  }
  return { rate: done / 20, lanes: concurrency.limit, throttledShare: lateThrottled / (done + lateThrottled) };
};

describe('how many calls are under way', () => {
  for (const bandwidth of [50, 130, 250, 400, 555, 700, 1_000, 1_400, 1_600, 5_000]) {
    it(`suffices for 95 % of an endpoint of 40 ms and ${bandwidth} blocks a second, with few lanes too many`, () => {
      const best = Math.min(bandwidth, 64_000 / LATENCY_MS);
      const needed = Math.min(64, Math.max(4, (best * LATENCY_MS) / 1_000));
      for (const jitter of [0, 1]) {
        const { rate, lanes } = run({ bandwidth, jitter }, 60);
        assert.ok(rate >= best * 0.95, `${rate} of ${best}, ${lanes} lanes`);
        assert.ok(lanes <= needed * 1.6 + 1, `${lanes} lanes, ${needed} are needed`);
      }
    });
  }

  it('is reached within two seconds', () => {
    const concurrency = createConcurrency({ most: 64 });
    let now = 0;
    // each lane makes 25 calls a second
    while (concurrency.limit < 64 && now < 10_000) {
      now += LATENCY_MS / concurrency.limit;
      concurrency.ended(0, now);
    }
    assert.ok(now < 2_000, `${now} ms`);
  });

  for (const limit of [200, 500, 900]) {
    it(`settles below an endpoint's ${limit} calls a second, and near them`, () => {
      const { rate, throttledShare } = run({ bandwidth: 10_000, limit, jitter: 0.5 }, 120);
      assert.ok(rate <= limit * 1.01 && rate >= limit * 0.8, `${rate}`);
      assert.ok(throttledShare < 0.02, `${throttledShare}`);
    });
  }

  it('stays within what is allowed', () => {
    assert.equal(createConcurrency({ most: 2 }).limit, 2);
    assert.ok(run({ bandwidth: 10_000 }, 30, 8).lanes <= 8);
    assert.ok(run({ bandwidth: 10_000, limit: 10 }, 60).lanes >= 4);
  });
});
