import type { VmGroupId } from '../../contracts/ids.ts';
import type { VmGroupFields, VmGroupView } from '../../contracts/vm-groups.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';
import { createAddVmGroup, type VmGroupDeps } from './add-vm-group.ts';
import { checkGroup } from './check-vm-group.ts';
import type { Asked } from './idempotency.ts';
import { createPlaceNodes, groupsOf, type PlaceNodesDeps } from './place-nodes.ts';
import { createRemoveVmGroup } from './remove-vm-group.ts';

export type ServiceVmGroupDeps = VmGroupDeps & Pick<PlaceNodesDeps, 'serviceAccounts' | 'settings'>;

/**
 * Where a service hypervisor's automatic nodes are launched from now on (O6). The nodes' place comes first: a zone that
 * they cannot be in is refused before anything is written, and if the group is not written after all, the place is put
 * back. Errors: InvalidRequest, Conflict (another request under the same key), CredentialsRejected, TransientFailure.
 */
export const createAddServiceVmGroup = (deps: ServiceVmGroupDeps) => {
  const { catalog } = deps;
  const add = createAddVmGroup(deps);
  const place = createPlaceNodes(deps);
  return async (service: ServiceHypervisor, asked: Asked, body: VmGroupFields): Promise<VmGroupView> => {
    await checkGroup(catalog, service, body);
    const before = await groupsOf(catalog.vmGroups, service);
    await place(service, [...before, body]);
    try {
      return await add(service, asked, body);
    } catch (error) {
      await place(service, await groupsOf(catalog.vmGroups, service));
      throw error;
    }
  };
};

/** Errors: NotFound, Conflict (in use), CredentialsRejected, TransientFailure. */
export const createRemoveServiceVmGroup = (deps: ServiceVmGroupDeps) => {
  const { catalog } = deps;
  const remove = createRemoveVmGroup(deps);
  const place = createPlaceNodes(deps);
  return async (service: ServiceHypervisor, groupId: VmGroupId): Promise<VmGroupView> => {
    const removed = await remove(service, groupId);
    await place(service, await groupsOf(catalog.vmGroups, service));
    return removed;
  };
};
