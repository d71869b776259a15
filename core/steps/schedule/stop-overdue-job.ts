import type { Job } from '../../domain/job.ts';
import { jobError } from '../../domain/job-error.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Executions } from '../../ports/control.ts';
import { stopAttempt } from '../jobs/stop-attempt.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'jobs'>;
  readonly executions: Executions;
}

export const isOverdue = ({ state, request: { deadlineAt } }: Job, now: number): boolean =>
  deadlineAt !== undefined && deadlineAt <= now && state !== 'cancelling';

/**
 * Stops a job's attempt; the cleanup closes the job, with the reason that its record has by then. Asked again it does
 * what may have been missed the first time.
 */
export const stopOverdueJob = async ({ catalog, executions }: Deps, job: Job): Promise<void> => {
  const { jobId, tenantId, request } = job;
  const deadline = new Date(request.deadlineAt ?? 0).toISOString();
  const error = jobError('DeadlineExceeded', `the job had not ended by its deadline, ${deadline}`);
  if (!(await catalog.jobs.update(tenantId, jobId, { error }, ['queued', 'running', 'waiting']))) return;
  await stopAttempt(executions, job, error.name, error.message);
};
