import type { JobId } from '../../contracts/ids.ts';
import type { JobInput } from '../../contracts/steps.ts';
import { TransientFailure } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Job, JobRequest } from '../../domain/job.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { Executions, Sha256 } from '../../ports/control.ts';
import { type Asked, checkSameRequest, newId, requestHash } from './idempotency.ts';
import { MOST_OPEN_JOBS, refuseMoreThan } from './refuse-too-many.ts';
import { refuseWhileTenantIsClosed } from './refuse-while-removed.ts';

export interface StartJobDeps {
  readonly catalog: Pick<Catalog, 'jobs' | 'hypervisors' | 'vmGroups' | 'plans' | 'points' | 'nodes'>;
  readonly executions: Executions;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sha256: Sha256;
}

/** Longer messages than this are an answer's body, not a reason. */
const MESSAGE_LENGTH = 1_000;

/**
 * Opens the job's record, then starts its first attempt. The record comes first: an execution without one would find
 * nothing to do, a record without an execution says that it failed. `body` is the request as it came in; asked again
 * under the same idempotency key, the job that there is is answered, whatever has become of what it names: `requestOf`,
 * which looks at that, is not asked. Errors: Conflict (another body, or too many open jobs), TransientFailure, as of `requestOf`.
 */
export const startJob = async (
  deps: StartJobDeps,
  tenant: TenantHypervisor,
  asked: Asked,
  type: Job['type'],
  body: unknown,
  requestOf: () => Promise<JobRequest>,
): Promise<{ jobId: JobId }> => {
  const tenantId = tenant.hypervisorId;
  const jobId: JobId = newId(deps, 'job', tenantId, type, asked);
  const hash = requestHash(deps.sha256, asked, body);
  const answerAs = async (there: Job | undefined): Promise<{ jobId: JobId }> => {
    checkSameRequest(there, hash);
    // whoever made it may have ended before it was started
    if (there && isUnstarted(there)) await beginJob(deps, tenant, there);
    return { jobId };
  };
  const before = await deps.catalog.jobs.get(tenantId, jobId);
  if (before) return answerAs(before);
  const request = await requestOf();
  const job: Job = {
    jobId,
    tenantId,
    type,
    state: 'queued',
    attempt: 1,
    request,
    trigger: 'api',
    requestedBy: asked.requestedBy,
    createdAt: deps.clock.now(),
    ...hash,
  };
  await refuseWhileTenantIsClosed(deps.catalog, tenantId);
  await refuseMoreJobs(deps.catalog, tenantId);
  if (!(await deps.catalog.jobs.add(job))) return answerAs(await deps.catalog.jobs.get(tenantId, jobId));
  await beginJob(deps, tenant, job);
  return { jobId };
};

/** Errors: Conflict. */
export const refuseMoreJobs = async (
  { jobs }: Pick<Catalog, 'jobs'>,
  tenantId: TenantHypervisor['hypervisorId'],
): Promise<void> =>
  refuseMoreThan(
    MOST_OPEN_JOBS,
    'open jobs',
    async () => ({ items: await jobs.openOf(tenantId) }),
    'Wait until some of them have ended, or cancel some; one job can take many instances.',
  );

/** Its record was made, and nothing is known of an execution. */
export const isUnstarted = (job: Job): boolean =>
  job.state === 'queued' && job.attempt === 1 && job.executionArn === undefined;

/**
 * Starts the first attempt of a job whose record is there. Safe to run again: an execution is named by job and attempt.
 * A job that cannot be started says so. Errors: Conflict (the tenant is being removed, or its access was revoked), TransientFailure, whatever else the start met.
 */
export const beginJob = async (
  {
    catalog,
    executions,
    clock,
  }: Pick<StartJobDeps, 'executions' | 'clock'> & { readonly catalog: Pick<Catalog, 'jobs' | 'hypervisors'> },
  tenant: TenantHypervisor,
  job: Job,
): Promise<void> => {
  const { jobId, tenantId, type } = job;
  try {
    await refuseWhileTenantIsClosed(catalog, tenantId);
    const { executionArn } = await executions.start(type, attemptName(jobId, 1), executionInput(tenant, job));
    await catalog.jobs.update(tenantId, jobId, { executionArn });
  } catch (cause) {
    // It stays queued: asked again under the same key, delivered again, or at the latest with a tick, it is begun.
    if (cause instanceof TransientFailure) throw cause;
    const error = {
      name: cause instanceof Error ? cause.name : 'Error',
      message: `The job could not be started: ${cause instanceof Error ? cause.message : String(cause)}`.slice(
        0,
        MESSAGE_LENGTH,
      ),
      tenantMessage: 'The job could not be started.',
    };
    // only while nothing has run: an answer that was lost may have started it after all
    await catalog.jobs.update(tenantId, jobId, { state: 'failed', endedAt: clock.now(), error }, ['queued']);
    throw cause;
  }
};

/** What an attempt's execution is started with: it names what an operator looks for. */
export const executionInput = (
  { name }: TenantHypervisor,
  { jobId, attempt, tenantId, request: { planId }, trigger, requestedBy }: Job,
): JobInput => ({
  jobId,
  attempt,
  tenantId,
  tenantName: name,
  ...(planId === undefined ? {} : { planId }),
  trigger,
  requestedBy,
});
