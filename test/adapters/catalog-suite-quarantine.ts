import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Order } from '../../core/domain/order.ts';
import { quarantineError } from '../../core/domain/quarantine.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { racers, walk } from './racers.ts';
import { A, aJob, anOrder, freshId } from './records.ts';

const LIMIT = { limit: 100 };

export const quarantineSuite = (open: () => Catalog): void => {
  describe('quarantine', () => {
    const claimed = async (): Promise<Order> => {
      const { orders } = open();
      const order = anOrder(aJob(A), 'i-00000001');
      await orders.add([order]);
      const seen = await orders.claim(order.orderId, order, 'node-00000001', 'hash', 1_000, { processId: 'one' });
      assert.equal(seen?.processId, 'one');
      return seen as Order;
    };
    const deaths = [{ nodeId: 'node-00000001', claim: 1, lastHeardAt: 1_000 }];
    const error = quarantineError(deaths);
    const listed = async (): Promise<string[]> =>
      (await walk(2, (page) => open().quarantine.list(page)))
        .flat()
        .map((item) => (item.kind === 'order' ? item.order.orderId : item.message.messageId));

    it('keeps the deaths of an order from claim to claim', async () => {
      const { orders } = open();
      const seen = await claimed();
      const more = { processId: 'two', deaths };
      const second = await orders.claim(seen.orderId, seen, 'node-00000002', 'hash', 2_000, more);
      assert.deepEqual([second?.deaths, second?.processId], [deaths, 'two']);
      await orders.release(seen.orderId, 2, 'queued');
      const back = (await orders.get(seen.orderId)) as Order;
      const third = await orders.claim(seen.orderId, back, 'node-00000003', 'hash', 3_000);
      assert.deepEqual([third?.deaths, third?.processId], [deaths, undefined]);
    });

    it('is entered once, by one of twenty, and only as the order was seen', async () => {
      const { orders, quarantine } = open();
      const seen = await claimed();
      await orders.heartbeat(seen.orderId, 1, { ...zeros }, 1_500);
      assert.equal(await quarantine.putOrder(seen, deaths, error, 9_000), false, 'it beats again');
      assert.equal(await quarantine.get(seen.orderId), undefined);
      assert.ok(!(await listed()).includes(seen.orderId));
      const silent = (await orders.get(seen.orderId)) as Order;
      const won = await racers(20, () => quarantine.putOrder(silent, deaths, error, 9_000));
      assert.equal(won.filter(Boolean).length, 1);
    });

    it('ends every claim, and outlasts the cleanup of its attempt, until it is released', async () => {
      const { orders, quarantine } = open();
      const seen = await claimed();
      assert.ok(await quarantine.putOrder(seen, deaths, error, 9_000));
      const inside = (await orders.get(seen.orderId)) as Order;
      assert.equal(await orders.claim(seen.orderId, inside, 'node-00000004', 'hash', 9_001), undefined);
      assert.equal(await orders.heartbeat(seen.orderId, 1, { ...zeros }, 9_001), undefined);
      await orders.close(seen.orderId);
      const item = await quarantine.get(seen.orderId);
      assert.deepEqual(item?.kind === 'order' && [item.order.state, item.order.deaths, item.order.quarantinedAt], [
        'quarantined',
        deaths,
        9_000,
      ]);
      assert.equal(inside.error?.name, 'OrderQuarantined');
      for (let times = 0; times < 2; times++) await quarantine.release(seen.orderId);
      assert.equal(await quarantine.get(seen.orderId), undefined);
      assert.equal((await orders.get(seen.orderId))?.state, 'closed');
    });

    it('keeps messages beside orders, each once, page by page', async () => {
      const { quarantine } = open();
      const message = {
        messageId: `msg-${freshId('x').replaceAll('-', '').slice(1)}`,
        serviceId: A,
        nodeId: 'node-00000001',
        bytes: 17,
        sha256: 'ab'.repeat(32),
        receiveCount: 1,
        at: 5,
      };
      await quarantine.addMessage(message, 100);
      await quarantine.addMessage({ ...message, at: 6 }, 100);
      assert.deepEqual(await quarantine.get(message.messageId), { kind: 'message', message });
      const seen = await claimed();
      await quarantine.putOrder(seen, deaths, error, 9_000);
      const ids = await listed();
      for (const id of [message.messageId, seen.orderId]) assert.equal(ids.filter((each) => each === id).length, 1);
      await quarantine.release(message.messageId);
      const { items } = await quarantine.list(LIMIT);
      assert.ok(items.every((item) => item.kind === 'order' || item.message.messageId !== message.messageId));
    });

    it('keeps the newest messages of a service hypervisor, and counts all of them', async () => {
      const { quarantine } = open();
      const [noisy, quiet] = [freshId('hv'), freshId('hv')];
      const say = (serviceId: string, n: number) => {
        const messageId = `msg-${serviceId.slice(-10)}${String(n).padStart(3, '0')}`;
        const rest = { nodeId: 'node-00000001', bytes: 1, sha256: 'cd'.repeat(32), receiveCount: 1 };
        return quarantine.addMessage({ messageId, serviceId, at: 1_000 + n, ...rest }, 5).then(() => messageId);
      };
      const other = await say(quiet, 1);
      const ids: string[] = [];
      for (let n = 0; n < 8; n++) ids.push(await say(noisy, n));
      await say(noisy, 7);
      assert.deepEqual(await quarantine.countMessages(noisy), { kept: 5, reported: 8 });
      const there = await listed();
      assert.deepEqual(
        ids.filter((id) => there.includes(id)),
        ids.slice(3),
      );
      assert.ok(there.includes(other), "another's stay");
      await quarantine.release(ids[5] as string);
      assert.deepEqual(await quarantine.countMessages(noisy), { kept: 4, reported: 8 });
      assert.deepEqual(await quarantine.countMessages(freshId('hv')), { kept: 0, reported: 0 });
    });

    it('forgets messages of before a time, and no orders; they stay counted', async () => {
      const { quarantine } = open();
      const serviceId = freshId('hv');
      const ids: string[] = [];
      for (const at of [1_000, 2_000, 3_000]) {
        const messageId = `msg-${serviceId.slice(-10)}${at}`;
        const rest = { nodeId: 'node-00000001', bytes: 1, sha256: 'ef'.repeat(32), receiveCount: 1 };
        await quarantine.addMessage({ messageId, serviceId, at, ...rest }, 100);
        ids.push(messageId);
      }
      const seen = await claimed();
      await quarantine.putOrder(seen, deaths, error, 1);
      for (let times = 0; times < 2; times++) await quarantine.forgetMessages(3_000);
      const there = await listed();
      assert.deepEqual(
        ids.filter((id) => there.includes(id)),
        ids.slice(2),
      );
      assert.ok(there.includes(seen.orderId));
      assert.deepEqual(await quarantine.countMessages(serviceId), { kept: 1, reported: 3 });
    });

    it('tells so many of its orders, and no messages', async () => {
      const { quarantine } = open();
      for (let n = 0; n < 3; n++) await quarantine.putOrder(await claimed(), deaths, error, 9_000);
      const two = await quarantine.orders(2);
      assert.deepEqual(
        two.map(({ state }) => state),
        ['quarantined', 'quarantined'],
      );
    });

    it('lets one of many suspects onto a node', async () => {
      const { quarantine } = open();
      const node = freshId('node');
      const suspect = (orderId: string) => ({ orderId, keptUntil: 9_000 });
      assert.equal(await quarantine.suspectOf(node), undefined);
      const won = await racers(10, (n) => quarantine.noteSuspect(node, suspect(`ord-0000000${n}`), undefined));
      assert.equal(won.filter(Boolean).length, 1);
      const first = await quarantine.suspectOf(node);
      assert.deepEqual(first, suspect(`ord-0000000${won.indexOf(true)}`));
      assert.equal(await quarantine.noteSuspect(node, suspect('ord-00000010'), suspect('ord-00000011')), false);
      assert.equal(await quarantine.noteSuspect(node, suspect('ord-00000010'), first), true);
    });
  });
};

const zeros = { transferred: 0, zero: 0, deduplicated: 0, stored: 0, storedBytes: 0, bytes: 0, verified: 0 };
