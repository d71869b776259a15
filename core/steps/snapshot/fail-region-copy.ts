import type { FailRegionCopyInput } from '../../contracts/steps.ts';
import { jobErrorOfCaught } from '../../domain/job-error.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { openTenant } from '../tenant-of-job.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly clock: Clock;
}

/**
 * The recovery point is good, but not in the other region: the instance is done, with this error, and the job completes
 * with errors. What was begun there is the cleanup's to remove.
 */
export const createFailRegionCopy =
  ({ catalog, clock }: Deps) =>
  async (input: FailRegionCopyInput): Promise<Record<string, never>> => {
    const { jobId, tenantId, instanceId, recoveryPointId } = input;
    const { job } = await openTenant(catalog, tenantId, jobId);
    const error = jobErrorOfCaught(input.error);
    const region = (job.request.type === 'snapshot' ? job.request.copyToRegion : undefined) ?? '';
    const reason = error.tenantMessage ?? error.message;
    await catalog.points.update(tenantId, recoveryPointId, {
      regionCopy: { region, state: 'failed', snapshotIds: [], reason },
    });
    await catalog.jobs.updateInstance(jobId, instanceId, { phase: 'done', phaseSince: clock.now(), error });
    return {};
  };
