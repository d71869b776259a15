import type { HypervisorView } from '../../contracts/api.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../domain/hypervisor.ts';
import { hypervisorView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { PageRequest } from '../../ports/page.ts';
import { notFound } from './not-found.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'hypervisors'>;
}

/** Operators only. Errors: NotFound. */
export const createGetHypervisor =
  ({ catalog }: Deps) =>
  async (hypervisorId: HypervisorId): Promise<HypervisorView> => {
    const hypervisor = await catalog.hypervisors.get(hypervisorId);
    if (!hypervisor) throw notFound('hypervisor', 'hypervisorId');
    return hypervisorView(hypervisor);
  };

/** Operators only. */
export const createListHypervisors =
  ({ catalog }: Deps) =>
  async (page: PageRequest) => {
    const { items, next } = await catalog.hypervisors.list(page);
    return { items: items.map(hypervisorView), ...(next ? { next } : {}) };
  };

/** The tenant that an operator names in a path. Errors: NotFound. */
export const createOpenTenant =
  ({ catalog }: Deps) =>
  async (hypervisorId: HypervisorId): Promise<TenantHypervisor> => {
    const hypervisor = await catalog.hypervisors.get(hypervisorId);
    if (hypervisor?.kind !== 'tenant') throw notFound('tenant hypervisor', 'hypervisorId');
    return hypervisor;
  };

/** The service hypervisor that an operator names in a path. Errors: NotFound. */
export const createOpenService =
  ({ catalog }: Deps) =>
  async (hypervisorId: HypervisorId): Promise<ServiceHypervisor> => {
    const hypervisor = await catalog.hypervisors.get(hypervisorId);
    if (hypervisor?.kind !== 'service') throw notFound('service hypervisor', 'hypervisorId');
    return hypervisor;
  };
