import { noCounters } from '../../contracts/orders.ts';
import type { OpenRestoreOutput } from '../../contracts/restore-steps.ts';
import type { JobInput } from '../../contracts/steps.ts';
import { RecoveryPointUnavailable } from '../../domain/errors.ts';
import { restorePath } from '../../domain/restore-decision.ts';
import { placeOf } from '../../domain/restore-place.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { admitJob } from '../backup/admit-job.ts';
import { restoredPoint } from './restored-point.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly clock: Clock;
}

/**
 * Checks that the job may run (O6 to O8 once more: the binding may have changed since it was asked for) and that its
 * recovery point is the tenant's and available. Errors: JobCancelled, RuleViolated, NotAvailable, TenantNotBound,
 * RecoveryPointUnavailable.
 */
export const createOpenRestore =
  ({ catalog, clock }: Deps) =>
  async ({ jobId, attempt, tenantId }: JobInput): Promise<OpenRestoreOutput> => {
    const { request } = await admitJob(catalog, clock, { jobId, attempt, tenantId }, 'restore');
    const { recoveryPointId } = request;
    const point = await restoredPoint(catalog, tenantId, recoveryPointId);
    const { instanceId } = point;
    const before = attempt === 1 ? undefined : await catalog.jobs.instance(jobId, instanceId);
    if (before) {
      // What is restored stays restored: a second instance was never asked for.
      if (before.phase === 'done') throw new RecoveryPointUnavailable(`${jobId} has restored ${instanceId} already`);
      await catalog.jobs.resetInstance(jobId, instanceId, clock.now());
      await catalog.jobs.updateInstance(jobId, instanceId, { recoveryPointId });
    }
    await catalog.jobs.addInstance({
      jobId,
      tenantId,
      instanceId,
      recoveryPointId,
      phase: 'waiting',
      phaseSince: clock.now(),
      counters: noCounters,
    });
    return {
      restore: { jobId, attempt, tenantId, instanceId, recoveryPointId },
      place: placeOf(point),
      path: restorePath(request.target, point),
    };
  };
