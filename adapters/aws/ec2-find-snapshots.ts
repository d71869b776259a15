import {
  DeleteSnapshotCommand,
  type DescribeSnapshotsCommandInput,
  paginateDescribeSnapshots,
  type Snapshot,
} from '@aws-sdk/client-ec2';
import type { DescribedSnapshot } from '../../core/ports/tenant-snapshots.ts';
import { awsName, required, transientFailure } from './classify.ts';
import { tagsOf } from './ec2-tags.ts';
import type { TenantReach } from './tenant-reach.ts';

const ABSENT = new Set(['InvalidSnapshot.NotFound', 'InvalidSnapshotID.NotFound', 'InvalidSnapshotID.Malformed']);

/** All pages of our own account's snapshots. */
export const findSnapshots = (
  { ec2, call }: TenantReach,
  input: DescribeSnapshotsCommandInput,
): Promise<DescribedSnapshot[]> =>
  call('ec2:DescribeSnapshots', async () => {
    const found: DescribedSnapshot[] = [];
    for await (const page of paginateDescribeSnapshots({ client: ec2 }, { OwnerIds: ['self'], ...input })) {
      found.push(...(page.Snapshots ?? []).map((each) => describedSnapshot(each)));
    }
    return found;
  });

export const findSnapshotsByTag = (reach: TenantReach, key: string, value: string): Promise<DescribedSnapshot[]> =>
  findSnapshots(reach, { Filters: [{ Name: `tag:${key}`, Values: [value] }] });

const describedSnapshot = (snapshot: Snapshot): DescribedSnapshot => {
  const action = 'ec2:DescribeSnapshots';
  const state = required(snapshot.State, 'State', action);
  return {
    snapshotId: required(snapshot.SnapshotId, 'SnapshotId', action),
    volumeId: snapshot.VolumeId ?? '',
    state: state === 'completed' || state === 'error' ? state : 'pending',
    sizeGiB: required(snapshot.VolumeSize, 'VolumeSize', action),
    startedAt: required(snapshot.StartTime, 'StartTime', action).getTime(),
    tags: tagsOf(snapshot.Tags),
  };
};

export const deleteSnapshot = ({ ec2, call }: TenantReach, snapshotId: string): Promise<void> =>
  call('ec2:DeleteSnapshot', async () => {
    try {
      await ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }));
    } catch (error) {
      if (ABSENT.has(awsName(error))) return;
      // An image that was deregistered a moment ago still counts.
      if (awsName(error) === 'InvalidSnapshot.InUse') throw transientFailure('ec2:DeleteSnapshot', error);
      throw error;
    }
  });
