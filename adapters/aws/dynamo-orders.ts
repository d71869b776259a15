import type { BilledCalls } from '../../core/contracts/billed-calls.ts';
import type { OrderOutcome } from '../../core/contracts/orders.ts';
import type { Order } from '../../core/domain/order.ts';
import { inParallel } from '../../core/ports/in-parallel.ts';
import type { Orders } from '../../core/ports/orders.ts';
import type { Condition } from './dynamo-expressions.ts';
import { type Item, type Key, recordOf } from './dynamo-item.ts';
import type { Table } from './dynamo-table.ts';

export const orderKey = (orderId: string): Key => ({ pk: `ORDER#${orderId}`, sk: 'ORDER' });
/** Which orders an attempt has; a row is written before its order, so that the cleanup misses none. */
const attempt = (jobId: string, number: number): string => `ATTEMPT#${jobId}#${number}#ORDER`;
const tokenKey = (tokenHash: string): Key => ({ pk: `TOKEN#${tokenHash}`, sk: 'TOKEN' });

const WRITES_AT_ONCE = 16;

const present = (claim: number): Condition => ({
  text: '#state = :claimed AND #claim = :claim',
  values: { ':claimed': 'claimed', ':claim': claim },
});

const endOf = (claim: number, calls: BilledCalls | undefined): Pick<Order, 'ended'> =>
  calls ? { ended: { claim, calls } } : {};

/** It is as the caller has seen it, and may be taken. */
export const claimable = ({ claim, heartbeatAt }: Order): Condition => ({
  text: `#state IN (:queued, :failed) OR (#state = :claimed AND #claim = :seen AND ${
    heartbeatAt === undefined ? 'attribute_not_exists(#heartbeatAt)' : '#heartbeatAt = :heartbeatAt'
  })`,
  values: {
    ':seen': claim,
    ':queued': 'queued',
    ':failed': 'failed',
    ':claimed': 'claimed',
    ...(heartbeatAt === undefined ? {} : { ':heartbeatAt': heartbeatAt }),
  },
});

export const createDynamoOrders = (table: Table): Orders => {
  const get = async (orderId: string): Promise<Order | undefined> => {
    const item = await table.get(orderKey(orderId));
    return item && recordOf<Order>(item);
  };
  const order = (item: Item | undefined): Order | undefined => item && recordOf<Order>(item);

  return {
    get,
    async add(orders) {
      await table.putMany(
        orders.map(({ orderId, jobId, attempt: number, instanceId }) => ({
          pk: attempt(jobId, number),
          sk: `${instanceId}#${orderId}`,
          orderId,
        })),
      );
      await inParallel(orders, WRITES_AT_ONCE, (each) => table.create(orderKey(each.orderId), each));
    },
    async ofAttempt(jobId, number, instanceId) {
      const rows = await table.all(attempt(jobId, number), instanceId === undefined ? '' : `${instanceId}#`);
      const items = await table.getMany(rows.map(({ orderId }) => orderKey(orderId as string)));
      return items.map((item) => recordOf<Order>(item));
    },
    async claim(orderId, seen, nodeId, tokenHash, now, { processId, deaths, holders } = {}) {
      const claimed = {
        state: 'claimed',
        nodeId,
        processId,
        tokenHash,
        heartbeatAt: now,
        ...(deaths ? { deaths } : {}),
        ...(holders ? { holders } : {}),
      };
      // The counters of the claim before stay until this one has counted further: progress never runs backwards.
      const set = { ...claimed, error: undefined };
      return order(await table.update(orderKey(orderId), { set, increase: { claim: 1 } }, claimable(seen)));
    },
    async bindToken(tokenHash, orderId) {
      if (await table.create(tokenKey(tokenHash), { orderId })) return true;
      return (await table.get(tokenKey(tokenHash)))?.orderId === orderId;
    },
    heartbeat: async (orderId, claim, counters, now) =>
      order(await table.update(orderKey(orderId), { set: { counters, heartbeatAt: now } }, present(claim), 'before')),
    async complete(orderId, claim, outcome, calls): Promise<OrderOutcome | undefined> {
      const set = { state: 'done', outcome, counters: outcome.counters, ...endOf(claim, calls) };
      const done = await table.update(orderKey(orderId), { set }, present(claim));
      return done ? outcome : (await get(orderId))?.outcome;
    },
    async release(orderId, claim, state, error, calls) {
      const set = { state, error, ...endOf(claim, calls) };
      if (await table.update(orderKey(orderId), { set }, present(claim))) return true;
      const there = await get(orderId);
      return there?.claim === claim && there.state === state;
    },
    async close(orderId) {
      await table.update(
        orderKey(orderId),
        { set: { state: 'closed' } },
        {
          text: '#state <> :done AND #state <> :quarantined',
          values: { ':done': 'done', ':quarantined': 'quarantined' },
        },
      );
    },
  };
};
