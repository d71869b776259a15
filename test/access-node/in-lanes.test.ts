import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { inLanes } from '../../access-node/orders/in-lanes.ts';

const items = function* (count: number): Generator<number> {
  for (let at = 0; at < count; at += 1) yield at;
};

describe('lanes', () => {
  it('are as many as are allowed at the time, and do each item once', async () => {
    const concurrency = { limit: 2 };
    const source = items(400);
    const done: number[] = [];
    const widths = new Map<number, number>();
    let under = 0;
    await inLanes<number>(new AbortController().signal, async () => ({
      concurrency,
      next: async () => source.next(),
      work: async (item) => {
        under += 1;
        widths.set(concurrency.limit, Math.max(widths.get(concurrency.limit) ?? 0, item % 50 > 25 ? under : 0));
        await delay(1);
        under -= 1;
        done.push(item);
        concurrency.limit = [2, 16, 4, 1][Math.floor(done.length / 100)] ?? 1;
      },
    }));
    assert.deepEqual(
      done.sort((a, b) => a - b),
      Array.from({ length: 400 }, (_, at) => at),
    );
    assert.equal(widths.get(16), 16);
    assert.equal(widths.get(2), 2);
    assert.equal(under, 0);
  });

  it('never all end because the limit falls', async () => {
    const concurrency = { limit: 64 };
    const source = items(300);
    let done = 0;
    await inLanes<number>(new AbortController().signal, async () => ({
      concurrency,
      next: async () => source.next(),
      work: async () => {
        done += 1;
        if (done === 64) concurrency.limit = 1;
        await Promise.resolve();
      },
    }));
    assert.equal(done, 300);
  });

  it('all end when one fails, and its error is thrown when none runs any more', async () => {
    const source = items(1_000);
    let under = 0;
    const failing = inLanes<number>(new AbortController().signal, async (signal) => ({
      concurrency: { limit: 8 },
      next: async () => source.next(),
      work: async (item) => {
        under += 1;
        await delay(2);
        under -= 1;
        if (item === 20) throw new Error('no such block');
        signal.throwIfAborted();
      },
    }));
    await assert.rejects(failing, /no such block/);
    assert.equal(under, 0);
  });

  it('end with the reason of a signal', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('enough')), 10);
    const endless = inLanes<number>(stop.signal, async () => ({
      concurrency: { limit: 3 },
      next: async () => ({ done: false, value: 1 }),
      work: () => delay(1),
    }));
    await assert.rejects(endless, /enough/);
    const none = inLanes<number>(stop.signal, async () => ({
      concurrency: { limit: 3 },
      next: async () => ({ done: false, value: 1 }),
      work: () => delay(1),
    }));
    await assert.rejects(none, /enough/);
  });
});
