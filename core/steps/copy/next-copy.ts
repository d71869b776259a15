import { z } from 'zod';
import { RecoveryPointId } from '../../contracts/ids.ts';
import type { InstanceRef, NextCopyInput, NextCopyOutput } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';
import type { Job } from '../../domain/job.ts';
import { jobError } from '../../domain/job-error.ts';
import type { RecoveryPoint, RecoveryPointVolume } from '../../domain/recovery-point.ts';
import { workKeys } from '../../domain/work-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256, WorkArea } from '../../ports/control.ts';
import type { TenantScope, TenantScopes } from '../../ports/tenant-scope.ts';
import { isTakeable } from '../jobs/kept-points.ts';
import { takeOverPoint } from '../jobs/take-over-point.ts';
import { enterPhase } from '../phase.ts';
import { openTenant } from '../tenant-of-job.ts';
import { isToBeCopied } from './points-to-copy.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly work: WorkArea;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

/**
 * The oldest of the instance's snapshots that is still to be copied, from `at` on, and a pending record of its copy. One
 * whose snapshots are gone is passed over, and said: it must not keep those after it from being copied.
 */
export const createNextCopy =
  ({ catalog, scopes, work, clock, sha256 }: Deps) =>
  async ({ at: from, fence: _fence, ...ref }: NextCopyInput): Promise<NextCopyOutput> => {
    const { jobId, attempt, tenantId, instanceId } = ref;
    await enterPhase(catalog, clock, ref, 'planning');
    const { job, tenant, service } = await openTenant(catalog, tenantId, jobId);
    const list = z.array(RecoveryPointId).parse(await work.getJson(workKeys(jobId, 1).copies(instanceId)));
    let scope: TenantScope | undefined;
    for (const [at, snapshotPointId] of list.entries()) {
      if (at < from) continue;
      const snapshot = await catalog.points.get(tenantId, snapshotPointId);
      if (!snapshot || !(await isToBeCopied(catalog, snapshot))) continue;
      scope ??= await scopes.open(tenant, jobId, { to: 'look' });
      const gone = await missingSnapshots(scope, snapshot);
      if (gone.length > 0) {
        const message = `${snapshotPointId} cannot be copied: its snapshots ${gone.join(', ')} are gone`;
        await catalog.jobs.updateInstance(jobId, instanceId, { error: jobError('RecoveryPointUnavailable', message) });
        continue;
      }
      const child = await catalog.jobs.instance(jobId, instanceId);
      const begun = await begunCopy(catalog, ref, child?.recoveryPointIds ?? [], snapshot, service);
      const recoveryPointId =
        begun?.recoveryPointId ?? derivedId(sha256, 'rp', jobId, attempt, instanceId, snapshotPointId);
      if (begun) await takeOverPoint({ catalog, sha256 }, ref, begun);
      else await catalog.points.add(pendingCopy(job, attempt, service, recoveryPointId, snapshot));
      const recoveryPointIds = [...new Set([...(child?.recoveryPointIds ?? []), recoveryPointId])];
      await catalog.jobs.updateInstance(jobId, instanceId, { recoveryPointIds });
      return { done: false, at, recoveryPointId };
    }
    return { done: true };
  };

/** A copy of this snapshot that an earlier attempt has begun and left for this one. */
const begunCopy = async (
  catalog: Catalog,
  { tenantId, attempt }: InstanceRef,
  recoveryPointIds: readonly RecoveryPointId[],
  { recoveryPointId: snapshotPointId }: RecoveryPoint,
  { hypervisorId }: ServiceHypervisor,
): Promise<RecoveryPoint | undefined> => {
  if (attempt === 1) return undefined;
  for (const id of recoveryPointIds) {
    const point = await catalog.points.get(tenantId, id);
    if (point?.copyOf === snapshotPointId && point.serviceId === hypervisorId && isTakeable(point, attempt))
      return point;
  }
  return undefined;
};

const missingSnapshots = async (scope: TenantScope, { volumes }: RecoveryPoint): Promise<readonly string[]> => {
  const ids = volumes.map(({ snapshotId }) => snapshotId);
  const seen = new Set((await scope.snapshots.describe(ids)).map(({ snapshotId }) => snapshotId));
  return ids.filter((id) => !seen.has(id));
};

const pendingCopy = (
  job: Job,
  attempt: number,
  service: ServiceHypervisor,
  recoveryPointId: RecoveryPointId,
  snapshot: RecoveryPoint,
): RecoveryPoint => ({
  recoveryPointId,
  tenantId: snapshot.tenantId,
  instanceId: snapshot.instanceId,
  kind: 'backup-copy',
  state: 'pending',
  jobId: job.jobId,
  attempt,
  takenAt: snapshot.takenAt,
  requestedBy: job.requestedBy,
  instance: snapshot.instance,
  volumes: snapshot.volumes.map(unread),
  serviceId: service.hypervisorId,
  ...(snapshot.planId === undefined ? {} : { planId: snapshot.planId }),
  ...(snapshot.consistency === undefined ? {} : { consistency: snapshot.consistency }),
  copyOf: snapshot.recoveryPointId,
});

const unread = (volume: RecoveryPointVolume): RecoveryPointVolume => ({
  ...volume,
  level: 'full',
  dataBlocks: 0,
  zeroBlocks: 0,
  pageDataBlocks: [],
});
