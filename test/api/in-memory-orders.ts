import type { Order } from '../../core/domain/order.ts';
import type { Orders } from '../../core/ports/orders.ts';
import { changed, type Records } from './in-memory-records.ts';

/** It is as the caller has seen it, and may be taken. */
export const claimableOrder = (order: Order, seen: Order): boolean => {
  const silent = order.state === 'claimed' && order.claim === seen.claim && order.heartbeatAt === seen.heartbeatAt;
  return order.state === 'queued' || order.state === 'failed' || silent;
};

export const createInMemoryOrders = ({ orders, tokens }: Records): Orders => {
  const put = (order: Order): Order => {
    orders.set(order.orderId, order);
    return order;
  };
  const present = (orderId: string, claim: number): Order | undefined => {
    const order = orders.get(orderId);
    return order?.state === 'claimed' && order.claim === claim ? order : undefined;
  };

  return {
    async add(all) {
      for (const order of all) if (!orders.has(order.orderId)) put(order);
    },
    get: async (orderId) => orders.get(orderId),
    ofAttempt: async (jobId, attempt, instanceId) =>
      [...orders.values()].filter(
        (order) =>
          order.jobId === jobId &&
          order.attempt === attempt &&
          (instanceId === undefined || order.instanceId === instanceId),
      ),
    async claim(
      orderId,
      seen,
      nodeId,
      tokenHash,
      now,
      { processId, deaths = seen.deaths, holders = seen.holders } = {},
    ) {
      const order = orders.get(orderId);
      if (!order || !claimableOrder(order, seen)) return undefined;
      const { error, ...kept } = order;
      const claimed = {
        state: 'claimed',
        claim: order.claim + 1,
        nodeId,
        processId,
        tokenHash,
        heartbeatAt: now,
        deaths,
        holders,
      };
      return put(changed(kept, claimed as Partial<Order>));
    },
    async bindToken(tokenHash, orderId) {
      if (!tokens.has(tokenHash)) tokens.set(tokenHash, orderId);
      return tokens.get(tokenHash) === orderId;
    },
    async heartbeat(orderId, claim, counters, now) {
      const order = present(orderId, claim);
      if (order) put({ ...order, counters, heartbeatAt: now });
      return order;
    },
    async complete(orderId, claim, outcome, calls) {
      const order = present(orderId, claim);
      if (!order) return orders.get(orderId)?.outcome;
      const ended = calls ? { ended: { claim, calls } } : {};
      return put({ ...order, state: 'done', outcome, counters: outcome.counters, ...ended }).outcome;
    },
    async release(orderId, claim, state, error, calls) {
      const order = present(orderId, claim);
      if (order) put(changed(order, { state, error, ...(calls ? { ended: { claim, calls } } : {}) }));
      const there = orders.get(orderId);
      return there?.claim === claim && there.state === state;
    },
    async close(orderId) {
      const order = orders.get(orderId);
      if (order && order.state !== 'done' && order.state !== 'quarantined') put({ ...order, state: 'closed' });
    },
  };
};
