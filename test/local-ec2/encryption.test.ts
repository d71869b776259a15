import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ListSnapshotBlocksCommand, StartSnapshotCommand } from '@aws-sdk/client-ebs';
import {
  AttachVolumeCommand,
  CopySnapshotCommand,
  CreateVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  ModifySnapshotAttributeCommand,
} from '@aws-sdk/client-ec2';
import { CreateKeyCommand, KMSClient, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
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
import { inState, instance, newInstance } from './instances.ts';

let t: TestCloud;
let kms: KMSClient;
before(async () => {
  t = await startTestCloud();
  const credentials = t.cloud.admin.rootAccessKey(TENANT);
  kms = new KMSClient({ endpoint: t.cloud.endpoint, region: REGION, credentials, maxAttempts: 1 });
});
after(async () => {
  kms.destroy();
  await t.stop();
});

const ownPolicy = {
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${TENANT}:root` },
  Action: 'kms:*',
  Resource: '*',
};

const newKey = async (): Promise<string> => {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  return KeyMetadata?.Arn ?? '';
};

const allowProvider = (key: string, actions: string[]) =>
  kms.send(
    new PutKeyPolicyCommand({
      KeyId: key,
      PolicyName: 'default',
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          ownPolicy,
          { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${PROVIDER}:root` }, Action: actions, Resource: '*' },
        ],
      }),
    }),
  );

test('another account reads a shared encrypted snapshot only if the key lets it', async () => {
  const ec2 = t.ec2();
  const key = await newKey();
  const volume = await newVolume(ec2, { Encrypted: true, KmsKeyId: key });
  const data = randomBytes(BLOCK);
  await t.control('PUT', `/volumes/${volume}/data?offset=0`, data);
  const id = await newSnapshot(ec2, volume);
  const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }));
  assert.equal(Snapshots?.[0]?.KmsKeyId, key);
  await listBlocks(t.ebs(), id);
  const share = { SnapshotId: id, CreateVolumePermission: { Add: [{ UserId: PROVIDER }] } };
  await ec2.send(new ModifySnapshotAttributeCommand(share));
  const theirs = t.ebs(PROVIDER);
  await assert.rejects(theirs.send(new ListSnapshotBlocksCommand({ SnapshotId: id })), {
    name: 'AccessDeniedException',
    Reason: 'DEPENDENCY_ACCESS_DENIED',
  });

  // A copy under their own key starts, and fails later.
  const theirEc2 = t.ec2(PROVIDER);
  const copy = () => theirEc2.send(new CopySnapshotCommand({ SourceRegion: REGION, SourceSnapshotId: id }));
  const failed = (await copy()).SnapshotId ?? '';
  const shown = await until(async () => {
    const answer = await theirEc2.send(new DescribeSnapshotsCommand({ SnapshotIds: [failed] }));
    return answer.Snapshots?.[0]?.State === 'error' && answer.Snapshots[0];
  });
  assert.equal(shown.StateMessage, 'Given key ID is not accessible');

  await allowProvider(key, ['kms:Decrypt', 'kms:ReEncryptFrom', 'kms:DescribeKey']);
  const token = (await listBlocks(theirs, id)).get(0) ?? '';
  assert.deepEqual(await getBlock(theirs, id, 0, token), data);
  const copied = (await copy()).SnapshotId ?? '';
  await completed(theirEc2, copied);
  const own = await theirEc2.send(new DescribeSnapshotsCommand({ SnapshotIds: [copied] }));
  assert.match(own.Snapshots?.[0]?.KmsKeyId ?? '', new RegExp(`:${PROVIDER}:key/`));
});

test('volumes and instances whose key cannot be used start, and end', async () => {
  const ec2 = t.ec2();
  const [good, foreign] = [
    await newKey(),
    `arn:aws:kms:${REGION}:${PROVIDER}:key/00000000-0000-4000-8000-000000000000`,
  ];
  const made = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: ZONE, Size: 1, Encrypted: true, KmsKeyId: foreign }),
  );
  assert.equal(made.State, 'creating');
  await until(() =>
    ec2.send(new DescribeVolumesCommand({ VolumeIds: [made.VolumeId ?? ''] })).then(
      () => false,
      (error) => error.name === 'InvalidVolume.NotFound',
    ),
  );
  const mapping = (KmsKeyId: string) => [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 1, Encrypted: true, KmsKeyId } }];
  const running = await newInstance(t, { BlockDeviceMappings: mapping(good) });
  const volume = await newVolume(ec2, { Encrypted: true, KmsKeyId: good });
  await ec2.send(new AttachVolumeCommand({ VolumeId: volume, InstanceId: running, Device: '/dev/sdg' }));
  await t.control('PUT', '/ec2/settings', Buffer.from('{"instanceTerminationMs":50}'));
  const failing = await newInstance(t, { BlockDeviceMappings: mapping(foreign) }, TENANT, 'terminated');
  await inState(t, failing, 'terminated');
  assert.equal((await instance(t, failing)).StateReason?.Code, 'Client.InternalError');
  const { Volumes } = await ec2.send(new DescribeVolumesCommand({}));
  const left = Volumes?.filter(({ Attachments }) => Attachments?.[0]?.InstanceId === failing) ?? [];
  assert.deepEqual(left, []);
});

test('a snapshot written from outside can be encrypted, and hands its key down', async () => {
  const key = await newKey();
  const ebs = t.ebs();
  const parent = await ebs.send(new StartSnapshotCommand({ VolumeSize: 1, Encrypted: true, KmsKeyArn: key }));
  assert.equal(parent.KmsKeyArn, key);
  const foreign = new StartSnapshotCommand({
    VolumeSize: 1,
    Encrypted: true,
    KmsKeyArn: `arn:aws:kms:${REGION}:${PROVIDER}:key/00000000-0000-4000-8000-000000000000`,
  });
  await assert.rejects(ebs.send(foreign), { name: 'AccessDeniedException', Reason: 'DEPENDENCY_ACCESS_DENIED' });
});
