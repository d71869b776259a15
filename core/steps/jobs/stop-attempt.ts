import type { Job } from '../../domain/job.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Executions } from '../../ports/control.ts';

/** Stops a job's present attempt and starts the cleanup that closes it. Idempotent: asked again, it does what was missed. */
export const stopAttempt = async (
  executions: Executions,
  { jobId, tenantId, attempt, type }: Pick<Job, 'jobId' | 'tenantId' | 'attempt' | 'type'>,
  error: string,
  cause: string,
): Promise<void> => {
  const execution = attemptName(jobId, attempt);
  await executions.stop(type, execution, error, cause);
  await executions.start('cleanup', `${execution}-cleanup`, { jobId, attempt, tenantId });
};

export const CANCELLED = ['JobCancelled', 'cancelled through the API'] as const;
