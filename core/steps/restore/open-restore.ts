import { noCounters } from '../../contracts/orders.ts';
import type { AttemptRef, RestoreRef } from '../../contracts/steps.ts';
import { JobCancelled, NotFound } from '../../domain/errors.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { openTenant } from '../tenant-of-job.ts';
import { restoredPoint } from './restored-point.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly clock: Clock;
}

/** Checks that the job may run and that its recovery point is the tenant's and available. */
export const createOpenRestore =
  ({ catalog, clock }: Deps) =>
  async ({ jobId, attempt, tenantId }: AttemptRef): Promise<RestoreRef> => {
    const { job } = await openTenant(catalog, tenantId, jobId);
    if (!('recoveryPointId' in job.request)) throw new NotFound(`${jobId} is not a restore`);
    const started = await catalog.jobs.update(tenantId, jobId, { state: 'running', startedAt: clock.now() }, [
      'queued',
      'running',
    ]);
    if (!started) throw new JobCancelled(`${jobId} was cancelled before it started`);
    const { recoveryPointId } = job.request;
    const { instanceId } = await restoredPoint(catalog, tenantId, recoveryPointId);
    await catalog.jobs.addInstance({
      jobId,
      tenantId,
      instanceId,
      recoveryPointId,
      phase: 'waiting',
      phaseSince: clock.now(),
      counters: noCounters,
    });
    return { jobId, attempt, tenantId, instanceId, recoveryPointId };
  };
