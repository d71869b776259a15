import type { AttemptRef } from '../../contracts/steps.ts';
import { JobCancelled, NotFound } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Job, JobRequest, JobType } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { checkResources } from '../api/check-resources.ts';
import { openTenant } from '../tenant-of-job.ts';

/**
 * The first thing that every machine does: what has changed since the job was asked for (rules O6 to O8, the binding) is
 * looked at again, then the job runs. Errors: NotFound, TenantNotBound, RuleViolated, NotAvailable, JobCancelled.
 */
export const admitJob = async <Type extends JobType>(
  catalog: Catalog,
  clock: Clock,
  { jobId, tenantId }: AttemptRef,
  type: Type,
): Promise<{
  readonly job: Job;
  readonly request: Extract<JobRequest, { type: Type }>;
  readonly tenant: TenantHypervisor;
}> => {
  const { job, tenant } = await openTenant(catalog, tenantId, jobId);
  if (!isOfType(job.request, type)) throw new NotFound(`${jobId} is no ${type} job`);
  await checkResources(catalog, tenant, job.request);
  const change = { state: 'running', ...(job.startedAt === undefined ? { startedAt: clock.now() } : {}) } as const;
  const started = await catalog.jobs.update(tenantId, jobId, change, ['queued', 'running', 'waiting']);
  if (!started) throw new JobCancelled(`${jobId} was cancelled before it started`);
  return { job, request: job.request, tenant };
};

const isOfType = <Type extends JobType>(
  request: JobRequest,
  type: Type,
): request is Extract<JobRequest, { type: Type }> => request.type === type;
