import { TAG } from '../../domain/effect.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { TenantScope } from '../../ports/tenant-scope.ts';
import type { DescribedSnapshot } from '../../ports/tenant-snapshots.ts';

/**
 * Leaves, a volume, the one snapshot that the next incremental compares with, and deletes what backups of the instance
 * took before it, as their records name it: a tenant's own copy of one has its tags, and no record. Younger ones are a later
 * job's, what a restore made is the restore's, and snapshots that are a recovery point themselves are retention's.
 */
export const leaveOneSnapshot = async (
  { effects }: Pick<Catalog, 'effects'>,
  scope: TenantScope,
  { tenantId, kind, instanceId, volumes, takenAt }: RecoveryPoint,
): Promise<void> => {
  // Nothing is compared with it before it is copied: what the newest backup left is still needed.
  if (kind === 'snapshot') return;
  const keep = new Set(volumes.map(({ snapshotId }) => snapshotId));
  const isRecorded = async ({ snapshotId, tags }: DescribedSnapshot): Promise<boolean> => {
    const attempt = Number(tags[TAG.attempt]);
    if (!Number.isSafeInteger(attempt)) return false;
    return (await effects.ofAttempt(tags[TAG.job] ?? '', attempt)).some(
      (effect) =>
        effect.effectId === tags[TAG.operation] &&
        effect.tenantId === tenantId &&
        effect.kind === 'snapshots' &&
        effect.resourceIds.includes(snapshotId),
    );
  };
  for (const snapshot of await scope.snapshots.findByTag(TAG.instance, instanceId)) {
    const { snapshotId, startedAt, tags } = snapshot;
    const isAnothers = tags[TAG.restore] !== undefined || tags[TAG.recoveryPoint] !== undefined;
    if (keep.has(snapshotId) || startedAt >= takenAt || isAnothers) continue;
    if (await isRecorded(snapshot)) await scope.snapshots.delete(snapshotId);
  }
};
