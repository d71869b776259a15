import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.ts';
import type { Answer } from './client.ts';

const BLOCK = 524_288;

export const ec2Checks: readonly Check[] = [
  {
    name: 'aws ec2: an instance is run, waited for, tagged, stopped, started and terminated',
    async run({ tenant }) {
      const images = await tenant.aws('ec2', 'describe-images', '--owners', 'amazon');
      const linux = images.Images.find(
        (each: Answer) => each.RootDeviceName === '/dev/xvda' && each.Architecture === 'x86_64',
      );
      const made = await tenant.aws(
        ...['ec2', 'run-instances', '--image-id', linux.ImageId, '--instance-type', 't3.small', '--count', '1'],
        ...['--tag-specifications', 'ResourceType=instance,Tags=[{Key=Name,Value=web}]'],
      );
      const id: string = made.Instances[0].InstanceId;
      await tenant.aws('ec2', 'wait', 'instance-running', '--instance-ids', id);
      await tenant.aws('ec2', 'create-tags', '--resources', id, '--tags', 'Key=team,Value=ä & ö');
      const filter = ['--filters', 'Name=tag:team,Values=ä & ö'];
      const seen = await tenant.aws('ec2', 'describe-instances', ...filter);
      assert.equal(seen.Reservations[0].Instances[0].InstanceId, id);
      await tenant.aws('ec2', 'delete-tags', '--resources', id, '--tags', 'Key=team');
      assert.deepEqual((await tenant.aws('ec2', 'describe-instances', ...filter)).Reservations, []);
      await tenant.aws('ec2', 'stop-instances', '--instance-ids', id);
      await tenant.aws('ec2', 'wait', 'instance-stopped', '--instance-ids', id);
      await tenant.aws('ec2', 'start-instances', '--instance-ids', id);
      await tenant.aws('ec2', 'wait', 'instance-running', '--instance-ids', id);
      await tenant.aws('ec2', 'terminate-instances', '--instance-ids', id);
      await tenant.aws('ec2', 'wait', 'instance-terminated', '--instance-ids', id);
    },
  },
  {
    name: 'aws ec2: a volume is made, waited for, described, snapshotted, made again of its snapshot, and all is deleted',
    async run({ tenant, region }) {
      const volume = ['ec2', 'create-volume', '--availability-zone', `${region}a`, '--volume-type', 'gp3'];
      const { VolumeId } = await tenant.aws(...volume, '--size', '1');
      await tenant.aws('ec2', 'wait', 'volume-available', '--volume-ids', VolumeId);
      const tags = 'ResourceType=snapshot,Tags=[{Key=Name,Value=first}]';
      const snapshot = await tenant.aws(
        'ec2',
        'create-snapshot',
        '--volume-id',
        VolumeId,
        '--tag-specifications',
        tags,
      );
      const { SnapshotId } = snapshot;
      await tenant.aws('ec2', 'wait', 'snapshot-completed', '--snapshot-ids', SnapshotId);
      const seen = await tenant.aws(
        ...['ec2', 'describe-snapshots', '--owner-ids', 'self', '--filters', 'Name=tag:Name,Values=first'],
        ...['--query', 'Snapshots[].[SnapshotId,State,VolumeSize]'],
      );
      assert.deepEqual(seen, [[SnapshotId, 'completed', 1]]);
      const again = await tenant.aws(...volume, '--snapshot-id', SnapshotId);
      assert.equal(again.Size, 1);
      await tenant.aws('ec2', 'wait', 'volume-available', '--volume-ids', again.VolumeId);
      for (const id of [VolumeId, again.VolumeId]) await tenant.aws('ec2', 'delete-volume', '--volume-id', id);
      await tenant.aws('ec2', 'wait', 'volume-deleted', '--volume-ids', VolumeId);
      await tenant.aws('ec2', 'delete-snapshot', '--snapshot-id', SnapshotId);
      assert.equal(
        await tenant.refused('ec2', 'describe-snapshots', '--snapshot-ids', SnapshotId),
        'InvalidSnapshot.NotFound',
      );
    },
  },
  {
    name: 'aws ec2: a volume is attached to an instance and detached; instance attributes and tags are described',
    async run({ tenant }) {
      const { Images } = await tenant.aws('ec2', 'describe-images', '--owners', 'amazon');
      const linux = Images.find(
        (each: Answer) => each.RootDeviceName === '/dev/xvda' && each.Architecture === 'x86_64',
      );
      const made = await tenant.aws(
        ...['ec2', 'run-instances', '--image-id', linux.ImageId, '--instance-type', 't3.small', '--count', '1'],
      );
      const instance = made.Instances[0].InstanceId;
      await tenant.aws('ec2', 'wait', 'instance-running', '--instance-ids', instance);
      const zone = made.Instances[0].Placement.AvailabilityZone;
      const { VolumeId } = await tenant.aws('ec2', 'create-volume', '--availability-zone', zone, '--size', '1');
      await tenant.aws('ec2', 'wait', 'volume-available', '--volume-ids', VolumeId);
      const pair = ['--volume-id', VolumeId, '--instance-id', instance];
      await tenant.aws('ec2', 'attach-volume', ...pair, '--device', '/dev/sdf');
      await tenant.aws('ec2', 'wait', 'volume-in-use', '--volume-ids', VolumeId);
      assert.equal(await tenant.refused('ec2', 'delete-volume', '--volume-id', VolumeId), 'VolumeInUse');
      await tenant.aws('ec2', 'detach-volume', ...pair);
      await tenant.aws('ec2', 'wait', 'volume-available', '--volume-ids', VolumeId);
      const attribute = ['ec2', 'describe-instance-attribute', '--instance-id', instance, '--attribute'];
      assert.equal((await tenant.aws(...attribute, 'disableApiTermination')).DisableApiTermination.Value, false);
      const { Tags } = await tenant.aws('ec2', 'describe-tags', '--filters', `Name=resource-id,Values=${instance}`);
      assert.deepEqual(Tags, []);
    },
  },
];

export const ebsCheck: Check = {
  name: 'aws ebs: a snapshot is started, written, sealed, listed, read back and compared with its child',
  async run({ tenant, folder }) {
    const file = join(folder, 'block');
    const data = randomBytes(BLOCK);
    writeFileSync(file, data);
    const checksum = createHash('sha256').update(data).digest();
    const write = async (parent: string[], index: string) => {
      const { SnapshotId } = await tenant.aws('ebs', 'start-snapshot', '--volume-size', '1', ...parent);
      await tenant.aws(
        ...['ebs', 'put-snapshot-block', '--snapshot-id', SnapshotId, '--block-index', index, '--block-data', file],
        ...[
          '--data-length',
          String(BLOCK),
          '--checksum',
          checksum.toString('base64'),
          '--checksum-algorithm',
          'SHA256',
        ],
      );
      const sum = createHash('sha256').update(checksum).digest('base64');
      await tenant.aws(
        ...['ebs', 'complete-snapshot', '--snapshot-id', SnapshotId, '--changed-blocks-count', '1', '--checksum', sum],
        ...['--checksum-algorithm', 'SHA256', '--checksum-aggregation-method', 'LINEAR'],
      );
      await tenant.aws('ec2', 'wait', 'snapshot-completed', '--snapshot-ids', SnapshotId);
      return SnapshotId as string;
    };
    const first = await write([], '7');
    const { Blocks, BlockSize } = await tenant.aws('ebs', 'list-snapshot-blocks', '--snapshot-id', first);
    assert.equal(BlockSize, BLOCK);
    assert.deepEqual(
      Blocks.map((each: Answer) => each.BlockIndex),
      [7],
    );
    const back = join(folder, 'back');
    await tenant.aws(
      ...['ebs', 'get-snapshot-block', '--snapshot-id', first, '--block-index', '7'],
      ...['--block-token', Blocks[0].BlockToken, back],
    );
    assert.ok(readFileSync(back).equals(data));
    const second = await write(['--parent-snapshot-id', first], '9');
    const { ChangedBlocks } = await tenant.aws(
      ...['ebs', 'list-changed-blocks', '--first-snapshot-id', first, '--second-snapshot-id', second],
    );
    assert.deepEqual(
      ChangedBlocks.map((each: Answer) => each.BlockIndex),
      [9],
    );
  },
};
