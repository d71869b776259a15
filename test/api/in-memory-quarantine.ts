import type { Quarantined } from '../../core/domain/quarantine.ts';
import type { Quarantine } from '../../core/ports/quarantine.ts';
import { claimableOrder } from './in-memory-orders.ts';
import { pageOf, type Records } from './in-memory-records.ts';

export const createInMemoryQuarantine = ({ orders, strayMessages, suspects }: Records): Quarantine => {
  const all = (): Quarantined[] =>
    [
      ...[...orders.values()]
        .filter(({ state }) => state === 'quarantined')
        .map((order) => ({ id: order.orderId, item: { kind: 'order', order } as const })),
      ...[...strayMessages.values()].map((message) => ({
        id: message.messageId,
        item: { kind: 'message', message } as const,
      })),
    ]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ item }) => item);
  const reported = new Map<string, number>();
  const messagesOf = (serviceId: string) =>
    [...strayMessages.values()].filter((message) => message.serviceId === serviceId);
  const idOf = (item: Quarantined): string => (item.kind === 'order' ? item.order.orderId : item.message.messageId);

  return {
    async putOrder(seen, deaths, error, now) {
      const order = orders.get(seen.orderId);
      if (!order || !claimableOrder(order, seen)) return false;
      orders.set(order.orderId, { ...order, state: 'quarantined', deaths, error, quarantinedAt: now });
      return true;
    },
    async addMessage(message, keep) {
      if (strayMessages.has(message.messageId)) return;
      strayMessages.set(message.messageId, message);
      reported.set(message.serviceId, (reported.get(message.serviceId) ?? 0) + 1);
      const ofService = messagesOf(message.serviceId).toSorted((a, b) => a.at - b.at);
      for (const { messageId } of ofService.slice(0, Math.max(0, ofService.length - keep)))
        strayMessages.delete(messageId);
    },
    countMessages: async (serviceId) => ({
      kept: messagesOf(serviceId).length,
      reported: reported.get(serviceId) ?? 0,
    }),
    async forgetMessages(before) {
      for (const { messageId, at } of [...strayMessages.values()]) if (at < before) strayMessages.delete(messageId);
    },
    orders: async (limit) =>
      all()
        .flatMap((item) => (item.kind === 'order' ? [item.order] : []))
        .slice(0, limit),
    get: async (id) => all().find((item) => idOf(item) === id),
    list: async (page) => pageOf(all(), page),
    async release(id) {
      strayMessages.delete(id);
      const order = orders.get(id);
      if (order?.state === 'quarantined') orders.set(id, { ...order, state: 'closed' });
    },
    suspectOf: async (nodeId) => suspects.get(nodeId),
    async noteSuspect(nodeId, suspect, before) {
      const there = suspects.get(nodeId);
      if (there?.orderId !== before?.orderId || there?.keptUntil !== before?.keptUntil) return false;
      suspects.set(nodeId, suspect);
      return true;
    },
  };
};
