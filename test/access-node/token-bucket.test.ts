import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTokenBucket } from '../../adapters/aws/token-bucket.ts';

/** How many calls the buckets let start within `ms`; a machine that is busy ends that late, after `seconds`. */
const callsWithin = async (ms: number, buckets: readonly ReturnType<typeof createTokenBucket>[]) => {
  const began = performance.now();
  const end = AbortSignal.timeout(ms);
  let calls = 0;
  const callAlways = async (bucket: ReturnType<typeof createTokenBucket>): Promise<void> => {
    for (;;) {
      await bucket.take(end);
      calls++;
    }
  };
  await Promise.allSettled(buckets.map(callAlways));
  return { calls, seconds: Math.max(ms, performance.now() - began) / 1_000 };
};

test('forty orders that begin at once stay within the quota that they share, from their first second on', async () => {
  const { calls, seconds } = await callsWithin(
    1_000,
    Array.from({ length: 40 }, () => createTokenBucket(24.5)),
  );
  assert.ok(calls <= 980 * seconds, `${calls} in ${seconds} s`);
  assert.ok(calls >= 400, `${calls}: they must not stand still either`);
});

test('an order that is told 0 starts nothing, not even what it had kept, until it has a rate again', async () => {
  const bucket = createTokenBucket(1_000);
  await new Promise((resolve) => setTimeout(resolve, 30));
  bucket.setRate(0);
  assert.equal((await callsWithin(100, [bucket])).calls, 0);
  bucket.setRate(1_000);
  assert.ok((await callsWithin(1_200, [bucket])).calls > 0);
});

test('after a pause a bucket goes beyond its rate by a fiftieth of a second, no more', async () => {
  let time = 0;
  const bucket = createTokenBucket(1_000, () => time);
  time = 60_000;
  const { calls } = await callsWithin(20, [bucket]);
  assert.equal(calls, 20);
});
