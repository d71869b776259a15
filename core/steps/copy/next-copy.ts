import { z } from 'zod';
import { RecoveryPointId } from '../../contracts/ids.ts';
import type { InstanceRef, NextCopyInput, NextCopyOutput } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';
import type { Job } from '../../domain/job.ts';
import { jobError, jobErrorOfCaught } from '../../domain/job-error.ts';
import { isBeforeBarrier } from '../../domain/protected-instance.ts';
import type { RecoveryPoint, RecoveryPointVolume } from '../../domain/recovery-point.ts';
import { workKeys } from '../../domain/work-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256, WorkArea } from '../../ports/control.ts';
import type { TenantScope, TenantScopes } from '../../ports/tenant-scope.ts';
import { isTakeable } from '../jobs/kept-points.ts';
import { takeOverPoint } from '../jobs/take-over-point.ts';
import { lockOfPoint } from '../library/lock-of-point.ts';
import { enterPhase } from '../phase.ts';
import { openTenant } from '../tenant-of-job.ts';
import { giveUpCopy, noteError } from './give-up-copy.ts';
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
 * that is gone, or whose copy has `failed`, is passed over, and said: it must not keep those after it from being copied.
 */
export const createNextCopy =
  ({ catalog, scopes, work, clock, sha256 }: Deps) =>
  async ({ at: from, failed, fence: _fence, ...ref }: NextCopyInput): Promise<NextCopyOutput> => {
    const { jobId, attempt, tenantId, instanceId } = ref;
    await enterPhase(catalog, clock, ref, 'planning');
    const { job, tenant, service } = await openTenant(catalog, tenantId, jobId);
    if (failed) await giveUpCopy(catalog, ref, failed.recoveryPointId, jobErrorOfCaught(failed.error));
    const gone = (id: RecoveryPointId, why: string): Promise<void> =>
      noteError(catalog, ref, jobError(RecoveryPointUnavailable.name, `${id} cannot be copied: ${why}`));
    const list = z.array(RecoveryPointId).parse(await work.getJson(workKeys(jobId, 1).copies(instanceId)));
    let scope: TenantScope | undefined;
    for (const [at, snapshotPointId] of list.entries()) {
      if (at < from) continue;
      const snapshot = await catalog.points.get(tenantId, snapshotPointId);
      if (snapshot?.state !== 'available') {
        if (snapshot?.copiedTo === undefined) await gone(snapshotPointId, 'it has expired');
        continue;
      }
      if (!(await isToBeCopied(catalog, snapshot, isNamed(job, snapshotPointId)))) continue;
      scope ??= await scopes.open(tenant, jobId, { to: 'look' });
      const missing = await missingSnapshots(scope, snapshot);
      if (missing.length > 0) {
        await gone(snapshotPointId, `its snapshots ${missing.join(', ')} are gone`);
        continue;
      }
      const child = await catalog.jobs.instance(jobId, instanceId);
      const begun = await begunCopy(catalog, ref, child?.recoveryPointIds ?? [], snapshot, service);
      const recoveryPointId =
        begun?.recoveryPointId ?? derivedId(sha256, 'rp', jobId, attempt, instanceId, snapshotPointId);
      if (begun) await takeOverPoint({ catalog, sha256 }, ref, begun);
      else {
        const copy = pendingCopy(job, attempt, service, recoveryPointId, snapshot, clock.now());
        await catalog.points.add({ ...copy, ...(await lockOfPoint({ catalog, clock }, service, copy)) });
      }
      const recoveryPointIds = [...new Set([...(child?.recoveryPointIds ?? []), recoveryPointId])];
      await catalog.jobs.updateInstance(jobId, instanceId, { recoveryPointIds });
      return { done: false, at, recoveryPointId };
    }
    return { done: true };
  };

const isNamed = ({ request }: Job, id: RecoveryPointId): 'named' | undefined =>
  request.type === 'backup-copy' && request.recoveryPointIds.includes(id) ? 'named' : undefined;

/** A copy of this snapshot that an earlier attempt has begun and left for this one. */
const begunCopy = async (
  catalog: Catalog,
  { tenantId, instanceId, attempt }: InstanceRef,
  recoveryPointIds: readonly RecoveryPointId[],
  { recoveryPointId: snapshotPointId }: RecoveryPoint,
  { hypervisorId }: ServiceHypervisor,
): Promise<RecoveryPoint | undefined> => {
  if (attempt === 1) return undefined;
  const instance = await catalog.instances.get(tenantId, instanceId);
  const isPruned = (point: RecoveryPoint): boolean => instance !== undefined && isBeforeBarrier(point, instance);
  for (const id of recoveryPointIds) {
    const point = await catalog.points.get(tenantId, id);
    if (point?.copyOf !== snapshotPointId || point.serviceId !== hypervisorId || isPruned(point)) continue;
    if (isTakeable(point, attempt)) return point;
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
  createdAt: number,
): RecoveryPoint => ({
  recoveryPointId,
  tenantId: snapshot.tenantId,
  instanceId: snapshot.instanceId,
  kind: 'backup-copy',
  state: 'pending',
  jobId: job.jobId,
  attempt,
  createdAt,
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
