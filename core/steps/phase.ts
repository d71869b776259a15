import type { InstanceRef } from '../contracts/steps.ts';
import { DeadlineExceeded, JobCancelled } from '../domain/errors.ts';
import { type InstancePhase, isOpen, type JobInstance } from '../domain/job.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';

type Ref = Pick<InstanceRef, 'jobId' | 'attempt' | 'tenantId' | 'instanceId'>;

/**
 * That the attempt may begin something more. A step that was still under way when its execution was stopped must not.
 * Errors: JobCancelled, DeadlineExceeded.
 */
export const assertGoesOn = async (
  catalog: Catalog,
  { jobId, attempt, tenantId }: Pick<Ref, 'jobId' | 'attempt' | 'tenantId'>,
): Promise<void> => {
  const job = await catalog.jobs.get(tenantId, jobId);
  if (job?.cancelRequestedAt !== undefined) throw new JobCancelled(`${jobId} was cancelled`);
  if (job?.suspendRequestedAt !== undefined) throw new JobCancelled(`${jobId} was suspended`);
  // Noted before the execution is stopped; the job is open until the cleanup has closed it.
  if (job?.attempt === attempt && job.error?.name === DeadlineExceeded.name) {
    throw new DeadlineExceeded(job.error.message);
  }
  if (!job || !isOpen(job.state) || job.attempt !== attempt) {
    throw new JobCancelled(`attempt ${attempt} of ${jobId} has ended`);
  }
};

/** Notes where an instance's work is, and stops it if the job was cancelled meanwhile. Errors: as assertGoesOn. */
export const enterPhase = async (
  catalog: Catalog,
  clock: Clock,
  ref: Ref,
  phase: InstancePhase,
  change: Partial<JobInstance> = {},
): Promise<void> => {
  await assertGoesOn(catalog, ref);
  await catalog.jobs.updateInstance(ref.jobId, ref.instanceId, { ...change, phase, phaseSince: clock.now() });
};
