import type { ExecutionState } from '../ports/control.ts';
import type { JobError } from './job.ts';
import { jobError } from './job-error.ts';

const STOPPED_FOR_TENANTS = 'The job was stopped inside the service before it was done. Start it again.';

/** Why a job ended that its own execution did not close. `execution`: as it ended; undefined: it was never started. */
export const errorOfUnclosed = (execution: ExecutionState | undefined): JobError => {
  if (execution === undefined)
    return jobError('JobStopped', 'the job’s execution was never started', STOPPED_FOR_TENANTS);
  const { status, error } = execution;
  if (status === 'TIMED_OUT') return jobError('DeadlineExceeded', 'the job ran for longer than any job may');
  // as whoever failed it, or stopped it, named it
  if (error)
    return jobError(error.name, `the job was not closed by its execution, which ended as ${status}: ${error.cause}`);
  return jobError('JobStopped', `the job’s execution ended as ${status}, with nobody saying why`, STOPPED_FOR_TENANTS);
};
