import type { LockedInstance } from '../../contracts/steps.ts';
import type { BackupRequest } from '../../domain/job.ts';
import type { RecoveryPoint, RecoveryPointVolume } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { enterPhase } from '../phase.ts';
import { openTenant } from '../tenant-of-job.ts';
import { pendingPoint } from './pending-point.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
}

/** Decides, volume by volume, what is compared with what: full, or incremental against the newest committed point. */
export const createOpenSource =
  ({ catalog, scopes, clock }: Deps) =>
  async (input: LockedInstance): Promise<LockedInstance> => {
    const { jobId, tenantId, instanceId } = input;
    await enterPhase(catalog, clock, input, 'planning');
    const { job, tenant, service } = await openTenant(catalog, tenantId, jobId);
    const point = await pendingPoint(catalog, input);
    const wanted = (job.request as BackupRequest).level;
    const head = wanted === 'incremental' ? await headPoint(catalog, tenantId, instanceId) : undefined;
    const scope = await scopes.open(tenant, jobId);
    const bases = head ? await scope.snapshots.describe(head.volumes.map(({ snapshotId }) => snapshotId)) : [];
    const present = new Set(bases.filter(({ state }) => state === 'completed').map(({ snapshotId }) => snapshotId));

    const volumes = point.volumes.map((volume): RecoveryPointVolume => {
      if (wanted === 'full') return { ...volume, level: 'full' };
      const decision = levelOf(volume, head, present, service.hypervisorId);
      if ('reason' in decision) return { ...volume, level: 'full', levelReason: decision.reason };
      const { base } = decision;
      return { ...volume, level: 'incremental', baseSnapshotId: base.snapshotId, parentPointId: decision.point };
    });
    await catalog.points.update(tenantId, point.recoveryPointId, { volumes });
    return input;
  };

const headPoint = async (
  catalog: Catalog,
  tenantId: string,
  instanceId: string,
): Promise<RecoveryPoint | undefined> => {
  const head = (await catalog.instances.get(tenantId, instanceId))?.head;
  return head === undefined ? undefined : await catalog.points.get(tenantId, head);
};

type Level = { readonly reason: string } | { readonly base: RecoveryPointVolume; readonly point: string };

const levelOf = (
  volume: RecoveryPointVolume,
  head: RecoveryPoint | undefined,
  present: ReadonlySet<string>,
  serviceId: string,
): Level => {
  if (!head) return { reason: 'there is no earlier backup of the instance' };
  if (head.serviceId !== serviceId) return { reason: 'the earlier backup is in another library' };
  const base = head.volumes.find(({ volumeId }) => volumeId === volume.volumeId);
  if (!base) return { reason: 'the volume is new since the earlier backup' };
  if (base.sizeBytes !== volume.sizeBytes) return { reason: 'the volume was resized since the earlier backup' };
  if (!present.has(base.snapshotId))
    return { reason: `the snapshot of the earlier backup, ${base.snapshotId}, is gone` };
  return { base, point: head.recoveryPointId };
};
