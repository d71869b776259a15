import type { CloseJobInput, CloseJobOutput } from '../../contracts/steps.ts';
import { NotFound } from '../../domain/errors.ts';
import { isTerminal, type Job, type JobError, type JobInstance, OPEN_STATES } from '../../domain/job.ts';
import { jobErrorOfCaught } from '../../domain/job-error.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly clock: Clock;
}

/** Sums the instances up into the job's own state. Run again, or on a job that is closed, it answers the same. */
export const createCloseJob =
  ({ catalog, clock }: Deps) =>
  async ({ jobId, tenantId, error }: CloseJobInput): Promise<CloseJobOutput> => {
    const job = await catalog.jobs.get(tenantId, jobId);
    if (!job) throw new NotFound(`there is no job ${jobId} of ${tenantId}`);
    if (isTerminal(job.state) || job.state === 'suspended') return answer(job.state, job.error);
    const verdict = judge(job, await catalog.jobs.instances(jobId), error ? jobErrorOfCaught(error) : undefined);
    const endedAt = verdict.state === 'suspended' ? {} : { endedAt: clock.now() };
    await catalog.jobs.update(tenantId, jobId, { ...verdict, ...endedAt }, OPEN_STATES);
    return answer(verdict.state, verdict.error);
  };

/** What has become of a job, from what has become of its instances. None at all is well, where nothing was to be done. */
export const judge = (job: Job, instances: readonly JobInstance[], error?: JobError): Pick<Job, 'state' | 'error'> => {
  const done = instances.filter(({ phase }) => phase === 'done').length;
  // One that is done may have an error, too: its copy in another region, say.
  const failed = instances.find((instance) => instance.error !== undefined);
  if (!error && !failed && done === instances.length) return { state: 'completed' };
  if (job.cancelRequestedAt !== undefined) return { state: 'cancelled' };
  if (job.suspendRequestedAt !== undefined && done < instances.length) return { state: 'suspended' };
  if (done > 0) return { state: 'completed with errors', ...withError(error ?? failed?.error) };
  return { state: 'failed', ...withError(error ?? failed?.error) };
};

const withError = (error: JobError | undefined): { error?: JobError } => (error ? { error } : {});

const answer = (state: string, error?: JobError): CloseJobOutput => ({
  state,
  error: error?.name ?? '',
  cause: error?.message ?? '',
});
