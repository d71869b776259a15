import type { CloseJobInput, CloseJobOutput } from '../../contracts/steps.ts';
import { JobCancelled, NotFound } from '../../domain/errors.ts';
import { isTerminal, type JobError, OPEN_STATES } from '../../domain/job.ts';
import { jobErrorOfCaught } from '../../domain/job-error.ts';
import { judge } from '../../domain/job-verdict.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly clock: Clock;
}

/**
 * Sums the instances up into the job's own state. Run again, or on a job that is closed, it answers the same. That a job
 * is suspended only the cleanup says: by then everything that a later attempt goes on from is marked.
 */
export const createCloseJob =
  ({ catalog, clock }: Deps) =>
  async ({ jobId, attempt, tenantId, error }: CloseJobInput): Promise<CloseJobOutput> => {
    const job = await catalog.jobs.get(tenantId, jobId);
    if (!job) throw new NotFound(`there is no job ${jobId} of ${tenantId}`);
    // A later attempt may be under way: this one's word does not count any more.
    if (job.attempt !== attempt || isTerminal(job.state) || job.state === 'suspended')
      return answer(job.state, job.error);
    const verdict = judge(job, await catalog.jobs.instances(jobId), error ? jobErrorOfCaught(error) : undefined);
    if (verdict.state === 'suspended') return answer(verdict.state, SUSPENDED);
    await catalog.jobs.update(tenantId, jobId, { ...verdict, endedAt: clock.now() }, OPEN_STATES);
    return answer(verdict.state, verdict.error);
  };

const SUSPENDED: JobError = { name: JobCancelled.name, message: 'the job is being suspended' };

const answer = (state: string, error?: JobError): CloseJobOutput => ({
  state,
  error: error?.name ?? '',
  cause: error?.message ?? '',
});
