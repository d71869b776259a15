import { DescribeSnapshotAttributeCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import type { Invariant } from './invariant.ts';

/** No snapshot of a tenant is shared with anybody. */
export const noShareIsOpen: Invariant = {
  name: 'no share is open',
  async check(run) {
    const wrong: string[] = [];
    for (const { ec2 } of run.tenants) {
      const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
      for (const { SnapshotId } of Snapshots) {
        const { CreateVolumePermissions = [] } = await ec2.send(
          new DescribeSnapshotAttributeCommand({ SnapshotId, Attribute: 'createVolumePermission' }),
        );
        if (CreateVolumePermissions.length > 0)
          wrong.push(`${SnapshotId} is shared: ${JSON.stringify(CreateVolumePermissions)}`);
      }
    }
    return wrong;
  },
};
