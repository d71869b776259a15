import type { HypervisorId } from '../../contracts/ids.ts';
import { Conflict } from '../../domain/errors.ts';
import { isTerminal, type Job } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { everyItem } from '../../ports/every-item.ts';

/** All pages: a job that waits for nodes, or is suspended, may be older than many that came after it. */
const unendedJob = async (jobs: Pick<Catalog['jobs'], 'list'>, tenantId: HypervisorId): Promise<Job | undefined> => {
  for await (const job of everyItem((page) => jobs.list(tenantId, page))) if (!isTerminal(job.state)) return job;
  return undefined;
};

/** A suspended job goes on where it was, so it counts as one that runs. `then`: what cannot be done meanwhile. */
export const refuseWhileJobsRun = async (
  jobs: Pick<Catalog['jobs'], 'list'>,
  tenantId: HypervisorId,
  then: string,
): Promise<void> => {
  const job = await unendedJob(jobs, tenantId);
  if (!job) return;
  throw new Conflict(`The job ${job.jobId} of this tenant is ${job.state}: ${then}.`, {
    remedy: 'Wait for the job to end, or cancel it.',
  });
};
