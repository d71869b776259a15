import type { InstanceRef } from '../contracts/steps.ts';
import { JobCancelled } from '../domain/errors.ts';
import { type InstancePhase, isTerminal, type JobInstance } from '../domain/job.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';

/** Notes where an instance's work is, and stops it if the job was cancelled meanwhile. Errors: JobCancelled. */
export const enterPhase = async (
  catalog: Catalog,
  clock: Clock,
  { jobId, attempt, tenantId, instanceId }: Pick<InstanceRef, 'jobId' | 'attempt' | 'tenantId' | 'instanceId'>,
  phase: InstancePhase,
  change: Partial<JobInstance> = {},
): Promise<void> => {
  const job = await catalog.jobs.get(tenantId, jobId);
  if (job?.cancelRequestedAt !== undefined) throw new JobCancelled(`${jobId} was cancelled`);
  // A step that was still under way when its execution was stopped must not begin anything.
  if (!job || isTerminal(job.state) || job.attempt !== attempt) {
    throw new JobCancelled(`attempt ${attempt} of ${jobId} has ended`);
  }
  await catalog.jobs.updateInstance(jobId, instanceId, { ...change, phase, phaseSince: clock.now() });
};
