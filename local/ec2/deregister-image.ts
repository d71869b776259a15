import { on } from './access.ts';
import { removeSnapshot } from './delete-snapshot.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { ownImage } from './find.ts';
import { bool, text } from './schema.ts';

export const deregisterImage = (ec2: Ec2) =>
  ec2Operation({
    name: 'DeregisterImage',
    input: { ImageId: text, DeleteAssociatedSnapshots: bool.optional() },
    access({ ImageId, DeleteAssociatedSnapshots }, call) {
      const image = ownImage(ec2, call, ImageId);
      const snapshots = DeleteAssociatedSnapshots
        ? image.mappings.flatMap(({ ebs }) => ec2.snapshots.get(ebs?.snapshotId ?? '') ?? [])
        : [];
      return [on('DeregisterImage', call, image), ...snapshots.map((snapshot) => on('DeleteSnapshot', call, snapshot))];
    },
    run({ ImageId, DeleteAssociatedSnapshots }, call) {
      const image = ownImage(ec2, call, ImageId);
      ec2.images.delete(ImageId);
      if (!DeleteAssociatedSnapshots) return { return: true };
      const item = image.mappings.flatMap(({ ebs }) => {
        const snapshotId = ebs?.snapshotId;
        if (snapshotId === undefined) return [];
        const others = [...ec2.images.in(call.accountId, call.region)];
        if (others.some(({ mappings }) => mappings.some((mapping) => mapping.ebs?.snapshotId === snapshotId)))
          return [{ snapshotId, returnCode: 'skipped' }];
        removeSnapshot(ec2, snapshotId);
        return [{ snapshotId, returnCode: 'success' }];
      });
      return { return: true, deleteSnapshotResultSet: { item } };
    },
  });
