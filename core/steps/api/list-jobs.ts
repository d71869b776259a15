import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Audience } from '../../domain/problems.ts';
import { jobView } from '../../domain/views.ts';
import type { Catalog, PageRequest } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'jobs'>;
  readonly clock: Clock;
}

/** Newest first, without their instances. */
export const createListJobs =
  ({ catalog, clock }: Deps) =>
  async (tenant: TenantHypervisor, audience: Audience, page: PageRequest) => {
    const { items, next } = await catalog.jobs.list(tenant.hypervisorId, page);
    const now = clock.now();
    return { items: items.map((job) => jobView(job, undefined, audience, now)), ...(next ? { next } : {}) };
  };
