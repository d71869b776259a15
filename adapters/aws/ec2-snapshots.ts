import type { DescribedSnapshot, TenantSnapshots } from '../../core/ports/tenant-snapshots.ts';
import { copySnapshotFrom } from './ec2-copy-snapshot.ts';
import { createSnapshotsOfInstance } from './ec2-create-snapshots.ts';
import { FILTER_VALUES } from './ec2-filters.ts';
import { deleteSnapshot, findSnapshots, findSnapshotsByTag } from './ec2-find-snapshots.ts';
import type { TenantReach } from './tenant-reach.ts';

export const createEc2Snapshots = (
  reach: TenantReach,
): Pick<TenantSnapshots, 'createForInstance' | 'copyFrom' | 'describe' | 'findByTag' | 'delete'> => ({
  createForInstance: createSnapshotsOfInstance(reach),
  copyFrom: copySnapshotFrom(reach),
  async describe(snapshotIds) {
    const found: DescribedSnapshot[] = [];
    for (let at = 0; at < snapshotIds.length; at += FILTER_VALUES) {
      // A filter and not SnapshotIds: those fail as a whole if one of them is gone.
      const Values = snapshotIds.slice(at, at + FILTER_VALUES);
      found.push(...(await findSnapshots(reach, { Filters: [{ Name: 'snapshot-id', Values }] })));
    }
    return found;
  },
  findByTag: (key, value) => findSnapshotsByTag(reach, key, value),
  /** The session's policy refuses what does not carry our tags. */
  delete: (snapshotId) => deleteSnapshot(reach, snapshotId),
});
