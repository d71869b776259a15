import type { JobView } from '../../contracts/api.ts';
import type { JobId } from '../../contracts/ids.ts';
import { askedUnder, isAskedAgain } from '../../domain/asked-job.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { isOpen, type Job } from '../../domain/job.ts';
import type { Audience } from '../../domain/problems.ts';
import { jobView } from '../../domain/views.ts';
import { notFound } from '../api/not-found.ts';
import { beginNextAttempt, type NextAttemptDeps, startUnstarted } from './next-attempt.ts';

/**
 * Goes on with a suspended job in a new attempt: with the instances that are not done, from what was kept of them. Asked
 * again while that attempt is open, or at any time under the same idempotency key, it does nothing.
 * Errors: NotFound, Conflict (the job is not suspended).
 */
export const createResumeJob = (deps: NextAttemptDeps) => {
  const { jobs } = deps.catalog;
  return async (tenant: TenantHypervisor, audience: Audience, jobId: JobId, key?: string): Promise<JobView> => {
    const asked = await jobs.get(tenant.hypervisorId, jobId);
    if (!asked) throw notFound('job', 'jobId');
    if (asked.state === 'suspended' && !isAskedAgain(asked, 'resume', key))
      await beginNextAttempt(deps, tenant, asked, ['suspended'], askedUnder('resume', key));
    const job = (await jobs.get(tenant.hypervisorId, jobId)) ?? asked;
    if (!isAskedAgain(job, 'resume', key)) refuse(job);
    await startUnstarted(deps, tenant, job);
    return jobView(job, await jobs.instances(jobId), audience, deps.clock.now());
  };
};

const refuse = (job: Job): void => {
  if (isOpen(job.state) && job.suspendRequestedAt !== undefined)
    throw new Conflict('This job is just being suspended.', { remedy: 'Resume it once it is suspended.' });
  if (!isOpen(job.state) || job.attempt === 1)
    throw new Conflict(`This job is ${job.state}: only a suspended job can be resumed.`, {
      ...(isOpen(job.state) ? {} : { remedy: 'If some of it is not done, retry it.' }),
    });
};
