import { TAG } from '../../domain/effect.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { TenantScope } from '../../ports/tenant-scope.ts';

/**
 * Leaves, a volume, the one snapshot that the next incremental compares with, and deletes what backups of the instance
 * took before it. Younger ones are a later job's, and what a restore made is the restore's.
 */
export const leaveOneSnapshot = async (
  scope: TenantScope,
  { instanceId, volumes, takenAt }: RecoveryPoint,
): Promise<void> => {
  const keep = new Set(volumes.map(({ snapshotId }) => snapshotId));
  for (const { snapshotId, startedAt, tags } of await scope.snapshots.findByTag(TAG.instance, instanceId)) {
    if (keep.has(snapshotId) || startedAt >= takenAt || tags[TAG.restore] !== undefined) continue;
    await scope.snapshots.delete(snapshotId);
  }
};
