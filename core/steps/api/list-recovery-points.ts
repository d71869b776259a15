import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Audience } from '../../domain/problems.ts';
import { recoveryPointView } from '../../domain/views.ts';
import type { Catalog, PageRequest } from '../../ports/catalog.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'points'>;
}

/** Those that can be restored, newest first. A page may be shorter than asked for, even empty, and still have a next. */
export const createListRecoveryPoints =
  ({ catalog }: Deps) =>
  async (tenant: TenantHypervisor, audience: Audience, instanceId: string | undefined, page: PageRequest) => {
    const { items, next } = await catalog.points.list(tenant.hypervisorId, instanceId, page);
    return {
      items: items.filter(({ state }) => state === 'available').map((point) => recoveryPointView(point, audience)),
      ...(next ? { next } : {}),
    };
  };
