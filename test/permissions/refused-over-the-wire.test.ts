/** A sample of the denials as real calls: with the tenant's role, on resources that differ in one thing from ours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CompleteSnapshotCommand,
  EBSClient,
  GetSnapshotBlockCommand,
  ListChangedBlocksCommand,
  ListSnapshotBlocksCommand,
  StartSnapshotCommand,
} from '@aws-sdk/client-ebs';
import {
  AttachVolumeCommand,
  CopySnapshotCommand,
  CreateSnapshotsCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  ModifySnapshotAttributeCommand,
  RegisterImageCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { JOB, OWN_BUCKET, PLACE, TENANT } from '../../dev/permissions/place.ts';
import { roleArn } from '../../dev/permissions/service-documents.ts';
import type { Cloud } from '../../local/cloud.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { until } from '../adapters/world.ts';
import { deployAll } from './deployed.ts';

const ZONE = `${PLACE.region}a`;
const tagged = (Value: string, Key = 'holdfast:job') => [{ Key, Value }];
const specified = <Type extends string>(ResourceType: Type, Value: string, Key?: string) => [
  { ResourceType, Tags: tagged(Value, Key) },
];

const configOf = ({ admin, endpoint }: Cloud, arn: string) => {
  const { AccessKeyId, SecretAccessKey, SessionToken } = admin.credentialsForRole(arn, 'sample');
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  return { endpoint, region: PLACE.region, credentials, maxAttempts: 1 };
};

/** In the tenant's account, by its administrator: a machine, and snapshots with tags that are ours, or come close. */
const inhabit = async (cloud: Cloud) => {
  const credentials = cloud.admin.rootAccessKey(TENANT);
  const ec2 = new EC2Client({ endpoint: cloud.endpoint, region: PLACE.region, credentials });
  const { Instances } = await ec2.send(
    new RunInstancesCommand({ ImageId: SEED_IMAGES.linux, InstanceType: 't3.small', MinCount: 1, MaxCount: 1 }),
  );
  const instanceId = Instances?.[0]?.InstanceId ?? '';
  await until(
    () => ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] })),
    ({ Reservations }) => Reservations?.[0]?.Instances?.[0]?.State?.Name === 'running',
  );
  const snapshot = async (Value?: string, Key?: string): Promise<string> => {
    const { Snapshots } = await ec2.send(
      new CreateSnapshotsCommand({
        InstanceSpecification: { InstanceId: instanceId },
        ...(Value === undefined ? {} : { TagSpecifications: specified('snapshot', Value, Key) }),
      }),
    );
    const snapshotId = Snapshots?.[0]?.SnapshotId ?? '';
    await until(
      () => ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshotId] })),
      (answer) => answer.Snapshots?.[0]?.State === 'completed',
    );
    return snapshotId;
  };
  const volume = async (Value?: string): Promise<string> => {
    const { VolumeId } = await ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: ZONE,
        Size: 1,
        ...(Value === undefined ? {} : { TagSpecifications: specified('volume', Value) }),
      }),
    );
    return VolumeId ?? '';
  };
  return {
    instanceId,
    ours: await snapshot(JOB),
    untagged: await snapshot(),
    close: [await snapshot('nightly'), await snapshot(JOB, 'job'), await snapshot(`x${JOB}`)],
    ownVolume: await volume(JOB),
    volume: await volume(),
  };
};

test('calls that come close to what the tenant’s role may are refused by the services themselves', async (t) => {
  const cloud = await deployAll(t);
  const { instanceId, ours, untagged, close, ownVolume, volume } = await inhabit(cloud);
  const config = configOf(cloud, roleArn('holdfast-tenant', TENANT));
  const ec2 = new EC2Client(config);
  const ebs = new EBSClient(config);
  const make = { AvailabilityZone: ZONE, Size: 1 };
  const calls: Record<string, () => Promise<unknown>> = {
    'take snapshots without our tag': () =>
      ec2.send(new CreateSnapshotsCommand({ InstanceSpecification: { InstanceId: instanceId } })),
    'take snapshots with a tag of another form': () =>
      ec2.send(
        new CreateSnapshotsCommand({
          InstanceSpecification: { InstanceId: instanceId },
          TagSpecifications: specified('snapshot', 'nightly'),
        }),
      ),
    'make a volume without our tag': () => ec2.send(new CreateVolumeCommand(make)),
    'make a volume of a foreign snapshot': () =>
      ec2.send(
        new CreateVolumeCommand({
          ...make,
          SnapshotId: untagged,
          TagSpecifications: specified('volume', JOB),
        }),
      ),
    'tag a snapshot after it was made': () =>
      ec2.send(new CreateTagsCommand({ Resources: [untagged], Tags: tagged(JOB) })),
    'tag a volume after it was made': () => ec2.send(new CreateTagsCommand({ Resources: [volume], Tags: tagged(JOB) })),
    'tag the machine': () => ec2.send(new CreateTagsCommand({ Resources: [instanceId], Tags: tagged(JOB) })),
    'mark a volume, and more': () =>
      ec2.send(
        new CreateTagsCommand({
          Resources: [volume],
          Tags: [...tagged(JOB, 'holdfast:replaced-by'), ...tagged('x', 'Name')],
        }),
      ),
    'mark a volume for no job': () =>
      ec2.send(new CreateTagsCommand({ Resources: [volume], Tags: tagged('x', 'holdfast:replaced-by') })),
    'take tags off': () => ec2.send(new DeleteTagsCommand({ Resources: [ours], Tags: [{ Key: 'holdfast:job' }] })),
    'delete a volume': () => ec2.send(new DeleteVolumeCommand({ VolumeId: volume })),
    'attach a volume that is not ours': () =>
      ec2.send(new AttachVolumeCommand({ VolumeId: volume, InstanceId: instanceId, Device: '/dev/sdq' })),
    'terminate the machine': () => ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] })),
    'launch without our tag': () =>
      ec2.send(
        new RunInstancesCommand({ ImageId: SEED_IMAGES.linux, InstanceType: 't3.small', MinCount: 1, MaxCount: 1 }),
      ),
    'register an image without our tag': () =>
      ec2.send(
        new RegisterImageCommand({
          Name: 'untagged',
          RootDeviceName: '/dev/xvda',
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: ours } }],
        }),
      ),
    'register an image of a foreign snapshot': () =>
      ec2.send(
        new RegisterImageCommand({
          Name: 'foreign',
          RootDeviceName: '/dev/xvda',
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: untagged } }],
          TagSpecifications: specified('image', JOB),
        }),
      ),
    'start a snapshot without our tag': () => ebs.send(new StartSnapshotCommand({ VolumeSize: 1 })),
    'copy our snapshot without a tag': () =>
      ec2.send(new CopySnapshotCommand({ SourceRegion: PLACE.region, SourceSnapshotId: ours })),
    'share our snapshot': () =>
      ec2.send(
        new ModifySnapshotAttributeCommand({
          SnapshotId: ours,
          CreateVolumePermission: { Add: [{ UserId: PLACE.accountId }] },
        }),
      ),
    'share our snapshot with all': () =>
      ec2.send(
        new ModifySnapshotAttributeCommand({
          SnapshotId: ours,
          CreateVolumePermission: { Add: [{ Group: 'all' }] },
        }),
      ),
    'list changes between ours and a foreign snapshot': () =>
      ebs.send(new ListChangedBlocksCommand({ FirstSnapshotId: ours, SecondSnapshotId: untagged })),
  };
  for (const SnapshotId of [untagged, ...close]) {
    calls[`delete ${SnapshotId}`] = () => ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
    calls[`list blocks of ${SnapshotId}`] = () => ebs.send(new ListSnapshotBlocksCommand({ SnapshotId }));
    calls[`read a block of ${SnapshotId}`] = () =>
      ebs.send(new GetSnapshotBlockCommand({ SnapshotId, BlockIndex: 0, BlockToken: 'x' }));
    calls[`complete ${SnapshotId}`] = () =>
      ebs.send(new CompleteSnapshotCommand({ SnapshotId, ChangedBlocksCount: 0 }));
    calls[`copy ${SnapshotId}`] = () =>
      ec2.send(
        new CopySnapshotCommand({
          SourceRegion: PLACE.region,
          SourceSnapshotId: SnapshotId,
          TagSpecifications: specified('snapshot', JOB),
        }),
      );
  }
  const library = new S3Client({
    ...configOf(cloud, roleArn(`holdfast-${PLACE.stage}-library`)),
    forcePathStyle: true,
  });
  const object = { Bucket: OWN_BUCKET, Key: 'tenants/a/object' };
  calls['write over an object of the library'] = () => library.send(new PutObjectCommand({ ...object, Body: 'x' }));
  calls['delete an object of the library'] = () => library.send(new DeleteObjectCommand(object));
  calls['delete a version of it'] = () => library.send(new DeleteObjectCommand({ ...object, VersionId: 'x' }));
  calls['write with a lock without end'] = () =>
    library.send(
      new PutObjectCommand({
        ...object,
        Body: 'x',
        IfNoneMatch: '*',
        ObjectLockMode: 'GOVERNANCE',
        ObjectLockRetainUntilDate: new Date(Date.now() + 4_000 * 86_400_000),
      }),
    );

  const answers: Record<string, string> = {};
  for (const [name, call] of Object.entries(calls))
    answers[name] = await call().then(
      () => 'done',
      (error: { name?: string; message?: string }) => `${error.name}: ${error.message}`,
    );
  const open = Object.entries(answers).filter(([, answer]) => !/not authorized to perform/.test(answer));
  t.diagnostic(`${Object.keys(calls).length} calls: ${open.length} not refused`);
  assert.deepEqual(open, []);
  assert.ok(Object.keys(calls).length >= 45);

  // With what is ours the same calls are done: it was the one difference that was refused.
  await ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: ours }));
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId: ours }));
  await ec2.send(new DeleteVolumeCommand({ VolumeId: ownVolume }));
  await ec2.send(new CreateVolumeCommand({ ...make, TagSpecifications: specified('volume', JOB) }));
  await library.send(new PutObjectCommand({ ...object, Body: 'x', IfNoneMatch: '*' }));
});
