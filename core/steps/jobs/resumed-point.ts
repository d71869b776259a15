import type { RecoveryPointId } from '../../contracts/ids.ts';
import type { InstanceRef } from '../../contracts/steps.ts';
import { isBeforeBarrier, type ProtectedInstance } from '../../domain/protected-instance.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Sha256 } from '../../ports/control.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { openTenant } from '../tenant-of-job.ts';
import { keptPoints } from './kept-points.ts';
import { takeOverPoint } from './take-over-point.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly sha256: Sha256;
}

/**
 * The pending recovery point that an earlier, suspended attempt at a backup or a snapshot has left, now this attempt's
 * own. Undefined, and everything begins anew, if there is none; or if meanwhile its snapshots have gone, a newer point of
 * the instance was committed, the library was pruned, or the tenant was bound to another service hypervisor. What is not taken over the cleanup
 * of this attempt removes.
 */
export const resumedPoint = async (
  { catalog, scopes, sha256 }: Deps,
  ref: InstanceRef,
  instance: ProtectedInstance,
): Promise<RecoveryPointId | undefined> => {
  const { jobId, tenantId, instanceId } = ref;
  const { job, tenant, service } = await openTenant(catalog, tenantId, jobId);
  if (job.type !== 'backup' && job.type !== 'snapshot') return undefined;
  const [point] = await keptPoints(catalog, sha256, ref);
  if (!point || point.serviceId !== service.hypervisorId || isBeforeBarrier(point, instance)) return undefined;
  const newestId = job.type === 'snapshot' ? instance.snapshotHead : instance.head;
  const newest = newestId && (await catalog.points.get(tenantId, newestId));
  if (newest && newest.takenAt >= point.takenAt) return undefined;
  const scope = await scopes.open(tenant, jobId, { to: 'look' });
  if (!areThere(point, await scope.snapshots.describe(point.volumes.map(({ snapshotId }) => snapshotId)))) {
    return undefined;
  }
  await catalog.jobs.updateInstance(jobId, instanceId, { recoveryPointId: point.recoveryPointId });
  await takeOverPoint({ catalog, sha256 }, ref, point);
  return point.recoveryPointId;
};

/** Those that are still being taken are waited for, as they were before. */
const areThere = (
  { volumes }: RecoveryPoint,
  seen: readonly { readonly snapshotId: string; readonly state: string }[],
): boolean => {
  const good = new Set(seen.filter(({ state }) => state !== 'error').map(({ snapshotId }) => snapshotId));
  return volumes.every(({ snapshotId }) => good.has(snapshotId));
};
