import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { CompleteSnapshotCommand, PutSnapshotBlockCommand, StartSnapshotCommand } from '@aws-sdk/client-ebs';
import {
  AttachVolumeCommand,
  DescribeImagesCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  type Image,
  RegisterImageCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { BLOCK, completed, newSnapshot, newVolume, startTestCloud, TENANT, type TestCloud, until } from './cloud.ts';
import { inState, instance, newInstance } from './instances.ts';

let t: TestCloud;
before(async () => {
  t = await startTestCloud();
});
after(() => t.stop());

/** What a restore writes: a snapshot through EBS direct, which has no licence. */
const writtenSnapshot = async (): Promise<string> => {
  const ebs = t.ebs();
  const { SnapshotId = '' } = await ebs.send(new StartSnapshotCommand({ VolumeSize: 1 }));
  const BlockData = Buffer.alloc(BLOCK, 7);
  const Checksum = createHash('sha256').update(BlockData).digest('base64');
  const checksum = { Checksum, ChecksumAlgorithm: 'SHA256' as const };
  await ebs.send(new PutSnapshotBlockCommand({ SnapshotId, BlockIndex: 0, BlockData, DataLength: BLOCK, ...checksum }));
  await ebs.send(new CompleteSnapshotCommand({ SnapshotId, ChangedBlocksCount: 1 }));
  await completed(t.ec2(), SnapshotId);
  return SnapshotId;
};

const available = (id: string): Promise<boolean> =>
  until(async () => {
    const { Volumes } = await t.ec2().send(new DescribeVolumesCommand({ VolumeIds: [id] }));
    return Volumes?.[0]?.State === 'available';
  });

const register = async (SnapshotId: string, Name: string): Promise<Image> => {
  const ec2 = t.ec2();
  const { ImageId = '' } = await ec2.send(
    new RegisterImageCommand({
      Name,
      RootDeviceName: '/dev/sda1',
      BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { SnapshotId } }],
      Architecture: 'x86_64',
      VirtualizationType: 'hvm',
      EnaSupport: true,
    }),
  );
  const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }));
  return Images?.[0] ?? {};
};

const LICENSED = [
  { image: SEED_IMAGES.windows, details: 'Windows', operation: 'RunInstances:0002', platform: 'windows' },
  {
    image: SEED_IMAGES.windowsSql,
    details: 'Windows with SQL Server Standard',
    operation: 'RunInstances:0006',
    platform: 'windows',
  },
  { image: SEED_IMAGES.redHat, details: 'Red Hat Enterprise Linux', operation: 'RunInstances:0010' },
  { image: SEED_IMAGES.suse, details: 'SUSE Linux', operation: 'RunInstances:000g' },
];

for (const { image, details, operation, platform } of LICENSED) {
  test(`a ${details} instance keeps its licence when its root is replaced by a volume that has none`, async () => {
    const ec2 = t.ec2();
    const id = await newInstance(t, { ImageId: image });
    const launched = await instance(t, id);
    assert.deepEqual(
      [launched.PlatformDetails, launched.UsageOperation, launched.Platform],
      [details, operation, platform],
    );
    const [root] = launched.BlockDeviceMappings ?? [];
    const old = root?.Ebs?.VolumeId ?? '';
    await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    await inState(t, id, 'stopped');
    await ec2.send(new DetachVolumeCommand({ VolumeId: old }));
    await available(old);
    const restored = await newVolume(ec2, { SnapshotId: await writtenSnapshot() });
    const Device = launched.RootDeviceName;
    await ec2.send(new AttachVolumeCommand({ InstanceId: id, VolumeId: restored, Device }));
    await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    await inState(t, id, 'running');
    const now = await instance(t, id);
    assert.deepEqual(
      now.BlockDeviceMappings?.map(({ Ebs, DeviceName }) => [DeviceName, Ebs?.VolumeId]),
      [[Device, restored]],
    );
    assert.deepEqual([now.PlatformDetails, now.UsageOperation, now.Platform], [details, operation, platform]);
    // A snapshot of the old root carries the licence into an image; one of the restored root does not.
    assert.equal((await register(await newSnapshot(ec2, old), `old ${operation}`)).PlatformDetails, details);
    const plain = await register(await newSnapshot(ec2, restored), `restored ${operation}`);
    assert.deepEqual([plain.PlatformDetails, plain.UsageOperation], ['Linux/UNIX', 'RunInstances']);
  });
}

test('an image of a snapshot that was written through EBS direct launches as plain Linux', async () => {
  const image = await register(await writtenSnapshot(), 'written');
  assert.deepEqual(
    [image.PlatformDetails, image.UsageOperation, image.Platform],
    ['Linux/UNIX', 'RunInstances', undefined],
  );
  const launched = await instance(t, await newInstance(t, { ImageId: image.ImageId }));
  assert.deepEqual([launched.PlatformDetails, launched.Platform], ['Linux/UNIX', undefined]);
});

test('a root leaves only a stopped instance, which does not start without one', async () => {
  const ec2 = t.ec2();
  const id = await newInstance(t, { ImageId: SEED_IMAGES.windows });
  const VolumeId = (await instance(t, id)).BlockDeviceMappings?.[0]?.Ebs?.VolumeId ?? '';
  await assert.rejects(ec2.send(new DetachVolumeCommand({ VolumeId })), { name: 'OperationNotPermitted' });
  await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await inState(t, id, 'stopped');
  const other = await newVolume(ec2);
  const twice = ec2.send(new AttachVolumeCommand({ InstanceId: id, VolumeId: other, Device: '/dev/sda1' }));
  await assert.rejects(twice, /already in use/);
  await t.control('PUT', '/ec2/settings', Buffer.from('{"attachmentMs":200}'));
  await ec2.send(new DetachVolumeCommand({ VolumeId }));
  const rootless = {
    name: 'InvalidParameterValue',
    message: /does not have a volume attached at root \(\/dev\/sda1\)/,
  };
  const start = () => ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  await assert.rejects(start(), rootless, 'nor while it is going');
  await t.control('PUT', '/ec2/settings', Buffer.from('{"attachmentMs":0}'));
  await available(VolumeId);
  await assert.rejects(start(), rootless);
  // At another device it is no root.
  await ec2.send(new AttachVolumeCommand({ InstanceId: id, VolumeId: other, Device: '/dev/sdf' }));
  await assert.rejects(start(), rootless);
  await ec2.send(new AttachVolumeCommand({ InstanceId: id, VolumeId, Device: '/dev/sda1' }));
  await start();
  await inState(t, id, 'running');
});

test('a donor image is found by owner alias, platform and name', async () => {
  const find = async (filters: Record<string, string>, Owners = ['amazon']): Promise<(string | undefined)[]> => {
    const Filters = Object.entries(filters).map(([Name, value]) => ({ Name, Values: [value] }));
    const { Images = [] } = await t.ec2().send(new DescribeImagesCommand({ Owners, Filters }));
    return Images.sort((a, b) => ((a.CreationDate ?? '') < (b.CreationDate ?? '') ? 1 : -1)).map(
      ({ ImageId }) => ImageId,
    );
  };
  const windows = { name: 'Windows_Server-*-English-Full-Base-*', platform: 'windows', architecture: 'x86_64' };
  assert.deepEqual(await find(windows), [SEED_IMAGES.windows, SEED_IMAGES.windows2019], 'the newest first');
  assert.deepEqual(await find({ 'usage-operation': 'RunInstances:0006' }), [SEED_IMAGES.windowsSql]);
  const redHat = { 'platform-details': 'Red Hat Enterprise Linux', name: 'RHEL-9.*_HVM-*-x86_64-*-Hourly2-GP3' };
  assert.deepEqual(await find(redHat), [SEED_IMAGES.redHat]);
  assert.deepEqual(await find(redHat, ['309956199498']), [SEED_IMAGES.redHat]);
  assert.deepEqual(await find({ 'manifest-location': 'amazon/RHEL-9*' }), [SEED_IMAGES.redHat]);
  assert.deepEqual(await find({ 'platform-details': 'SUSE Linux' }), [SEED_IMAGES.suse]);
  assert.deepEqual(await find(redHat, ['self']), []);
  assert.deepEqual(await find(redHat, [TENANT]), []);
});
