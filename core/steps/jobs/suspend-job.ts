import type { JobView } from '../../contracts/api.ts';
import type { JobId } from '../../contracts/ids.ts';
import { askedUnder, isAskedAgain } from '../../domain/asked-job.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { type Job, SUSPENDABLE_STATES } from '../../domain/job.ts';
import type { Audience } from '../../domain/problems.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import { jobView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions } from '../../ports/control.ts';
import { notFound } from '../api/not-found.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'jobs'>;
  readonly executions: Executions;
  readonly clock: Clock;
}

/**
 * Sets the flag that steps and nodes look at, stops the execution, and starts the cleanup, which keeps what a later
 * attempt can go on from and says of the job then that it is suspended. Asked again it does what may have been missed the
 * first time; under the same idempotency key it lets a job be that has ended, or was resumed, since.
 * Errors: NotFound, Conflict (the job has ended, or is being cancelled).
 */
export const createSuspendJob =
  ({ catalog: { jobs }, executions, clock }: Deps) =>
  async (tenant: TenantHypervisor, audience: Audience, jobId: JobId, key?: string): Promise<JobView> => {
    const tenantId = tenant.hypervisorId;
    const asked = await jobs.get(tenantId, jobId);
    if (!asked) throw notFound('job', 'jobId');
    if (asked.suspendRequestedAt === undefined && !isAskedAgain(asked, 'suspend', key)) {
      const under = askedUnder('suspend', key);
      const change = { suspendRequestedAt: clock.now(), ...(under === undefined ? {} : { suspendedUnder: under }) };
      await jobs.update(tenantId, jobId, change, SUSPENDABLE_STATES);
    }
    const job = (await jobs.get(tenantId, jobId)) ?? asked;
    const isKnown = job.state === 'suspended' || isAskedAgain(job, 'suspend', key);
    if (!isKnown) refuse(job);
    if (isSuspendable(job) && job.suspendRequestedAt !== undefined) {
      const execution = attemptName(jobId, job.attempt);
      await executions.stop(job.type, execution, 'JobCancelled', 'suspended through the API');
      await executions.start('cleanup', `${execution}-cleanup`, { jobId, attempt: job.attempt, tenantId });
    }
    return jobView(job, await jobs.instances(jobId), audience, clock.now());
  };

const isSuspendable = ({ state }: Job): boolean => (SUSPENDABLE_STATES as readonly Job['state'][]).includes(state);

const refuse = (job: Job): void => {
  if (isSuspendable(job)) return;
  const { state } = job;
  if (state === 'cancelling') throw new Conflict('This job is being cancelled: it cannot be suspended any more.');
  throw new Conflict(`This job has ended (${state}): there is nothing to suspend.`);
};
