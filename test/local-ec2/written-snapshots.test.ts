import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  CompleteSnapshotCommand,
  ListChangedBlocksCommand,
  ListSnapshotBlocksCommand,
  PutSnapshotBlockCommand,
  StartSnapshotCommand,
  type StartSnapshotCommandInput,
} from '@aws-sdk/client-ebs';
import { DeleteSnapshotCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import {
  BLOCK,
  completed,
  getBlock,
  listBlocks,
  listChanges,
  newSnapshot,
  newVolume,
  PROVIDER,
  startTestCloud,
  type TestCloud,
} from './cloud.ts';

let t: TestCloud;
before(async () => {
  t = await startTestCloud();
});
after(() => t.stop());

const sha = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

const start = async (more: Partial<StartSnapshotCommandInput> = {}): Promise<string> => {
  const { SnapshotId = '' } = await t.ebs().send(new StartSnapshotCommand({ VolumeSize: 1, ...more }));
  return SnapshotId;
};

const put = (id: string, index: number, data: Uint8Array, checksum = sha(data).toString('base64'), account?: string) =>
  t.ebs(account).send(
    new PutSnapshotBlockCommand({
      SnapshotId: id,
      BlockIndex: index,
      BlockData: data,
      DataLength: data.length,
      Checksum: checksum,
      ChecksumAlgorithm: 'SHA256',
      Progress: 50,
    }),
  );

const complete = (id: string, blocks: ReadonlyMap<number, Uint8Array>, count = blocks.size) => {
  const hashes = [...blocks].sort(([a], [b]) => a - b).map(([, data]) => sha(data));
  return t.ebs().send(
    new CompleteSnapshotCommand({
      SnapshotId: id,
      ChangedBlocksCount: count,
      Checksum: sha(Buffer.concat(hashes)).toString('base64'),
      ChecksumAlgorithm: 'SHA256',
      ChecksumAggregationMethod: 'LINEAR',
    }),
  );
};

test('a snapshot is written block by block, read back, restored, and then like any other', async () => {
  const blocks = new Map([2000, 5, 6].map((index) => [index, randomBytes(BLOCK)]));
  const id = await start({ Tags: [{ Key: 'restore', Value: 'r1' }], Description: 'restored' });
  const ebs = t.ebs();
  for (const [index, data] of blocks) {
    const { Checksum } = await put(id, index, data);
    assert.equal(Checksum, sha(data).toString('base64'));
  }
  await put(id, 5, blocks.get(5) ?? Buffer.alloc(0));
  const early = ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: id }));
  await assert.rejects(early, { name: 'ValidationException' });
  await assert.rejects(complete(id, blocks, 4), { name: 'ValidationException' });
  await assert.rejects(complete(id, new Map([...blocks].slice(1)), 3), { name: 'ValidationException' });
  assert.equal((await complete(id, blocks)).Status, 'pending');
  await completed(t.ec2(), id);
  await assert.rejects(put(id, 0, randomBytes(BLOCK)), { name: 'ValidationException', Reason: 'INVALID_SNAPSHOT_ID' });

  const { Snapshots: [shown] = [] } = await t.ec2().send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }));
  assert.deepEqual(shown?.Tags, [{ Key: 'restore', Value: 'r1' }]);
  assert.equal(shown?.VolumeId, 'vol-ffffffff');
  const tokens = await listBlocks(ebs, id);
  assert.deepEqual([...tokens.keys()], [5, 6, 2000]);
  assert.deepEqual(await getBlock(ebs, id, 2000, tokens.get(2000) ?? ''), blocks.get(2000));
  const volume = await newVolume(t.ec2(), { SnapshotId: id });
  assert.deepEqual(
    await t.control('GET', `/volumes/${volume}/data?offset=${6 * BLOCK}&length=${BLOCK}`),
    blocks.get(6),
  );
  await t.control('PUT', `/volumes/${volume}/data?offset=0`, Buffer.from('more'));
  const changes = await listChanges(ebs, id, await newSnapshot(t.ec2(), volume));
  assert.deepEqual(
    changes.map(({ BlockIndex }) => BlockIndex),
    [0],
    'the lineage goes on',
  );
});

test('a child has what its parent has, but for what is written over it; zeros are zeros', async () => {
  const ec2 = t.ec2();
  const volume = await newVolume(ec2);
  await t.control('PUT', `/volumes/${volume}/data?offset=0`, randomBytes(4 * BLOCK));
  const parent = await newSnapshot(ec2, volume);
  const id = await start({ ParentSnapshotId: parent });
  const written = new Map<number, Buffer>([
    [1, randomBytes(BLOCK)],
    [2, Buffer.alloc(BLOCK)],
    [9, randomBytes(BLOCK)],
    [10, Buffer.alloc(BLOCK)],
  ]);
  for (const [index, data] of written) await put(id, index, data);
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId: parent }));
  await complete(id, written);
  await completed(ec2, id);
  const ebs = t.ebs();
  assert.deepEqual([...(await listBlocks(ebs, id)).keys()], [0, 1, 3, 9]);
  const child = await newVolume(ec2, { SnapshotId: id });
  const expected = await t.control('GET', `/volumes/${volume}/data?offset=0&length=${11 * BLOCK}`);
  for (const [index, data] of written) data.copy(expected, index * BLOCK);
  assert.ok(expected.equals(await t.control('GET', `/volumes/${child}/data?offset=0&length=${11 * BLOCK}`)));
});

test('changed blocks name both sides, one, or none', async () => {
  const ec2 = t.ec2();
  const volume = await newVolume(ec2);
  await t.control('PUT', `/volumes/${volume}/data?offset=0`, randomBytes(3 * BLOCK));
  const first = await newSnapshot(ec2, volume);
  await t.control('PUT', `/volumes/${volume}/data?offset=${BLOCK}`, randomBytes(BLOCK));
  await t.control('POST', `/volumes/${volume}/discard?offset=${2 * BLOCK}&length=${BLOCK}`);
  await t.control('PUT', `/volumes/${volume}/data?offset=${5 * BLOCK}`, randomBytes(BLOCK));
  const second = await newSnapshot(ec2, volume);
  const ebs = t.ebs();
  const changes = await listChanges(ebs, first, second);
  assert.deepEqual(
    changes.map((c) => [c.BlockIndex, c.FirstBlockToken !== undefined, c.SecondBlockToken !== undefined]),
    [
      [1, true, true],
      [2, true, false],
      [5, false, true],
    ],
  );
  const later = await ebs.send(
    new ListChangedBlocksCommand({ FirstSnapshotId: first, SecondSnapshotId: second, StartingBlockIndex: 3 }),
  );
  const next = later.ChangedBlocks?.length ? later : undefined;
  if (next)
    assert.deepEqual(
      next.ChangedBlocks?.map(({ BlockIndex }) => BlockIndex),
      [5],
    );
  const unrelated = await newSnapshot(ec2, await newVolume(ec2));
  const compare = ebs.send(new ListChangedBlocksCommand({ FirstSnapshotId: unrelated, SecondSnapshotId: second }));
  await assert.rejects(compare, { name: 'ValidationException', Reason: 'UNRELATED_SNAPSHOTS' });
});

test('damaged, misplaced and foreign writes are refused', async () => {
  const id = await start();
  const data = randomBytes(BLOCK);
  const refused = { name: 'ValidationException' };
  await assert.rejects(put(id, 0, data, sha(randomBytes(1)).toString('base64')), {
    ...refused,
    Reason: 'INVALID_BLOCK',
  });
  await assert.rejects(put(id, 2048, data), refused);
  await assert.rejects(put(id, 0, data.subarray(1)), refused);
  await assert.rejects(put(id, 0, data, undefined, PROVIDER), { name: 'ResourceNotFoundException' });
  const volumeSnapshot = await newSnapshot(t.ec2(), await newVolume(t.ec2()));
  await assert.rejects(put(volumeSnapshot, 0, data), refused);
});

test('StartSnapshot keeps to its rules', async () => {
  const same = { ClientToken: 'a', Description: 'x' };
  assert.equal(await start(same), await start(same));
  await assert.rejects(start({ ...same, Description: 'y' }), { name: 'ConflictException' });
  await assert.rejects(start({ VolumeSize: 65_537 }), { name: 'ValidationException', Reason: 'INVALID_VOLUME_SIZE' });
  await assert.rejects(start({ Timeout: 9 }), { name: 'ValidationException' });
  const parent = await newSnapshot(t.ec2(), await newVolume(t.ec2(), { Size: 2 }));
  await assert.rejects(start({ ParentSnapshotId: parent }), { Reason: 'INVALID_VOLUME_SIZE' });
  const both = start({ ParentSnapshotId: parent, VolumeSize: 2, Encrypted: true });
  await assert.rejects(both, { name: 'ValidationException' });
  await assert.rejects(start({ Tags: [{ Key: 'aws:x', Value: 'y' }] }), { Reason: 'INVALID_TAG' });
  await t.control('PUT', '/ebs/settings', Buffer.from('{"pendingSnapshots":1}'));
  await assert.rejects(start(), { name: 'ConcurrentLimitExceededException' });
  await t.control('PUT', '/ebs/settings', Buffer.from('{"pendingSnapshots":100}'));
});

test('the largest volume takes blocks at its very end', async () => {
  const id = await start({ VolumeSize: 65_536 });
  const blocks = new Map([65_536 * 2048 - 1, 2 ** 21].map((index) => [index, randomBytes(BLOCK)]));
  for (const [index, data] of blocks) await put(id, index, data);
  await complete(id, blocks);
  await completed(t.ec2(), id);
  assert.deepEqual([...(await listBlocks(t.ebs(), id)).keys()], [2 ** 21, 65_536 * 2048 - 1]);
});
