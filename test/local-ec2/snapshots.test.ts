import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { GetSnapshotBlockCommand, ListChangedBlocksCommand, ListSnapshotBlocksCommand } from '@aws-sdk/client-ebs';
import {
  CopySnapshotCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeSnapshotAttributeCommand,
  DescribeSnapshotsCommand,
  ModifySnapshotAttributeCommand,
  paginateDescribeSnapshots,
} from '@aws-sdk/client-ec2';
import {
  BLOCK,
  completed,
  getBlock,
  listBlocks,
  newSnapshot,
  newVolume,
  PROVIDER,
  REGION,
  startTestCloud,
  TENANT,
  type TestCloud,
  until,
  ZONE,
} from './cloud.ts';
import { instance, newInstance } from './instances.ts';

let t: TestCloud;
before(async () => {
  t = await startTestCloud();
});
after(() => t.stop());

const write = (id: string, block: number, data: Uint8Array) =>
  t.control('PUT', `/volumes/${id}/data?offset=${block * BLOCK}`, data);

test('a snapshot is pending, then completed; what is written after the call does not show', async () => {
  const ec2 = t.ec2();
  const volume = await newVolume(ec2);
  const old = randomBytes(BLOCK);
  await write(volume, 3, old);
  const ebs = t.ebs();
  await t.control('PUT', '/ec2/settings', Buffer.from('{"snapshotCompletionMs":60000}'));
  const { SnapshotId: slow, State } = await ec2.send(new CreateSnapshotCommand({ VolumeId: volume }));
  assert.equal(State, 'pending');
  const early = ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: slow }));
  await assert.rejects(early, { name: 'ValidationException', Reason: 'INVALID_SNAPSHOT_ID' });
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId: slow }));
  await t.control('PUT', '/ec2/settings', Buffer.from('{"snapshotCompletionMs":0}'));
  const { SnapshotId: id = '' } = await ec2.send(
    new CreateSnapshotCommand({
      VolumeId: volume,
      Description: 'nightly',
      TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'job', Value: 'job-1' }] }],
    }),
  );
  await write(volume, 3, randomBytes(BLOCK));
  await completed(ec2, id);
  const { Snapshots: [shown] = [] } = await ec2.send(
    new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters: [{ Name: 'tag:job', Values: ['job-1'] }] }),
  );
  assert.equal(shown?.Progress, '100%');
  assert.equal(shown?.VolumeId, volume);
  assert.equal(shown?.Description, 'nightly');
  assert.equal(shown?.FullSnapshotSizeInBytes, BLOCK);
  const blocks = await listBlocks(ebs, id);
  assert.deepEqual(await getBlock(ebs, id, 3, blocks.get(3) ?? ''), old);
});

test('CreateSnapshots takes all of an instance but what is excluded, with the tags of the volumes', async () => {
  const ec2 = t.ec2();
  const id = await newInstance(t, {
    BlockDeviceMappings: ['/dev/sdf', '/dev/sdg'].map((DeviceName) => ({ DeviceName, Ebs: { VolumeSize: 1 } })),
    TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'tier', Value: 'gold' }] }],
  });
  const volumes = new Map(
    (await instance(t, id)).BlockDeviceMappings?.map(({ DeviceName, Ebs }) => [DeviceName, Ebs?.VolumeId]),
  );
  const all = await ec2.send(
    new CreateSnapshotsCommand({
      InstanceSpecification: { InstanceId: id },
      CopyTagsFromSource: 'volume',
      TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'job', Value: 'j' }] }],
    }),
  );
  assert.equal(all.Snapshots?.length, 3);
  for (const { Tags } of all.Snapshots ?? []) {
    assert.deepEqual(Tags?.map(({ Key, Value }) => `${Key}=${Value}`).sort(), ['job=j', 'tier=gold']);
  }
  const some = await ec2.send(
    new CreateSnapshotsCommand({
      InstanceSpecification: {
        InstanceId: id,
        ExcludeBootVolume: true,
        ExcludeDataVolumeIds: [volumes.get('/dev/sdf') ?? ''],
      },
    }),
  );
  assert.deepEqual(
    some.Snapshots?.map(({ VolumeId }) => VolumeId),
    [volumes.get('/dev/sdg')],
  );
  const wrong = { InstanceId: id, ExcludeDataVolumeIds: [volumes.get('/dev/xvda') ?? ''] };
  const refused = ec2.send(new CreateSnapshotsCommand({ InstanceSpecification: wrong }));
  await assert.rejects(refused, { name: 'InvalidParameterValue' });
});

test('snapshots of several volumes are of one instant, however busy the guest', async () => {
  const id = await newInstance(t, {
    BlockDeviceMappings: ['/dev/sdf', '/dev/sdg'].map((DeviceName) => ({ DeviceName, Ebs: { VolumeSize: 1 } })),
  });
  const mappings = (await instance(t, id)).BlockDeviceMappings ?? [];
  const [log = '', data = ''] = ['/dev/sdf', '/dev/sdg'].map(
    (device) => mappings.find(({ DeviceName }) => DeviceName === device)?.Ebs?.VolumeId ?? '',
  );
  // Enough to be copied in the background.
  await write(log, 100, randomBytes(200 * BLOCK));
  // As a database does: the log first, then, when that is acknowledged, the data.
  let writing = true;
  const guest = (async () => {
    for (let n = 1; writing; n++) {
      const number = Buffer.alloc(4);
      number.writeUInt32BE(n);
      await write(log, 0, number);
      await write(data, 0, number);
    }
  })();
  const pairs = [];
  for (let i = 0; i < 4; i++) {
    const { Snapshots = [] } = await t
      .ec2()
      .send(new CreateSnapshotsCommand({ InstanceSpecification: { InstanceId: id, ExcludeBootVolume: true } }));
    pairs.push(Snapshots);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  writing = false;
  await guest;
  const ebs = t.ebs();
  const numberIn = async (snapshot = '') => {
    const token = (await listBlocks(ebs, snapshot)).get(0);
    return token === undefined ? 0 : (await getBlock(ebs, snapshot, 0, token)).readUInt32BE(0);
  };
  for (const pair of pairs) {
    for (const { SnapshotId = '' } of pair) await completed(t.ec2(), SnapshotId);
    const of = (volume: string) => numberIn(pair.find(({ VolumeId }) => VolumeId === volume)?.SnapshotId);
    const [inLog, inData] = [await of(log), await of(data)];
    assert.ok(inLog === inData || inLog === inData + 1, `log ${inLog}, data ${inData}`);
  }
});

test('a snapshot is shared, read and restored by the other account, and taken back', async () => {
  const [ec2, other] = [t.ec2(), t.ec2(PROVIDER)];
  const volume = await newVolume(ec2);
  const data = randomBytes(BLOCK);
  await write(volume, 7, data);
  const id = await newSnapshot(ec2, volume);
  const theirs = t.ebs(PROVIDER);
  const hidden = { name: 'ResourceNotFoundException', Reason: 'SNAPSHOT_NOT_FOUND' };
  await assert.rejects(theirs.send(new ListSnapshotBlocksCommand({ SnapshotId: id })), hidden);
  const find = () => other.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }));
  await assert.rejects(find(), { name: 'InvalidSnapshot.NotFound' });

  const share = (change: 'Add' | 'Remove') =>
    ec2.send(
      new ModifySnapshotAttributeCommand({
        SnapshotId: id,
        Attribute: 'createVolumePermission',
        CreateVolumePermission: { [change]: [{ UserId: PROVIDER }] },
      }),
    );
  await share('Add');
  const who = await ec2.send(
    new DescribeSnapshotAttributeCommand({ SnapshotId: id, Attribute: 'createVolumePermission' }),
  );
  assert.deepEqual(who.CreateVolumePermissions, [{ UserId: PROVIDER }]);
  assert.equal((await find()).Snapshots?.[0]?.OwnerId, TENANT);
  const { Snapshots } = await other.send(new DescribeSnapshotsCommand({ RestorableByUserIds: ['self'] }));
  assert.deepEqual(
    Snapshots?.map(({ SnapshotId }) => SnapshotId),
    [id],
  );
  const blocks = await listBlocks(theirs, id);
  assert.deepEqual(await getBlock(theirs, id, 7, blocks.get(7) ?? ''), data);
  const restored = await newVolume(other, { SnapshotId: id });
  assert.deepEqual(await t.control('GET', `/volumes/${restored}/data?offset=${7 * BLOCK}&length=${BLOCK}`), data);
  await assert.rejects(other.send(new DeleteSnapshotCommand({ SnapshotId: id })), { name: 'InvalidSnapshot.NotFound' });

  await share('Remove');
  await assert.rejects(find(), { name: 'InvalidSnapshot.NotFound' });
  await assert.rejects(theirs.send(new ListSnapshotBlocksCommand({ SnapshotId: id })), hidden);
});

test('a copy has no tags and a lineage of its own, and outlives its source', async () => {
  const ec2 = t.ec2();
  const volume = await newVolume(ec2);
  const data = randomBytes(BLOCK);
  await write(volume, 1, data);
  const id = await newSnapshot(ec2, volume);
  const copied = await ec2.send(new CopySnapshotCommand({ SourceRegion: REGION, SourceSnapshotId: id }));
  const copy = copied.SnapshotId ?? '';
  await completed(ec2, copy);
  const ebs = t.ebs();
  const compare = ebs.send(new ListChangedBlocksCommand({ FirstSnapshotId: id, SecondSnapshotId: copy }));
  await assert.rejects(compare, { name: 'ValidationException', Reason: 'UNRELATED_SNAPSHOTS' });
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }));
  await ec2.send(new DeleteVolumeCommand({ VolumeId: volume }));
  const blocks = await listBlocks(ebs, copy);
  assert.deepEqual(await getBlock(ebs, copy, 1, blocks.get(1) ?? ''), data);
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId: copy }));
  await until(async () => !readdirSync(join(t.dataDir, 'ebs', 'blocks')).includes(id));
});

test('five snapshots of a volume may be pending, not six', async () => {
  const ec2 = t.ec2();
  const volume = await newVolume(ec2);
  await t.control('PUT', '/ec2/settings', Buffer.from('{"snapshotCompletionMs":60000}'));
  for (let i = 0; i < 5; i++) await ec2.send(new CreateSnapshotCommand({ VolumeId: volume }));
  const sixth = ec2.send(new CreateSnapshotCommand({ VolumeId: volume }));
  await assert.rejects(sixth, { name: 'ConcurrentSnapshotLimitExceeded' });
  await t.control('PUT', '/ec2/settings', Buffer.from('{"snapshotCompletionMs":0}'));
  const { Snapshots = [] } = await ec2.send(
    new DescribeSnapshotsCommand({ Filters: [{ Name: 'volume-id', Values: [volume] }] }),
  );
  assert.deepEqual(new Set(Snapshots.map(({ State }) => State)), new Set(['pending']));
  for (const { SnapshotId } of Snapshots) await ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
  await newSnapshot(ec2, volume);
});

test('lists of snapshots come in pages', async () => {
  const ec2 = t.ec2();
  const volume = await newVolume(ec2);
  const ids: string[] = [];
  for (let i = 0; i < 7; i++) ids.push(await newSnapshot(ec2, volume));
  const seen: string[] = [];
  const query = { OwnerIds: ['self'], Filters: [{ Name: 'volume-id', Values: [volume] }], MaxResults: 5 };
  for await (const page of paginateDescribeSnapshots({ client: ec2 }, query)) {
    seen.push(...(page.Snapshots ?? []).map(({ SnapshotId = '' }) => SnapshotId));
  }
  assert.deepEqual(seen, ids.toSorted());
});

test('a block token is good for its block and snapshot only, and the public snapshot is refused', async () => {
  const ec2 = t.ec2();
  const volume = await newVolume(ec2);
  await write(volume, 0, randomBytes(2 * BLOCK));
  const [first, second] = [await newSnapshot(ec2, volume), await newSnapshot(ec2, volume)];
  const ebs = t.ebs();
  const token = (await listBlocks(ebs, first)).get(0) ?? '';
  await getBlock(ebs, first, 0, token);
  for (const [id, index] of [
    [first, 1],
    [second, 0],
  ] as const) {
    const wrong = ebs.send(new GetSnapshotBlockCommand({ SnapshotId: id, BlockIndex: index, BlockToken: token }));
    await assert.rejects(wrong, { name: 'ValidationException', Reason: 'INVALID_BLOCK_TOKEN' });
  }
  const open = ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: 'snap-00000000000000001' }));
  await assert.rejects(open, { name: 'AccessDeniedException', Reason: 'UNAUTHORIZED_ACCOUNT' });
});

test('a volume under the default key cannot be shared, and its data is not for other accounts', async () => {
  const ec2 = t.ec2();
  const { VolumeId: volume = '' } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: ZONE, Size: 1, Encrypted: true }),
  );
  const id = await newSnapshot(ec2, volume);
  const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }));
  assert.equal(Snapshots?.[0]?.Encrypted, true);
  assert.match(Snapshots?.[0]?.KmsKeyId ?? '', new RegExp(`^arn:aws:kms:${REGION}:${TENANT}:key/`));
  const share = new ModifySnapshotAttributeCommand({
    SnapshotId: id,
    CreateVolumePermission: { Add: [{ UserId: PROVIDER }] },
  });
  await assert.rejects(ec2.send(share), { name: 'OperationNotPermitted' });
});
