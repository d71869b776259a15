import type { VmGroup } from '../../core/domain/vm-group.ts';
import type { VmGroups } from '../../core/ports/vm-groups.ts';
import { isEqual } from './dynamo-expressions.ts';
import { type Key, recordOf } from './dynamo-item.ts';
import { readPage } from './dynamo-pages.ts';
import type { Table } from './dynamo-table.ts';

const partition = (hypervisorId: string): string => `HYPERVISOR#${hypervisorId}#VM-GROUP`;
const keyOf = (hypervisorId: string, groupId: string): Key => ({ pk: partition(hypervisorId), sk: groupId });

export const createDynamoVmGroups = (table: Table): VmGroups => ({
  add: (group) => table.create(keyOf(group.hypervisorId, group.groupId), group),
  async get(hypervisorId, groupId) {
    const item = await table.get(keyOf(hypervisorId, groupId));
    return item && recordOf<VmGroup>(item);
  },
  list: (hypervisorId, page) =>
    readPage(table, partition(hypervisorId), page, false, async (rows) => rows.map((item) => recordOf<VmGroup>(item))),
  ofPlan: async (hypervisorId, planId) =>
    (await table.all(partition(hypervisorId)))
      .map((item) => recordOf<VmGroup>(item))
      .filter((group) => group.planId === planId),
  replace: (group, ifUpdatedAt) =>
    table.replace(
      keyOf(group.hypervisorId, group.groupId),
      group,
      ifUpdatedAt === undefined ? undefined : isEqual('updatedAt', ifUpdatedAt),
    ),
  remove: (hypervisorId, groupId) => table.delete(keyOf(hypervisorId, groupId)),
});
