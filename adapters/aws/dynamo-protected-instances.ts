import type { ProtectedInstance } from '../../core/domain/protected-instance.ts';
import type { ProtectedInstances } from '../../core/ports/catalog.ts';
import type { Condition } from './dynamo-expressions.ts';
import { type Key, recordOf } from './dynamo-item.ts';
import type { Table } from './dynamo-table.ts';

const partition = (tenantId: string): string => `TENANT#${tenantId}#INSTANCE`;
const keyOf = (tenantId: string, instanceId: string): Key => ({ pk: partition(tenantId), sk: instanceId });

const free: Condition = { text: 'attribute_not_exists(#owner)' };
const freeOrHeldBy = (former: string): Condition => ({
  text: 'attribute_not_exists(#owner) OR #owner = :former',
  values: { ':former': former },
});
const heldBy = (owner: string): Condition => ({ text: '#owner = :owner', values: { ':owner': owner } });

export const createDynamoProtectedInstances = (table: Table): ProtectedInstances => {
  const get = async (tenantId: string, instanceId: string): Promise<ProtectedInstance | undefined> => {
    const item = await table.get(keyOf(tenantId, instanceId));
    return item && recordOf<ProtectedInstance>(item);
  };

  return {
    get,
    list: async (tenantId) => (await table.all(partition(tenantId))).map((item) => recordOf<ProtectedInstance>(item)),
    async lock(tenantId, instanceId, owner, formerOwner) {
      const taken = await table.upsert(
        keyOf(tenantId, instanceId),
        { set: { tenantId, instanceId, owner }, increase: { fence: 1 } },
        formerOwner === undefined || formerOwner === owner ? free : freeOrHeldBy(formerOwner),
      );
      if (taken) return recordOf<ProtectedInstance>(taken);
      const held = await get(tenantId, instanceId);
      return held?.owner === owner ? held : undefined;
    },
    async commit(tenantId, instanceId, owner, fence, point, becomes) {
      const committed = await table.update(
        keyOf(tenantId, instanceId),
        { set: { committed: point, ...(becomes === 'neither' ? {} : { [becomes]: point }) } },
        { text: '#owner = :owner AND #fence = :fence', values: { ':owner': owner, ':fence': fence } },
      );
      return committed !== undefined || (await get(tenantId, instanceId))?.committed === point;
    },
    async unlock(tenantId, instanceId, owner) {
      await table.update(keyOf(tenantId, instanceId), { set: { owner: undefined } }, heldBy(owner));
    },
  };
};
