import type { AccessNode } from '../../core/domain/access-node.ts';
import type { AccessNodes } from '../../core/ports/access-nodes.ts';
import { type Item, type Key, recordOf } from './dynamo-item.ts';
import type { Table } from './dynamo-table.ts';

const partition = (serviceId: string): string => `HYPERVISOR#${serviceId}#NODE`;
const keyOf = (serviceId: string, nodeId: string): Key => ({ pk: partition(serviceId), sk: nodeId });
const node = (item: Item | undefined): AccessNode | undefined => item && recordOf<AccessNode>(item);

export const createDynamoAccessNodes = (table: Table): AccessNodes => ({
  async register(described) {
    await table.upsert(keyOf(described.serviceId, described.nodeId), { set: { ...described } });
  },
  get: async (serviceId, nodeId) => node(await table.get(keyOf(serviceId, nodeId))),
  list: async (serviceId) => (await table.all(partition(serviceId))).map((item) => recordOf<AccessNode>(item)),
  heartbeat: async (serviceId, nodeId, held, now) =>
    node(await table.update(keyOf(serviceId, nodeId), { set: { held, heartbeatAt: now } })),
  setDraining: async (serviceId, nodeId, draining) =>
    (await table.update(keyOf(serviceId, nodeId), { set: { draining } })) !== undefined,
  async leave(serviceId, nodeId) {
    await table.update(keyOf(serviceId, nodeId), { set: { left: true, held: 0 } });
  },
  remove: (serviceId, nodeId) => table.delete(keyOf(serviceId, nodeId)),
});
