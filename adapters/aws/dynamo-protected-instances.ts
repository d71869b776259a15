import type { ProtectedInstance } from '../../core/domain/protected-instance.ts';
import { inParallel } from '../../core/ports/in-parallel.ts';
import type { ProtectedInstances } from '../../core/ports/protected-instances.ts';
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
/** Point in a library: not if it was begun before what prune has raised. */
const committable = (owner: string, fence: number, begunAt: number | undefined): Condition => ({
  text: `#owner = :owner AND #fence = :fence${
    begunAt === undefined ? '' : ' AND (attribute_not_exists(#libraryBarrier) OR #libraryBarrier <= :begunAt)'
  }`,
  values: { ':owner': owner, ':fence': fence, ...(begunAt === undefined ? {} : { ':begunAt': begunAt }) },
});
const lowerThan = (barrier: number): Condition => ({
  text: 'attribute_not_exists(#libraryBarrier) OR #libraryBarrier < :barrier',
  values: { ':barrier': barrier },
});
const WRITES_AT_ONCE = 16;
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
    async commit(tenantId, instanceId, owner, fence, point, becomes, begunAt) {
      const committed = await table.update(
        keyOf(tenantId, instanceId),
        { set: { committed: point, ...(becomes === 'neither' ? {} : { [becomes]: point }) } },
        committable(owner, fence, begunAt),
      );
      return committed !== undefined || (await get(tenantId, instanceId))?.committed === point;
    },
    async raiseBarrier(tenantId, before) {
      await inParallel(await table.all(partition(tenantId)), WRITES_AT_ONCE, ({ pk, sk }) =>
        table.update({ pk, sk }, { set: { libraryBarrier: before } }, lowerThan(before)),
      );
    },
    async unlock(tenantId, instanceId, owner) {
      await table.update(keyOf(tenantId, instanceId), { set: { owner: undefined } }, heldBy(owner));
    },
  };
};
