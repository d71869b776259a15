import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Audience } from '../../domain/problems.ts';
import { recoveryPointView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { PageRequest } from '../../ports/page.ts';
import { filledPage } from './filled-page.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'points'>;
}

interface Filter {
  readonly instanceId?: string | undefined;
  readonly state: 'available' | 'all';
}

/** Newest first; `available`: those that can be restored. */
export const createListRecoveryPoints =
  ({ catalog }: Deps) =>
  async (tenant: TenantHypervisor, audience: Audience, filter: Filter, page: PageRequest) => {
    const { items, next } = await filledPage(
      (request) => catalog.points.list(tenant.hypervisorId, filter.instanceId, request),
      page,
      ({ state }) => filter.state === 'all' || state === 'available',
    );
    return { items: items.map((point) => recoveryPointView(point, audience)), ...(next ? { next } : {}) };
  };
