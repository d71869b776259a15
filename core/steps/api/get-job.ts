import type { JobView } from '../../contracts/api.ts';
import type { JobId } from '../../contracts/ids.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Audience } from '../../domain/problems.ts';
import { jobView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { notFound } from './not-found.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'jobs'>;
  readonly clock: Clock;
}

/** One job of this tenant with its instances and their progress. Errors: NotFound. */
export const createGetJob =
  ({ catalog, clock }: Deps) =>
  async (tenant: TenantHypervisor, audience: Audience, jobId: JobId): Promise<JobView> => {
    const job = await catalog.jobs.get(tenant.hypervisorId, jobId);
    if (!job) throw notFound('job', 'jobId');
    return jobView(job, await catalog.jobs.instances(jobId), audience, clock.now());
  };
