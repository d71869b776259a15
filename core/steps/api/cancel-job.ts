import type { JobView } from '../../contracts/api.ts';
import type { JobId } from '../../contracts/ids.ts';
import { askedUnder, isAskedAgain } from '../../domain/asked-job.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { isTerminal, type Job } from '../../domain/job.ts';
import type { Audience } from '../../domain/problems.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import { jobView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions } from '../../ports/control.ts';
import { CANCELLED, stopAttempt } from '../jobs/stop-attempt.ts';
import { notFound } from './not-found.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'jobs'>;
  readonly executions: Executions;
  readonly clock: Clock;
}

/** Whether it is cancelled, as was asked: whoever asks again may not have heard the answer. Errors: Conflict (it has ended otherwise). */
const isCancelled = (job: Job): boolean => {
  if (!isTerminal(job.state)) return false;
  if (job.state === 'cancelled') return true;
  throw new Conflict(`This job has ended (${job.state}): there is nothing to cancel.`, {
    remedy: 'Nothing has to be done.',
  });
};

/**
 * A suspended job has no attempt that could be stopped: it ends here and now, and what was kept for a later attempt goes.
 * False if it is not suspended.
 */
const endSuspended = async (
  { catalog: { jobs }, clock }: Pick<Deps, 'catalog' | 'clock'>,
  tenantId: string,
  jobId: JobId,
  noted: Pick<Job, 'cancelledUnder'>,
): Promise<boolean> => {
  const now = clock.now();
  const change = { state: 'cancelled', cancelRequestedAt: now, endedAt: now, ...noted } as const;
  if (!(await jobs.update(tenantId, jobId, change, ['suspended']))) return false;
  for (const { instanceId, phase } of await jobs.instances(jobId))
    if (phase !== 'done') await jobs.updateInstance(jobId, instanceId, { phase: 'cancelled', phaseSince: now });
  return true;
};

/**
 * Sets the flag that steps and nodes look at, stops the execution, and starts the cleanup that brings the job to its
 * end. Asked again while it is cancelling, it does what may have been missed the first time; once it is cancelled,
 * nothing; under the same idempotency key nothing either once the job has ended otherwise, or is tried again.
 * Errors: NotFound, Conflict (the job has ended otherwise).
 */
export const createCancelJob = ({ catalog, executions, clock }: Deps) => {
  const read = async (tenantId: string, jobId: JobId): Promise<Job> => {
    const job = await catalog.jobs.get(tenantId, jobId);
    if (!job) throw notFound('job', 'jobId');
    return job;
  };
  /** Its attempt had a cleanup of its own when it was suspended. */
  const removeKept = async ({ jobId, attempt, tenantId }: Job): Promise<void> => {
    await executions.start('cleanup', `${attemptName(jobId, attempt)}-cleanup-cancelled`, { jobId, attempt, tenantId });
  };
  return async (tenant: TenantHypervisor, audience: Audience, jobId: JobId, key?: string): Promise<JobView> => {
    const tenantId = tenant.hypervisorId;
    const asked = await read(tenantId, jobId);
    // Whoever cancelled it may have ended before the cleanup was started.
    if (asked.state === 'cancelled' && asked.suspendRequestedAt !== undefined) await removeKept(asked);
    const answer = async (job: Job): Promise<JobView> =>
      jobView(job, await catalog.jobs.instances(jobId), audience, clock.now());
    const isOver = (job: Job): boolean =>
      isAskedAgain(job, 'cancel', key) ? job.state !== 'cancelling' : isCancelled(job);
    if (isOver(asked)) return answer(asked);
    const under = askedUnder('cancel', key);
    const noted = under === undefined ? {} : { cancelledUnder: under };
    const cancelRequestedAt = clock.now();
    if (await endSuspended({ catalog, clock }, tenantId, jobId, noted)) {
      const ended = await read(tenantId, jobId);
      await removeKept(ended);
      return answer(ended);
    }
    // refused when it is cancelling already, which is fine, or has ended in between
    await catalog.jobs.update(tenantId, jobId, { state: 'cancelling', cancelRequestedAt, ...noted }, [
      'queued',
      'running',
      'waiting',
    ]);
    const job = await read(tenantId, jobId);
    if (!isOver(job)) await stopAttempt(executions, job, ...CANCELLED);
    return answer(job);
  };
};
