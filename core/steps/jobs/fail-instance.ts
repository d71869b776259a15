import type { FailInstanceInput } from '../../contracts/steps.ts';
import { jobErrorOfCaught } from '../../domain/job-error.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly clock: Clock;
}

/** Notes on the instance's own record why it failed; the other instances of the job go on. */
export const createFailInstance =
  ({ catalog, clock }: Deps) =>
  async ({ jobId, tenantId, instanceId, error }: FailInstanceInput): Promise<{ readonly failed: string }> => {
    const jobError = jobErrorOfCaught(error);
    const child = await catalog.jobs.instance(jobId, instanceId);
    const isStopped = jobError.name === 'JobCancelled';
    const job = isStopped ? await catalog.jobs.get(tenantId, jobId) : undefined;
    if (child && job?.suspendRequestedAt !== undefined && job.cancelRequestedAt === undefined) {
      // It goes on in a later attempt: nothing went wrong.
      if (child.phase !== 'done') {
        await catalog.jobs.updateInstance(jobId, instanceId, { phase: 'suspended', phaseSince: clock.now() });
      }
    } else if (child && child.phase !== 'done') {
      const phase = isStopped ? 'cancelled' : 'failed';
      await catalog.jobs.updateInstance(jobId, instanceId, { phase, phaseSince: clock.now(), error: jobError });
    }
    return { failed: jobError.name };
  };
