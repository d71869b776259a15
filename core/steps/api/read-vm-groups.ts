import type { HypervisorId, VmGroupId } from '../../contracts/ids.ts';
import type { VmGroupView } from '../../contracts/vm-groups.ts';
import { vmGroupView } from '../../domain/plan-views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { PageRequest } from '../../ports/page.ts';
import { notFound } from './not-found.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'vmGroups'>;
}

/** Errors: NotFound. */
export const createGetVmGroup =
  ({ catalog }: Deps) =>
  async (hypervisorId: HypervisorId, groupId: VmGroupId): Promise<VmGroupView> => {
    const group = await catalog.vmGroups.get(hypervisorId, groupId);
    if (!group) throw notFound('VM group', 'groupId');
    return vmGroupView(group);
  };

export const createListVmGroups =
  ({ catalog }: Deps) =>
  async (hypervisorId: HypervisorId, page: PageRequest) => {
    const { items, next } = await catalog.vmGroups.list(hypervisorId, page);
    return { items: items.map(vmGroupView), ...(next ? { next } : {}) };
  };
