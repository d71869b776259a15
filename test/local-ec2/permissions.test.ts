import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EBSClient, ListSnapshotBlocksCommand, StartSnapshotCommand } from '@aws-sdk/client-ebs';
import {
  CreateSnapshotsCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DescribeVolumesCommand,
  EC2Client,
  ModifySnapshotAttributeCommand,
} from '@aws-sdk/client-ec2';
import type { PolicyStatement } from '../../local/kernel/service.ts';
import { newSnapshot, newVolume, PROVIDER, REGION, startTestCloud, TENANT, type TestCloud, ZONE } from './cloud.ts';
import { newInstance } from './instances.ts';

let t: TestCloud;
let users = 0;
const clients: { destroy(): void }[] = [];
before(async () => {
  t = await startTestCloud();
});
after(async () => {
  for (const client of clients) client.destroy();
  await t.stop();
});

/** Clients of a user who may do just this. */
const as = (...Statement: PolicyStatement[]): { ec2: EC2Client; ebs: EBSClient } => {
  const name = `user-${++users}`;
  t.cloud.admin.putUser({ accountId: TENANT, name, policies: { p: { Version: '2012-10-17', Statement } } });
  const credentials = t.cloud.admin.createAccessKey(TENANT, name);
  const config = { endpoint: t.cloud.endpoint, region: REGION, credentials, maxAttempts: 1 };
  const made = { ec2: new EC2Client(config), ebs: new EBSClient(config) };
  clients.push(made.ec2, made.ebs);
  return made;
};

const ours = { StringEquals: { 'aws:ResourceTag/holdfast': 'yes' } };
const tagged = (type: 'snapshot' | 'volume', value = 'yes') => [
  { ResourceType: type, Tags: [{ Key: 'holdfast', Value: value }] },
];
const denied = { name: 'UnauthorizedOperation' };

test('CreateSnapshots needs the instance, its volumes, the snapshots, and tagging at creation', async () => {
  const id = await newInstance(t);
  const statements: PolicyStatement[] = [
    { Effect: 'Allow', Action: 'ec2:CreateSnapshots', Resource: `arn:aws:ec2:*:${TENANT}:instance/*` },
    { Effect: 'Allow', Action: 'ec2:CreateSnapshots', Resource: `arn:aws:ec2:*:${TENANT}:volume/*` },
    {
      Effect: 'Allow',
      Action: 'ec2:CreateSnapshots',
      Resource: 'arn:aws:ec2:*::snapshot/*',
      Condition: { StringEquals: { 'aws:RequestTag/holdfast': 'yes' } },
    },
    {
      Effect: 'Allow',
      Action: 'ec2:CreateTags',
      Resource: 'arn:aws:ec2:*::snapshot/*',
      Condition: { StringEquals: { 'ec2:CreateAction': 'CreateSnapshots' } },
    },
  ];
  const create = (allowed: PolicyStatement[], value?: string) =>
    as(...allowed).ec2.send(
      new CreateSnapshotsCommand({
        InstanceSpecification: { InstanceId: id },
        TagSpecifications: tagged('snapshot', value),
      }),
    );
  const { Snapshots } = await create(statements);
  await assert.rejects(create(statements, 'no'), denied);
  for (const left of statements) await assert.rejects(create(statements.filter((one) => one !== left)), denied);
  const later = new CreateTagsCommand({
    Resources: [Snapshots?.[0]?.SnapshotId ?? ''],
    Tags: [{ Key: 'a', Value: 'b' }],
  });
  await assert.rejects(as(...statements).ec2.send(later), denied);
});

test('deleting and sharing can be kept to what is tagged, and to one account', async () => {
  const root = t.ec2();
  const volume = await newVolume(root);
  const [mine, other] = [await newSnapshot(root, volume), await newSnapshot(root, volume)];
  await root.send(new CreateTagsCommand({ Resources: [mine], Tags: [{ Key: 'holdfast', Value: 'yes' }] }));
  const { ec2 } = as(
    { Effect: 'Allow', Action: 'ec2:DeleteSnapshot', Resource: '*', Condition: ours },
    {
      Effect: 'Allow',
      Action: 'ec2:ModifySnapshotAttribute',
      Resource: '*',
      Condition: { StringEquals: { ...ours.StringEquals, 'ec2:Add/userId': PROVIDER } },
    },
  );
  const share = (SnapshotId: string, UserId: string) =>
    ec2.send(new ModifySnapshotAttributeCommand({ SnapshotId, CreateVolumePermission: { Add: [{ UserId }] } }));
  await share(mine, PROVIDER);
  await assert.rejects(share(mine, '333333333333'), denied);
  await assert.rejects(share(other, PROVIDER), denied);
  await assert.rejects(ec2.send(new DeleteSnapshotCommand({ SnapshotId: other })), denied);
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId: mine }));
  const again = ec2.send(new DeleteSnapshotCommand({ SnapshotId: mine }));
  await assert.rejects(again, { name: 'InvalidSnapshot.NotFound' }, 'gone is gone, whatever the tags');
});

test('CreateVolume from a snapshot needs the snapshot too, and a dry run tells', async () => {
  const root = t.ec2();
  const snapshot = await newSnapshot(root, await newVolume(root));
  const make: PolicyStatement = { Effect: 'Allow', Action: 'ec2:CreateVolume', Resource: `arn:aws:ec2:*:*:volume/*` };
  const read: PolicyStatement = { Effect: 'Allow', Action: 'ec2:CreateVolume', Resource: `arn:aws:ec2:*::snapshot/*` };
  const wish = new CreateVolumeCommand({ AvailabilityZone: ZONE, SnapshotId: snapshot, DryRun: true });
  await assert.rejects(as(make).ec2.send(wish), denied);
  await assert.rejects(as(make, read).ec2.send(wish), { name: 'DryRunOperation' });
  const { Volumes } = await root.send(
    new DescribeVolumesCommand({ Filters: [{ Name: 'snapshot-id', Values: [snapshot] }] }),
  );
  assert.deepEqual(Volumes, []);
});

test('EBS direct is allowed by action, snapshot and tag; tags at StartSnapshot need ec2:CreateTags', async () => {
  const root = t.ec2();
  const volume = await newVolume(root);
  const [mine, other] = [await newSnapshot(root, volume), await newSnapshot(root, volume)];
  await root.send(new CreateTagsCommand({ Resources: [mine], Tags: [{ Key: 'holdfast', Value: 'yes' }] }));
  const { ebs } = as(
    { Effect: 'Allow', Action: 'ebs:ListSnapshotBlocks', Resource: '*', Condition: ours },
    { Effect: 'Allow', Action: 'ebs:StartSnapshot', Resource: 'arn:aws:ec2:*::snapshot/*' },
  );
  await ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: mine }));
  const refused = { name: 'AccessDeniedException' };
  await assert.rejects(ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: other })), refused);
  await ebs.send(new StartSnapshotCommand({ VolumeSize: 1 }));
  const withTags = new StartSnapshotCommand({ VolumeSize: 1, Tags: [{ Key: 'holdfast', Value: 'yes' }] });
  await assert.rejects(ebs.send(withTags), refused);
});
