import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Job } from '../../domain/job.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions } from '../../ports/control.ts';
import { refuseWhileTenantIsClosed } from '../api/refuse-while-removed.ts';
import { executionInput, refuseMoreJobs } from '../api/start-job.ts';

export interface NextAttemptDeps {
  readonly catalog: Pick<Catalog, 'jobs' | 'hypervisors'>;
  readonly executions: Executions;
  readonly clock: Clock;
}

/**
 * Opens the job again and starts its next attempt, with as much time to its deadline as the job had at first. False if it
 * is not in one of the states `from` (any more). `under`: what is noted of the request, where it came with an idempotency key.
 * Errors: Conflict (the tenant is being removed, its access was revoked, or it has too many open jobs), TransientFailure;
 * asked once more, `startUnstarted` goes on.
 */
export const beginNextAttempt = async (
  deps: NextAttemptDeps,
  tenant: TenantHypervisor,
  job: Job,
  from: readonly Job['state'][],
  under?: string,
): Promise<boolean> => {
  const { jobs } = deps.catalog;
  const { tenantId, jobId, request } = job;
  await refuseWhileTenantIsClosed(deps.catalog, tenantId);
  await refuseMoreJobs(deps.catalog, tenantId);
  // Before the job is open: an open one whose deadline is over is stopped, and the reaper ends one that is open since long
  // and has no execution.
  const reopenedAt = deps.clock.now();
  const { deadlineMs } = request;
  const anew = deadlineMs === undefined ? {} : { request: { ...request, deadlineAt: reopenedAt + deadlineMs } };
  if (!(await jobs.update(tenantId, jobId, { reopenedAt, ...anew }, from))) return false;
  const attempt = job.attempt + 1;
  if (!(await jobs.reopen(tenantId, jobId, attempt, from, under))) return false;
  try {
    await refuseWhileTenantIsClosed(deps.catalog, tenantId);
  } catch (error) {
    const refused = { state: 'failed', endedAt: deps.clock.now(), reopenedUnder: undefined } as const;
    await jobs.update(tenantId, jobId, refused, ['queued']);
    throw error;
  }
  await start(deps, tenant, { ...job, attempt });
  return true;
};

/** Whoever opened the job again may have ended before its attempt was started. */
export const startUnstarted = async (deps: NextAttemptDeps, tenant: TenantHypervisor, job: Job): Promise<void> => {
  if (job.state === 'queued' && job.attempt > 1 && job.executionArn === undefined) await start(deps, tenant, job);
};

const start = async ({ catalog, executions }: NextAttemptDeps, tenant: TenantHypervisor, job: Job): Promise<void> => {
  const { type, jobId, attempt, tenantId } = job;
  const { executionArn } = await executions.start(type, attemptName(jobId, attempt), executionInput(tenant, job));
  await catalog.jobs.update(tenantId, jobId, { executionArn });
};
