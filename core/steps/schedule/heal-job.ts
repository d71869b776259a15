import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Job } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions } from '../../ports/control.ts';
import { beginJob } from '../api/start-job.ts';
import { startUnstarted } from '../jobs/next-attempt.ts';
import { CANCELLED, stopAttempt } from '../jobs/stop-attempt.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'jobs' | 'hypervisors'>;
  readonly executions: Executions;
  readonly clock: Clock;
}

/** Longer than any function runs: who was at it has ended. */
const FORGOTTEN_MS = 10 * 60_000;

/**
 * Whoever opened a job, or cancelled it, may have ended before its execution was started, or stopped. Open since long
 * and without an execution, it is started; cancelling since long, it is stopped and cleaned up once more.
 */
export const healJob = async (deps: Deps, tenant: TenantHypervisor, job: Job): Promise<void> => {
  const { executions, clock } = deps;
  const { attempt, state, executionArn, createdAt, cancelRequestedAt } = job;
  if (state === 'queued' && executionArn === undefined && clock.now() - createdAt > FORGOTTEN_MS) {
    if (attempt === 1) await beginJob(deps, tenant, job);
    else await startUnstarted(deps, tenant, job);
  }
  if (state === 'cancelling' && cancelRequestedAt !== undefined && clock.now() - cancelRequestedAt > FORGOTTEN_MS) {
    await stopAttempt(executions, job, ...CANCELLED);
  }
};
