import type { HypervisorId, JobId } from '../../contracts/ids.ts';
import type { BackupRequest, Job, JobType, RestoreRequest } from '../../domain/job.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { Executions } from '../../ports/control.ts';

export interface StartJobDeps {
  readonly catalog: Pick<Catalog, 'jobs' | 'hypervisors'>;
  readonly executions: Executions;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Longer messages than this are an answer's body, not a reason. */
const MESSAGE_LENGTH = 1_000;

/**
 * Opens the job's record, then starts its first attempt. The record comes first: an execution without one would find
 * nothing to do, a record without an execution says that it failed.
 */
export const startJob = async (
  { catalog, executions, clock, ids }: StartJobDeps,
  asked: {
    readonly type: JobType;
    readonly tenantId: HypervisorId;
    readonly request: BackupRequest | RestoreRequest;
    readonly requestedBy: string;
  },
): Promise<{ jobId: JobId }> => {
  const jobId: JobId = `job-${ids.uuid()}`;
  const job: Job = { jobId, ...asked, state: 'queued', attempt: 1, trigger: 'api', createdAt: clock.now() };
  if (!(await catalog.jobs.add(job))) throw new Error(`a fresh job id was taken: ${jobId}`);
  const { type, tenantId, requestedBy } = asked;
  try {
    const { executionArn } = await executions.start(type, attemptName(jobId, 1), {
      jobId,
      attempt: 1,
      tenantId,
      trigger: 'api',
      requestedBy,
    });
    await catalog.jobs.update(tenantId, jobId, { executionArn });
  } catch (cause) {
    const error = {
      name: cause instanceof Error ? cause.name : 'Error',
      message: `The job could not be started: ${cause instanceof Error ? cause.message : String(cause)}`.slice(
        0,
        MESSAGE_LENGTH,
      ),
      tenantMessage: 'The job could not be started.',
    };
    // only while nothing has run: an answer that was lost may have started it after all
    await catalog.jobs.update(tenantId, jobId, { state: 'failed', endedAt: clock.now(), error }, ['queued']);
    throw cause;
  }
  return { jobId };
};
