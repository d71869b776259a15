import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noCalls } from '../../core/contracts/billed-calls.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { racers } from './racers.ts';
import { A, aJob, anOrder, freshId, outcomeOf } from './records.ts';

export const ordersSuite = (catalogNow: () => Catalog): void => {
  describe('orders', () => {
    it('makes the records that are absent, and finds those of an attempt', async () => {
      const job = aJob(A);
      const orders = Array.from({ length: 130 }, (_, index) => anOrder(job, index % 2 ? 'i-0000000d' : 'i-0000000e'));
      await catalogNow().orders.add(orders);
      await catalogNow().orders.close((orders[0] as NonNullable<(typeof orders)[0]>).orderId);
      await catalogNow().orders.add(orders);
      const found = await catalogNow().orders.ofAttempt(job.jobId, 1);
      assert.equal(found.length, 130);
      assert.equal(found.filter(({ state }) => state === 'closed').length, 1);
      assert.equal((await catalogNow().orders.ofAttempt(job.jobId, 1, 'i-0000000d')).length, 65);
      assert.deepEqual(await catalogNow().orders.ofAttempt(job.jobId, 2), []);
      assert.deepEqual(await catalogNow().orders.get(orders[5]?.orderId ?? ''), orders[5]);
    });

    const placed = async () => {
      const order = anOrder(aJob(A), 'i-0000000f');
      await catalogNow().orders.add([order]);
      return order;
    };

    it('gives a queued order to exactly one of twenty nodes', async () => {
      const order = await placed();
      const claims = await racers(20, (racer) =>
        catalogNow().orders.claim(order.orderId, order, `node-${racer}`, `hash-${racer}`, 1_000),
      );
      assert.equal(claims.filter((each) => each !== undefined).length, 1);
      const record = await catalogNow().orders.get(order.orderId);
      assert.equal(record?.claim, 1);
      assert.equal(record?.nodeId, `node-${claims.findIndex((each) => each !== undefined)}`);
    });

    it('gives a silent claim to exactly one other node, and none while it beats', async () => {
      const order = await placed();
      const first = await catalogNow().orders.claim(order.orderId, order, 'node-1', 'hash-1', 1_000);
      assert.ok(first);
      await catalogNow().orders.heartbeat(order.orderId, 1, { ...noCounters, transferred: 3 }, 2_000);
      assert.equal(await catalogNow().orders.claim(order.orderId, first, 'node-2', 'hash-2', 3_000), undefined);
      const seen = await catalogNow().orders.get(order.orderId);
      assert.ok(seen);
      const claims = await racers(20, (racer) =>
        catalogNow().orders.claim(order.orderId, seen, `node-x${racer}`, `hash-x${racer}`, 90_000),
      );
      const [won, ...rest] = claims.filter((each) => each !== undefined);
      assert.equal(rest.length, 0);
      assert.equal(won?.claim, 2);
      assert.deepEqual(
        won?.counters,
        { ...noCounters, transferred: 3 },
        'what was counted stays until it is surpassed',
      );
      assert.equal(await catalogNow().orders.heartbeat(order.orderId, 1, noCounters, 91_000), undefined);
    });

    it('answers a heartbeat with the record before it', async () => {
      const order = await placed();
      const counters = { ...noCounters, transferred: 5 };
      await catalogNow().orders.claim(order.orderId, order, 'node-1', 'hash-1', 1_000);
      const before = await catalogNow().orders.heartbeat(order.orderId, 1, counters, 2_000);
      assert.equal(before?.heartbeatAt, 1_000);
      assert.equal(before?.counters, undefined);
      assert.deepEqual((await catalogNow().orders.heartbeat(order.orderId, 1, noCounters, 3_000))?.counters, counters);
    });

    it('keeps the first outcome, whoever comes later', async () => {
      const order = await placed();
      assert.equal(await catalogNow().orders.complete(order.orderId, 1, outcomeOf(order, 1)), undefined);
      const first = await catalogNow().orders.claim(order.orderId, order, 'node-1', 'hash-1', 1_000);
      assert.ok(first);
      await catalogNow().orders.claim(order.orderId, first, 'node-2', 'hash-2', 2_000);
      assert.equal(await catalogNow().orders.complete(order.orderId, 1, outcomeOf(order, 1)), undefined);
      const outcome = outcomeOf(order, 2);
      assert.deepEqual(await catalogNow().orders.complete(order.orderId, 2, outcome), outcome);
      assert.deepEqual(await catalogNow().orders.complete(order.orderId, 1, outcomeOf(order, 1)), outcome);
      const done = await catalogNow().orders.get(order.orderId);
      assert.equal(done?.state, 'done');
      assert.ok(done);
      assert.equal(await catalogNow().orders.claim(order.orderId, done, 'node-3', 'hash-3', 3_000), undefined);
      await catalogNow().orders.close(order.orderId);
      assert.equal((await catalogNow().orders.get(order.orderId))?.state, 'done', 'what is done stays done');
    });

    it('takes an order back, as queued or as failed with the reason', async () => {
      const order = await placed();
      await catalogNow().orders.claim(order.orderId, order, 'node-1', 'hash-1', 1_000);
      assert.equal(await catalogNow().orders.release(order.orderId, 2, 'queued'), false);
      assert.equal(await catalogNow().orders.release(order.orderId, 1, 'queued'), true);
      const queued = await catalogNow().orders.get(order.orderId);
      assert.equal(queued?.state, 'queued');
      assert.ok(queued);
      assert.equal((await catalogNow().orders.claim(order.orderId, queued, 'node-2', 'hash-2', 2_000))?.claim, 2);
      const error = { name: 'LibraryFull', message: 'no space' };
      assert.equal(await catalogNow().orders.release(order.orderId, 2, 'failed', error), true);
      const failed = await catalogNow().orders.get(order.orderId);
      assert.deepEqual([failed?.state, failed?.error], ['failed', error]);
    });

    it('keeps who has held an order, and what the last claim that ended has called', async () => {
      const order = await placed();
      const [one, two] = [
        { nodeId: 'node-1', tokenHash: 'hash-1' },
        { nodeId: 'node-2', tokenHash: 'hash-1' },
      ];
      const calls = (s3Gets: number) => ({ ...noCalls, s3Gets });
      const { orders } = catalogNow();
      await orders.claim(order.orderId, order, 'node-1', 'hash-1', 1_000, { holders: [one] });
      await orders.release(order.orderId, 1, 'queued', undefined, calls(3));
      const queued = await orders.get(order.orderId);
      assert.ok(queued);
      assert.deepEqual([queued.holders, queued.ended], [[one], { claim: 1, calls: calls(3) }]);
      const more = { holders: [one, two] };
      const second = await orders.claim(order.orderId, queued, 'node-2', 'hash-1', 2_000, more);
      assert.deepEqual([second?.holders, second?.ended], [[one, two], queued.ended]);
      assert.equal(await orders.complete(order.orderId, 1, outcomeOf(order, 1), calls(9)), undefined);
      assert.equal(await orders.release(order.orderId, 1, 'failed', undefined, calls(9)), false);
      await orders.complete(order.orderId, 2, outcomeOf(order, 2), calls(5));
      await orders.complete(order.orderId, 2, outcomeOf(order, 2), calls(9));
      const done = await orders.get(order.orderId);
      assert.deepEqual([done?.holders, done?.ended], [[one, two], { claim: 2, calls: calls(5) }]);
    });

    it('lets nobody claim, finish or hand back a closed order', async () => {
      const order = await placed();
      await catalogNow().orders.claim(order.orderId, order, 'node-1', 'hash-1', 1_000);
      await catalogNow().orders.close(order.orderId);
      await catalogNow().orders.close(order.orderId);
      const closed = await catalogNow().orders.get(order.orderId);
      assert.equal(closed?.state, 'closed');
      assert.ok(closed);
      assert.equal(await catalogNow().orders.claim(order.orderId, closed, 'node-2', 'hash-2', 2_000), undefined);
      assert.equal(await catalogNow().orders.complete(order.orderId, 1, outcomeOf(order, 1)), undefined);
      assert.equal(await catalogNow().orders.release(order.orderId, 1, 'queued'), false);
      assert.equal(await catalogNow().orders.heartbeat(order.orderId, 1, noCounters, 3_000), undefined);
    });

    it('makes nothing when there is no such order', async () => {
      const { orderId } = anOrder(aJob(A), 'i-0000000f');
      await catalogNow().orders.close(orderId);
      assert.equal(await catalogNow().orders.heartbeat(orderId, 1, noCounters, 1), undefined);
      assert.equal(await catalogNow().orders.release(orderId, 1, 'queued'), false);
      assert.equal(await catalogNow().orders.get(orderId), undefined);
    });

    it('binds a task token to one order', async () => {
      const [hash, first, second] = [freshId('hash'), freshId('ord'), freshId('ord')];
      assert.equal(await catalogNow().orders.bindToken(hash, first), true);
      assert.equal(await catalogNow().orders.bindToken(hash, first), true);
      assert.equal(await catalogNow().orders.bindToken(hash, second), false);
    });
  });
};
