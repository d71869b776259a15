import { AwsError } from '../kernel/errors.ts';
import { on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { ownSnapshot } from './find.ts';
import { text } from './schema.ts';

export const deleteSnapshot = (ec2: Ec2) =>
  ec2Operation({
    name: 'DeleteSnapshot',
    input: { SnapshotId: text },
    access: ({ SnapshotId }, call) => [on('DeleteSnapshot', call, ownSnapshot(ec2, call, SnapshotId))],
    run({ SnapshotId }, call) {
      ownSnapshot(ec2, call, SnapshotId);
      for (const image of ec2.images.in(call.accountId, call.region)) {
        if (image.state === 'deregistered' || !image.mappings.some(({ ebs }) => ebs?.snapshotId === SnapshotId))
          continue;
        throw new AwsError('InvalidSnapshot.InUse', `The snapshot ${SnapshotId} is currently in use by ${image.id}`);
      }
      removeSnapshot(ec2, SnapshotId);
      return { return: true };
    },
  });

/** The snapshot goes; its blocks stay as long as another snapshot or volume needs them. */
export const removeSnapshot = (ec2: Ec2, id: string): void => {
  const snapshot = ec2.snapshots.get(id);
  if (!snapshot) return;
  ec2.snapshots.delete(id);
  for (const account of snapshot.sharedWith) ec2.shares.delete(`${account}/${id}`);
  if (snapshot.direct && !ec2.storage.manifests.has(snapshot.manifest)) {
    ec2.storage.abandonWriting(id, snapshot.direct.parentManifest);
  }
  ec2.storage.manifests.release(snapshot.manifest, id);
};
