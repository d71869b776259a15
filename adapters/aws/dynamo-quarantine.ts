import type { Order } from '../../core/domain/order.ts';
import type { Quarantined, StrayMessage, Suspect } from '../../core/domain/quarantine.ts';
import type { Quarantine } from '../../core/ports/quarantine.ts';
import { type Item, type Key, recordOf } from './dynamo-item.ts';
import { claimable, orderKey } from './dynamo-orders.ts';
import { readPage } from './dynamo-pages.ts';
import type { Table } from './dynamo-table.ts';

const ALL = 'QUARANTINE';
const keyOf = (id: string): Key => ({ pk: ALL, sk: id });
const suspectKey = (nodeId: string): Key => ({ pk: `NODE#${nodeId}#SUSPECT`, sk: 'SUSPECT' });
const placesOf = (serviceId: string): string => `HYPERVISOR#${serviceId}#STRAY`;
const placeOf = ({ serviceId, messageId, at }: StrayMessage): Key => ({
  pk: placesOf(serviceId),
  sk: `${String(at).padStart(15, '0')}#${messageId}`,
});
const countKey = (serviceId: string): Key => ({ pk: `HYPERVISOR#${serviceId}#STRAY-COUNT`, sk: 'COUNT' });
const isOrder = (id: string): boolean => id.startsWith('ord-');

/** An order's row is written before its record says so: one that is not (or no longer) set aside stands for nothing. */
export const createDynamoQuarantine = (table: Table): Quarantine => {
  const setAside = (item: Item | undefined): Quarantined | undefined => {
    const order = item && recordOf<Order>(item);
    return order?.state === 'quarantined' ? { kind: 'order', order } : undefined;
  };

  const itemsOf = async (rows: readonly Item[]): Promise<readonly (Quarantined | undefined)[]> => {
    const orders = await table.getMany(rows.filter(({ sk }) => isOrder(sk)).map(({ sk }) => orderKey(sk)));
    const byKey = new Map(orders.map((item) => [item.pk, item]));
    return rows.map((row) =>
      isOrder(row.sk)
        ? setAside(byKey.get(orderKey(row.sk).pk))
        : { kind: 'message', message: recordOf<StrayMessage>(row) },
    );
  };

  return {
    async putOrder(seen, deaths, error, now) {
      const { orderId } = seen;
      await table.putMany([{ ...keyOf(orderId) }]);
      const set = { state: 'quarantined', deaths, error, quarantinedAt: now };
      return (await table.update(orderKey(orderId), { set }, claimable(seen))) !== undefined;
    },
    async addMessage(message, keep) {
      const { messageId, serviceId } = message;
      // Its place among the newest is written first, so that none is kept that is not in there.
      if (await table.get(keyOf(messageId))) return;
      await table.putMany([{ ...placeOf(message), messageId }]);
      if (!(await table.create(keyOf(messageId), message))) return;
      await table.upsert(countKey(serviceId), { increase: { reported: 1 } });
      const places = await table.all(placesOf(serviceId));
      for (const { pk, sk, messageId: old } of places.slice(0, Math.max(0, places.length - keep))) {
        await table.delete(keyOf(old as string));
        await table.delete({ pk, sk });
      }
    },
    async countMessages(serviceId) {
      const [count, places] = await Promise.all([table.get(countKey(serviceId)), table.all(placesOf(serviceId))]);
      return { kept: places.length, reported: (count?.reported as number | undefined) ?? 0 };
    },
    async forgetMessages(before) {
      const messages = (await table.all(ALL, 'msg-')).map((item) => recordOf<StrayMessage>(item));
      for (const message of messages.filter(({ at }) => at < before)) {
        await table.delete(placeOf(message));
        await table.delete(keyOf(message.messageId));
      }
    },
    async orders(limit) {
      const { items } = await table.rows(ALL, { limit, prefix: 'ord-' });
      return (await itemsOf(items)).flatMap((item) => (item?.kind === 'order' ? [item.order] : []));
    },
    async get(id) {
      const row = await table.get(keyOf(id));
      return row && (await itemsOf([row]))[0];
    },
    list: (page) => readPage(table, ALL, page, false, itemsOf),
    async release(id) {
      // The row goes last: until then it is listed, and released again.
      if (isOrder(id))
        await table.update(
          orderKey(id),
          { set: { state: 'closed' } },
          { text: '#state = :quarantined', values: { ':quarantined': 'quarantined' } },
        );
      else {
        const row = await table.get(keyOf(id));
        if (row) await table.delete(placeOf(recordOf<StrayMessage>(row)));
      }
      await table.delete(keyOf(id));
    },
    async suspectOf(nodeId) {
      const item = await table.get(suspectKey(nodeId));
      return item && recordOf<Suspect>(item);
    },
    async noteSuspect(nodeId, { orderId, keptUntil }, before) {
      const unchanged =
        before === undefined
          ? { text: 'attribute_not_exists(#orderId)' }
          : {
              text: '#orderId = :before AND #keptUntil = :until',
              values: { ':before': before.orderId, ':until': before.keptUntil },
            };
      return (await table.upsert(suspectKey(nodeId), { set: { orderId, keptUntil } }, unchanged)) !== undefined;
    },
  };
};
