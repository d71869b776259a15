import { TAG } from '../../domain/effect.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { TenantScope } from '../../ports/tenant-scope.ts';

/**
 * Leaves, a volume, the one snapshot that the next incremental compares with, and deletes what backups of the instance
 * took before it. Younger ones are a later job's, what a restore made is the restore's, and snapshots that are a recovery
 * point themselves are retention's.
 */
export const leaveOneSnapshot = async (
  scope: TenantScope,
  { kind, instanceId, volumes, takenAt }: RecoveryPoint,
): Promise<void> => {
  // Nothing is compared with it before it is copied: what the newest backup left is still needed.
  if (kind === 'snapshot') return;
  const keep = new Set(volumes.map(({ snapshotId }) => snapshotId));
  for (const { snapshotId, startedAt, tags } of await scope.snapshots.findByTag(TAG.instance, instanceId)) {
    const isAnothers = tags[TAG.restore] !== undefined || tags[TAG.recoveryPoint] !== undefined;
    if (keep.has(snapshotId) || startedAt >= takenAt || isAnothers) continue;
    await scope.snapshots.delete(snapshotId);
  }
};
