import type { JobView } from '../../contracts/api.ts';
import type { JobId } from '../../contracts/ids.ts';
import { askedUnder, isAskedAgain } from '../../domain/asked-job.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { isOpen, type Job, type JobInstance } from '../../domain/job.ts';
import type { Audience } from '../../domain/problems.ts';
import { jobView } from '../../domain/views.ts';
import { notFound } from '../api/not-found.ts';
import { beginNextAttempt, type NextAttemptDeps, startUnstarted } from './next-attempt.ts';

const RETRIABLE = ['failed', 'completed with errors', 'cancelled'] as const satisfies readonly Job['state'][];

/**
 * Tries the instances of a job that has ended once more that are not done, in a new attempt; those that are done stay as
 * they are. Asked again while that attempt is open, or at any time under the same idempotency key, it does nothing.
 * Errors: NotFound, Conflict (the job has not ended, or nothing of it is left to do).
 */
export const createRetryJob = (deps: NextAttemptDeps) => {
  const { jobs } = deps.catalog;
  return async (tenant: TenantHypervisor, audience: Audience, jobId: JobId, key?: string): Promise<JobView> => {
    const asked = await jobs.get(tenant.hypervisorId, jobId);
    if (!asked) throw notFound('job', 'jobId');
    let begun = isAskedAgain(asked, 'retry', key);
    if (!begun && isRetriable(asked)) {
      refuseAllDone(await jobs.instances(jobId));
      begun = await beginNextAttempt(deps, tenant, asked, RETRIABLE, askedUnder('retry', key));
    }
    const job = (await jobs.get(tenant.hypervisorId, jobId)) ?? asked;
    // an attempt that was just begun, by this request or the same one beside it, may have ended already
    if (!begun && !isAskedAgain(job, 'retry', key)) refuse(job);
    await startUnstarted(deps, tenant, job);
    return jobView(job, await jobs.instances(jobId), audience, deps.clock.now());
  };
};

const isRetriable = ({ state }: Job): boolean => (RETRIABLE as readonly Job['state'][]).includes(state);

/** What has errors and is done all the same (a copy in another region failed) is not made a second time. */
const refuseAllDone = (instances: readonly JobInstance[]): void => {
  if (instances.length > 0 && instances.every(({ phase }) => phase === 'done'))
    throw new Conflict('Every instance of this job is done: there is nothing to try again.');
};

const refuse = ({ state, attempt }: Job): void => {
  if (state === 'suspended') throw new Conflict('This job is suspended.', { remedy: 'Resume it.' });
  if (state === 'completed') throw new Conflict('This job is completed: there is nothing to try again.');
  if (!isOpen(state) || attempt === 1 || state === 'cancelling')
    throw new Conflict(`This job is ${state}: only one that has ended can be tried again.`, {
      remedy: 'Wait until it has ended, or cancel it.',
    });
};
