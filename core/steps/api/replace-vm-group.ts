import type { VmGroupId } from '../../contracts/ids.ts';
import { VmGroupFields, type VmGroupView } from '../../contracts/vm-groups.ts';
import type { Hypervisor } from '../../domain/hypervisor.ts';
import { vmGroupView } from '../../domain/plan-views.ts';
import type { VmGroup } from '../../domain/vm-group.ts';
import type { VmGroupDeps } from './add-vm-group.ts';
import { type AsRead, changedSince, isAsAsked, isChangedSince } from './changed-since.ts';
import { checkGroup } from './check-vm-group.ts';
import { notFound } from './not-found.ts';

/**
 * Jobs that have opened keep the instances that they began with. Errors: NotFound, as of `checkGroup`, Conflict (it was
 * changed since it was read, and is not what is asked for).
 */
export const createReplaceVmGroup =
  ({ catalog, clock }: VmGroupDeps) =>
  async (
    hypervisor: Hypervisor,
    groupId: VmGroupId,
    body: VmGroupFields,
    asRead: AsRead = {},
  ): Promise<VmGroupView> => {
    const { hypervisorId } = hypervisor;
    const before = await catalog.vmGroups.get(hypervisorId, groupId);
    if (!before) throw notFound('VM group', 'groupId');
    const asItIs = (there: VmGroup): VmGroupView => {
      if (!isAsAsked(VmGroupFields, there, body)) throw changedSince('VM group', there);
      return vmGroupView(there);
    };
    if (isChangedSince(before, asRead)) return asItIs(before);
    await checkGroup(catalog, hypervisor, body);
    const { createdAt, requestHash } = before;
    const group: VmGroup = {
      ...body,
      groupId,
      hypervisorId,
      createdAt,
      updatedAt: clock.now(),
      ...(requestHash === undefined ? {} : { requestHash }),
    };
    const isReplaced = await catalog.vmGroups.replace(
      group,
      asRead.ifUpdatedAt === undefined ? undefined : before.updatedAt,
    );
    if (!isReplaced) {
      const there = await catalog.vmGroups.get(hypervisorId, groupId);
      if (!there) throw notFound('VM group', 'groupId');
      return asItIs(there);
    }
    return vmGroupView(group);
  };
