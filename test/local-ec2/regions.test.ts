import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EBSClient, ListSnapshotBlocksCommand } from '@aws-sdk/client-ebs';
import {
  CopySnapshotCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import type { PolicyStatement } from '../../local/kernel/service.ts';
import {
  BLOCK,
  completed,
  getBlock,
  listBlocks,
  newSnapshot,
  newVolume,
  REGION,
  startTestCloud,
  TENANT,
  type TestCloud,
  until,
} from './cloud.ts';

const FAR = 'us-west-2';
let t: TestCloud;
const clients: { destroy(): void }[] = [];
before(async () => {
  t = await startTestCloud();
});
after(async () => {
  for (const client of clients) client.destroy();
  await t.stop();
});

const keep = <T extends { destroy(): void }>(client: T): T => {
  clients.push(client);
  return client;
};
const config = (region: string, credentials = t.cloud.admin.rootAccessKey(TENANT)) => ({
  endpoint: t.cloud.endpoint,
  region,
  credentials,
  maxAttempts: 1,
});
const ec2In = (region: string): EC2Client => keep(new EC2Client(config(region)));
const ebsIn = (region: string): EBSClient => keep(new EBSClient(config(region)));
const kmsIn = (region: string): KMSClient => keep(new KMSClient(config(region)));

const newKey = async (region: string): Promise<string> =>
  (await kmsIn(region).send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';

const copy = async (from: string, to: string, id: string, key?: string): Promise<string> => {
  const { SnapshotId = '' } = await ec2In(to).send(
    new CopySnapshotCommand({
      SourceRegion: from,
      SourceSnapshotId: id,
      ...(key !== undefined && { Encrypted: true, KmsKeyId: key }),
    }),
  );
  return SnapshotId;
};

test('one account has instances and snapshots in two regions, and neither region shows those of the other', async () => {
  const ids: Record<string, string> = {};
  for (const region of [REGION, FAR]) {
    const ec2 = ec2In(region);
    const wish = { ImageId: SEED_IMAGES.linux, InstanceType: 't3.micro' as const, MinCount: 1, MaxCount: 1 };
    const { Instances } = await ec2.send(new RunInstancesCommand(wish));
    ids[region] = Instances?.[0]?.InstanceId ?? '';
    assert.equal(Instances?.[0]?.Placement?.AvailabilityZone, `${region}a`);
    const placed = `.${region}.compute.internal`;
    assert.ok(Instances?.[0]?.PrivateDnsName?.endsWith(placed), Instances?.[0]?.PrivateDnsName);
  }
  for (const [here, there] of [
    [REGION, FAR],
    [FAR, REGION],
  ] as const) {
    const { Reservations } = await ec2In(here).send(new DescribeInstancesCommand({}));
    assert.deepEqual(
      Reservations?.flatMap(({ Instances }) => Instances?.map(({ InstanceId }) => InstanceId)),
      [ids[here]],
    );
    const foreign = ec2In(here).send(new DescribeInstancesCommand({ InstanceIds: [ids[there] ?? ''] }));
    await assert.rejects(foreign, { name: 'InvalidInstanceID.NotFound' });
    const { Volumes } = await ec2In(here).send(new DescribeVolumesCommand({}));
    assert.deepEqual([...new Set(Volumes?.map(({ AvailabilityZone }) => AvailabilityZone))], [`${here}a`]);
  }
});

test('a snapshot copied to another region is read there, by EBS direct of that region only', async () => {
  const near = ec2In(REGION);
  const volume = await newVolume(near);
  await t.control('PUT', `/volumes/${volume}/data?offset=${3 * BLOCK}`, Buffer.from('far away'));
  const source = await newSnapshot(near, volume);
  await near.send(new CreateTagsCommand({ Resources: [source], Tags: [{ Key: 'a', Value: 'b' }] }));
  const target = await copy(REGION, FAR, source);
  await completed(ec2In(FAR), target);
  const { Snapshots } = await ec2In(FAR).send(new DescribeSnapshotsCommand({ SnapshotIds: [target] }));
  assert.deepEqual([Snapshots?.[0]?.Tags, Snapshots?.[0]?.Encrypted], [[], false]);

  const blocks = await listBlocks(ebsIn(FAR), target);
  assert.deepEqual([...blocks.keys()], [3]);
  const data = await getBlock(ebsIn(FAR), target, 3, blocks.get(3) ?? '');
  assert.equal(data.subarray(0, 8).toString(), 'far away');
  for (const [region, id] of [
    [REGION, target],
    [FAR, source],
  ] as const) {
    const foreign = ebsIn(region).send(new ListSnapshotBlocksCommand({ SnapshotId: id }));
    await assert.rejects(foreign, { name: 'ResourceNotFoundException' });
  }
  // The copy is whole by itself.
  await near.send(new DeleteSnapshotCommand({ SnapshotId: source }));
  const restored = await newVolume(ec2In(FAR), { SnapshotId: target, AvailabilityZone: `${FAR}b` });
  const read = await t.control('GET', `/volumes/${restored}/data?offset=${3 * BLOCK}&length=8`);
  assert.equal(read.toString(), 'far away');
});

test('an encrypted snapshot goes to another region under a key of that region', async () => {
  const [nearKey, farKey] = [await newKey(REGION), await newKey(FAR)];
  assert.equal(farKey.split(':')[3], FAR);
  const near = ec2In(REGION);
  const source = await newSnapshot(near, await newVolume(near, { Encrypted: true, KmsKeyId: nearKey }));
  const target = await copy(REGION, FAR, source, farKey);
  await completed(ec2In(FAR), target);
  const { Snapshots } = await ec2In(FAR).send(new DescribeSnapshotsCommand({ SnapshotIds: [target] }));
  assert.deepEqual([Snapshots?.[0]?.Encrypted, Snapshots?.[0]?.KmsKeyId], [true, farKey]);
  // A key of the source's region is none there: as on AWS, that shows only when the copy has failed.
  const wrong = await copy(REGION, FAR, source, nearKey);
  await until(async () => {
    const { Snapshots: failed } = await ec2In(FAR).send(new DescribeSnapshotsCommand({ SnapshotIds: [wrong] }));
    return failed?.[0]?.State === 'error';
  });
  // Without the old key the copy stays readable, the source does not.
  await kmsIn(REGION).send(new DisableKeyCommand({ KeyId: nearKey }));
  await listBlocks(ebsIn(FAR), target);
  await assert.rejects(listBlocks(ebsIn(REGION), source));
});

test("what is encrypted under a region's default key is under the other region's when copied without a key", async () => {
  const near = ec2In(REGION);
  const source = await newSnapshot(near, await newVolume(near, { Encrypted: true }));
  const target = await copy(REGION, FAR, source);
  await completed(ec2In(FAR), target);
  const keyOf = async (ec2: EC2Client, id: string): Promise<string> =>
    (await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }))).Snapshots?.[0]?.KmsKeyId ?? '';
  const keys = [await keyOf(near, source), await keyOf(ec2In(FAR), target)];
  assert.deepEqual(
    keys.map((key) => key.split(':')[3]),
    [REGION, FAR],
  );
  await listBlocks(ebsIn(FAR), target);
});

test('a policy can keep a user to one region', async () => {
  const only: PolicyStatement = {
    Effect: 'Allow',
    Action: ['ec2:DescribeSnapshots'],
    Resource: '*',
    Condition: { StringEquals: { 'aws:RequestedRegion': FAR } },
  };
  t.cloud.admin.putUser({ accountId: TENANT, name: 'far', policies: { p: { Statement: only } } });
  const key = t.cloud.admin.createAccessKey(TENANT, 'far');
  const describe = (region: string) =>
    keep(new EC2Client(config(region, key))).send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
  await describe(FAR);
  await assert.rejects(describe(REGION), { name: 'UnauthorizedOperation' });
});
