import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { takeOrders } from '../../access-node/take-orders.ts';
import { TransientFailure } from '../../core/domain/errors.ts';
import type { OrderMessageInHand, OrderQueue } from '../../core/ports/node-control.ts';
import { log } from './fakes.ts';

/** A queue in memory with long polling, that notes what comes back to it. */
const memoryQueue = (name: string, waiting: string[] = []) => {
  const polls = new Set<() => void>();
  const given: string[] = [];
  const back: string[] = [];
  let failures = 0;
  const queue: OrderQueue = {
    url: name,
    async receive(max, waitSeconds, signal) {
      if (failures > 0) {
        failures -= 1;
        throw new TransientFailure('SQS is away');
      }
      if (waiting.length === 0 && waitSeconds > 0)
        await new Promise<void>((resolve, reject) => {
          const done = (): void => {
            clearTimeout(timer);
            polls.delete(done);
            resolve();
          };
          const timer = setTimeout(done, waitSeconds * 1000);
          polls.add(done);
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
      const taken = waiting.splice(0, max);
      given.push(...taken);
      return taken.map((body): OrderMessageInHand => ({ body, receipt: body, receiveCount: 1 }));
    },
    async setVisibility(receipt) {
      back.push(receipt);
      return true;
    },
    async delete() {},
  };
  return {
    queue,
    given,
    back,
    failNext: (times: number) => {
      failures = times;
    },
    send(...bodies: string[]) {
      waiting.push(...bodies);
      for (const poll of [...polls]) poll();
    },
  };
};

const node = (queues: OrderQueue[], slots: number) => {
  const started: string[] = [];
  const handed: string[] = [];
  const ends = new Map<string, () => void>();
  let most = 0;
  const stop = new AbortController();
  const hurry = new AbortController();
  const ran = (graceMs: number) =>
    takeOrders(
      {
        queues,
        slots,
        pollSeconds: 0.05,
        log,
        handle: (_queue, message, handBack) =>
          new Promise((resolve) => {
            started.push(message.body);
            most = Math.max(most, ends.size + 1);
            const end = (): void => {
              ends.delete(message.body);
              resolve();
            };
            ends.set(message.body, end);
            const onHandBack = (): void => {
              if (!ends.has(message.body)) return;
              handed.push(message.body);
              end();
            };
            if (handBack.aborted) onHandBack();
            else handBack.addEventListener('abort', onHandBack);
          }),
      },
      stop.signal,
      graceMs,
      hurry.signal,
    );
  return { started, handed, ends, ran, stop, hurry, most: () => most };
};

test('as many orders as slots, and restores before everything else whenever a slot is free', async () => {
  const restores = memoryQueue('restores', ['r1', 'r2']);
  const others = memoryQueue('others', ['b1', 'b2', 'b3']);
  const { started, ends, ran, stop, most } = node([restores.queue, others.queue], 2);
  const running = ran(0);
  await delay(20);
  assert.deepEqual(started, ['r1', 'r2']);
  ends.get('r1')?.();
  await delay(20);
  assert.deepEqual(started, ['r1', 'r2', 'b1']);
  restores.send('r3');
  ends.get('r2')?.();
  await delay(20);
  assert.deepEqual(started, ['r1', 'r2', 'b1', 'r3'], 'a new restore goes before the backups that wait');
  stop.abort();
  await running;
  assert.equal(most(), 2);
  assert.deepEqual(others.given, ['b1']);
});

test('an idle node takes what comes to either queue at once', async () => {
  const restores = memoryQueue('restores');
  const others = memoryQueue('others');
  const { started, ends, ran, stop } = node([restores.queue, others.queue], 4);
  const running = ran(0);
  await delay(10);
  others.send('b1');
  await delay(5);
  assert.deepEqual(started, ['b1']);
  others.send('b2', 'b3');
  restores.send('r1');
  await delay(20);
  assert.deepEqual(new Set(started), new Set(['b1', 'b2', 'b3', 'r1']));
  for (const end of ends.values()) end();
  stop.abort();
  await running;
});

test('what two queues bring at once beyond the free slots goes back at once', async () => {
  const restores = memoryQueue('restores');
  const others = memoryQueue('others');
  const { started, ran, stop } = node([restores.queue, others.queue], 1);
  const running = ran(0);
  await delay(10);
  restores.send('r1');
  others.send('b1');
  await delay(20);
  assert.deepEqual(started, ['r1']);
  assert.deepEqual(others.back, ['b1']);
  stop.abort();
  await running;
});

test('a stopping node takes nothing new, lets orders end in their grace and hands back the rest', async () => {
  const queue = memoryQueue('others', ['b1', 'b2']);
  const { handed, ends, ran, stop } = node([queue.queue], 3);
  const running = ran(60);
  await delay(10);
  stop.abort();
  queue.send('b3');
  setTimeout(() => ends.get('b1')?.(), 20);
  const startedAt = performance.now();
  await running;
  assert.deepEqual(handed, ['b2']);
  assert.ok(performance.now() - startedAt >= 50, 'b2 had its grace');
  assert.equal(queue.given.includes('b3'), false);
});

test('asked to stop twice, a node hands back at once', async () => {
  const queue = memoryQueue('others', ['b1']);
  const { handed, ran, stop, hurry } = node([queue.queue], 1);
  const running = ran(60_000);
  await delay(10);
  stop.abort();
  hurry.abort();
  await running;
  assert.deepEqual(handed, ['b1']);
});

test('a queue that cannot be read for a while is read again', async () => {
  const queue = memoryQueue('others');
  queue.failNext(1);
  const { started, ends, ran, stop } = node([queue.queue], 1);
  const running = ran(0);
  queue.send('b1');
  await delay(2_200);
  assert.deepEqual(started, ['b1']);
  ends.get('b1')?.();
  stop.abort();
  await running;
});
