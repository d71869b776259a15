import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { JobState, JobType } from '../../domain/job.ts';
import type { Audience } from '../../domain/problems.ts';
import { listedJobView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { PageRequest } from '../../ports/page.ts';
import { filledPage } from './filled-page.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'jobs'>;
}

interface Filter {
  readonly type?: JobType | undefined;
  readonly state?: JobState | undefined;
}

/** Newest first; their instances are counted, not shown. */
export const createListJobs =
  ({ catalog: { jobs } }: Deps) =>
  async (tenant: TenantHypervisor, audience: Audience, { type, state }: Filter, page: PageRequest) => {
    const { items, next } = await filledPage(
      (request) => jobs.list(tenant.hypervisorId, request),
      page,
      (job) => (type === undefined || job.type === type) && (state === undefined || job.state === state),
    );
    const views = items.map(async (job) => listedJobView(job, await jobs.instances(job.jobId), audience));
    return { items: await Promise.all(views), ...(next ? { next } : {}) };
  };

/** Operators only: every tenant's jobs that are queued or under way, in no order. */
export const createListOpenJobs =
  ({ catalog: { jobs } }: Deps) =>
  async (page: PageRequest) => {
    const { items, next } = await jobs.open(page);
    const audience = { kind: 'operator' } as const;
    const views = items.map(async (job) => listedJobView(job, await jobs.instances(job.jobId), audience));
    return { items: await Promise.all(views), ...(next ? { next } : {}) };
  };
