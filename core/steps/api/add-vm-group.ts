import type { VmGroupId } from '../../contracts/ids.ts';
import type { VmGroupFields, VmGroupView } from '../../contracts/vm-groups.ts';
import type { Hypervisor } from '../../domain/hypervisor.ts';
import { vmGroupView } from '../../domain/plan-views.ts';
import type { VmGroup } from '../../domain/vm-group.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';
import { checkGroup } from './check-vm-group.ts';
import { type Asked, checkSameRequest, newId, requestHash } from './idempotency.ts';
import { MOST_VM_GROUPS, refuseMoreThan } from './refuse-too-many.ts';

export interface VmGroupDeps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'vmGroups' | 'plans' | 'jobs' | 'nodes' | 'points'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sha256: Sha256;
}

/**
 * Of a tenant hypervisor: what is protected together. Of a service hypervisor: where its automatic nodes run (O6).
 * Errors: as of `checkGroup`; Conflict (another request under the same key, or too many VM groups).
 */
export const createAddVmGroup = (deps: VmGroupDeps) => {
  const { catalog, clock, sha256 } = deps;
  return async (hypervisor: Hypervisor, asked: Asked, body: VmGroupFields): Promise<VmGroupView> => {
    const { hypervisorId } = hypervisor;
    const groupId: VmGroupId = newId(deps, 'vmg', hypervisorId, 'vm-groups', asked);
    const hash = requestHash(sha256, asked, body);
    const before = await catalog.vmGroups.get(hypervisorId, groupId);
    if (before) {
      checkSameRequest(before, hash);
      return vmGroupView(before);
    }
    await checkGroup(catalog, hypervisor, body);
    const remedy = 'Remove VM groups that are not used any more, or join them by OR.';
    await refuseMoreThan(MOST_VM_GROUPS, 'VM groups', (page) => catalog.vmGroups.list(hypervisorId, page), remedy);
    const now = clock.now();
    const group: VmGroup = { ...body, groupId, hypervisorId, createdAt: now, updatedAt: now, ...hash };
    if (await catalog.vmGroups.add(group)) return vmGroupView(group);
    const there = await catalog.vmGroups.get(hypervisorId, groupId);
    checkSameRequest(there, hash);
    return vmGroupView(there ?? group);
  };
};
