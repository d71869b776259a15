import { noCounters } from '../../contracts/orders.ts';
import type { OpenRestoreOutput } from '../../contracts/restore-steps.ts';
import type { JobInput } from '../../contracts/steps.ts';
import { RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { RestoreRequest } from '../../domain/job.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import { refusedRestore, restorePath } from '../../domain/restore-decision.ts';
import { placeOf } from '../../domain/restore-place.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TenantScope, TenantScopes } from '../../ports/tenant-scope.ts';
import { admitJob } from '../backup/admit-job.ts';
import { checkPlace, refuseWrongPlace } from './check-place.ts';
import { decideByLook } from './decide-by-look.ts';
import { restoredPoint, siblingOf } from './restored-point.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly scopes: TenantScopes;
}

/**
 * Checks that the job may run (O6 to O8 once more: the binding may have changed since it was asked for) and that its
 * recovery point is the tenant's and available, its snapshots too, if they are what is restored from; and that EC2 knows
 * the place where it restores to, before hours of transfer. Errors: JobCancelled, RuleViolated, NotAvailable,
 * TenantNotBound, RecoveryPointUnavailable, LaunchFailed, VolumeFailed, TenantAccessLost, TransientFailure.
 */
export const createOpenRestore =
  ({ catalog, clock, scopes }: Deps) =>
  async ({ jobId, attempt, tenantId }: JobInput): Promise<OpenRestoreOutput> => {
    const { request, tenant } = await admitJob(catalog, clock, { jobId, attempt, tenantId }, 'restore');
    const look = surveyOnce(scopes, tenant, jobId);
    const point = await pointNow(catalog, tenant, jobId, request, look);
    if (request.target.kind === 'new-instance' || request.target.kind === 'volumes')
      refuseWrongPlace(request.target, await checkPlace((await look()).places, request, point));
    const { instanceId, recoveryPointId } = point;
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

/** One session, and none where nothing has to be looked at. */
const surveyOnce = (scopes: TenantScopes, tenant: TenantHypervisor, jobId: JobInput['jobId']) => {
  let scope: Promise<TenantScope> | undefined;
  return (): Promise<TenantScope> => {
    scope ??= scopes.open(tenant, jobId, { to: 'survey' });
    return scope;
  };
};

/**
 * Between the request and now the tenant may have deleted the snapshots: then the job goes on from the library, if it may,
 * and its record says so. What is in the library already stays there: a second decision could only be another one.
 */
const pointNow = async (
  catalog: Catalog,
  tenant: TenantHypervisor,
  jobId: JobInput['jobId'],
  request: RestoreRequest,
  look: () => Promise<TenantScope>,
): Promise<RecoveryPoint> => {
  const { asked, target, kmsKeyId } = request;
  const point = await restoredPoint(catalog, tenant.hypervisorId, request.recoveryPointId);
  if (placeOf(point) === 'library') return point;
  const ask = { ...asked, target, ...(kmsKeyId === undefined ? {} : { kmsKeyId }) };
  const decision = await decideByLook(ask, point, await siblingOf(catalog, point), look);
  if (decision.action === 'refuse') throw refusedRestore(decision);
  if (decision.fromReason !== undefined) {
    const { point: other, volumeTags, fromReason } = decision;
    const { recoveryPointId } = other;
    await catalog.jobs.update(tenant.hypervisorId, jobId, {
      request: { ...request, recoveryPointId, volumeTags, fromReason },
    });
  }
  return decision.point;
};
