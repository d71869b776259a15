import type { TransferInput } from '../../contracts/steps.ts';
import type { Job } from '../../domain/job.ts';
import type { RecoveryPoint, RecoveryPointVolume } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { enterPhase } from '../phase.ts';
import { openTenant } from '../tenant-of-job.ts';
import { volumesDueForFull } from './full-due.ts';
import { pendingPoint, planVolumes } from './pending-point.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
}

/**
 * Decides, volume by volume, what is compared with what: full, or incremental against the newest committed point. Where
 * a full is read although an incremental was asked for, the volume says why.
 */
export const createOpenSource =
  ({ catalog, scopes, clock }: Deps) =>
  async (input: TransferInput): Promise<TransferInput> => {
    const { jobId, tenantId, instanceId } = input;
    await enterPhase(catalog, clock, input, 'planning');
    const { job, tenant } = await openTenant(catalog, tenantId, jobId);
    const pending = await pendingPoint(catalog, input);
    // An earlier attempt that was suspended has decided once already; nothing of that is left behind.
    const point = { ...pending, volumes: pending.volumes.map(undecided) };
    const save = async (volumes: readonly RecoveryPointVolume[]): Promise<TransferInput> => {
      await planVolumes(catalog, input, volumes);
      return input;
    };
    if (isFullAsked(job)) return save(point.volumes.map((volume) => ({ ...volume, level: 'full' })));

    const head = await headPoint(catalog, tenantId, instanceId);
    const scope = await scopes.open(tenant, jobId, { to: 'protect' });
    const bases = head ? await scope.snapshots.describe(head.volumes.map(({ snapshotId }) => snapshotId)) : [];
    const present = new Set(bases.filter(({ state }) => state === 'completed').map(({ snapshotId }) => snapshotId));
    const due = await volumesDueForFull(catalog, job, point);
    return save(
      point.volumes.map((volume): RecoveryPointVolume => {
        const decision = levelOf(volume, point, head, present, due);
        if ('reason' in decision) return { ...volume, level: 'full', levelReason: decision.reason };
        const { base } = decision;
        return { ...volume, level: 'incremental', baseSnapshotId: base.snapshotId, parentPointId: decision.point };
      }),
    );
  };

const undecided = (volume: RecoveryPointVolume): RecoveryPointVolume => {
  const { levelReason: _reason, baseSnapshotId: _base, parentPointId: _parent, ...rest } = volume;
  return rest;
};

const isFullAsked = ({ request }: Job): boolean => request.type === 'backup' && request.level === 'full';

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
  { serviceId, takenAt }: RecoveryPoint,
  head: RecoveryPoint | undefined,
  present: ReadonlySet<string>,
  due: ReadonlyMap<string, string>,
): Level => {
  if (!head) return { reason: 'there is no earlier backup of the instance' };
  if (head.serviceId !== serviceId) return { reason: 'the earlier backup is not at hand to compare with' };
  if (head.state !== 'available') return { reason: `the earlier backup, ${head.recoveryPointId}, is ${head.state}` };
  if (head.takenAt > takenAt) return { reason: 'a newer backup of the instance is in the library already' };
  const isDue = due.get(volume.volumeId);
  if (isDue !== undefined) return { reason: isDue };
  const base = head.volumes.find(({ volumeId }) => volumeId === volume.volumeId);
  if (!base) return { reason: 'the earlier backup does not hold the volume' };
  if (head.lostVolumes?.includes(volume.volumeId)) return { reason: 'blocks of the earlier backup have been lost' };
  if (base.sizeBytes !== volume.sizeBytes) return { reason: 'the volume was resized since the earlier backup' };
  if (!present.has(base.snapshotId))
    return { reason: `the snapshot of the earlier backup, ${base.snapshotId}, is gone` };
  return { base, point: head.recoveryPointId };
};
