import type { JobView } from '../../contracts/api.ts';
import type { JobId } from '../../contracts/ids.ts';
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
 * first time. Errors: NotFound, Conflict (the job has ended, or is being cancelled).
 */
export const createSuspendJob =
  ({ catalog: { jobs }, executions, clock }: Deps) =>
  async (tenant: TenantHypervisor, audience: Audience, jobId: JobId): Promise<JobView> => {
    const tenantId = tenant.hypervisorId;
    const asked = await jobs.get(tenantId, jobId);
    if (!asked) throw notFound('job', 'jobId');
    if (asked.suspendRequestedAt === undefined)
      await jobs.update(tenantId, jobId, { suspendRequestedAt: clock.now() }, SUSPENDABLE_STATES);
    const job = (await jobs.get(tenantId, jobId)) ?? asked;
    if (job.state !== 'suspended') {
      refuse(job);
      const execution = attemptName(jobId, job.attempt);
      await executions.stop(job.type, execution, 'JobCancelled', 'suspended through the API');
      await executions.start('cleanup', `${execution}-cleanup`, { jobId, attempt: job.attempt, tenantId });
    }
    return jobView(job, await jobs.instances(jobId), audience, clock.now());
  };

const refuse = ({ state }: Job): void => {
  if ((SUSPENDABLE_STATES as readonly Job['state'][]).includes(state)) return;
  if (state === 'cancelling') throw new Conflict('This job is being cancelled: it cannot be suspended any more.');
  throw new Conflict(`This job has ended (${state}): there is nothing to suspend.`);
};
