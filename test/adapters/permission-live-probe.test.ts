import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CreateSnapshotCommand, CreateVolumeCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { CreateKeyCommand, KMSClient, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createPermissionCheck } from '../../adapters/aws/permission-check.ts';
import type { PermissionsReport } from '../../core/contracts/api.ts';
import { TAG } from '../../core/domain/effect.ts';
import { createCheckPermissions } from '../../core/steps/api/check-permissions.ts';
import { permissionPolicies } from '../../functions/wiring/permission-policies.ts';
import { REGION, startWorld, until, type World } from './world.ts';

describe('permissions are probed with real calls that only look', () => {
  let world: World;
  let check: () => Promise<PermissionsReport>;

  before(async () => {
    world = await startWorld();
    const settings = clientSettings('own', REGION, world.as('OperatorApiRole'));
    const ask = createCheckPermissions({
      check: createPermissionCheck({
        sts: new STSClient(settings),
        secrets: new SecretsManagerClient(settings),
        hubRoleArn: world.arn('HubRole'),
        region: REGION,
      }),
      policies: permissionPolicies,
    });
    check = () => ask(world.tenants[0]);
  });
  after(() => world.stop());

  const outcomes = ({ probes }: PermissionsReport) => probes.map(({ what, outcome }) => `${what}: ${outcome}`);
  const foundBy = ({ checked }: PermissionsReport, action: string) =>
    checked.find((one) => one.action === action)?.foundBy;

  /** A snapshot as a job leaves it, of a volume under this key. */
  const snapshotOfOurs = async (KmsKeyId?: string): Promise<string> => {
    const ec2 = world.ec2(0);
    const { VolumeId } = await ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: `${REGION}a`,
        Size: 1,
        VolumeType: 'gp3',
        ...(KmsKeyId ? { Encrypted: true, KmsKeyId } : {}),
      }),
    );
    const { SnapshotId = '' } = await until(
      () =>
        ec2
          .send(
            new CreateSnapshotCommand({
              VolumeId,
              TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: TAG.job, Value: 'job-1' }] }],
            }),
          )
          .catch(() => ({ SnapshotId: undefined })),
      (made) => made.SnapshotId !== undefined,
    );
    await until(
      () => ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] })),
      ({ Snapshots }) => Snapshots?.[0]?.State === 'completed',
    );
    return SnapshotId;
  };

  it('lists the blocks of a snapshot of ours, and has nothing to probe a key with', async () => {
    const snapshotId = await snapshotOfOurs();
    const report = await check();
    assert.deepEqual(outcomes(report), ['EBS direct: works', 'KMS: nothing to probe']);
    assert.match(report.probes[0]?.detail ?? '', new RegExp(snapshotId));
    assert.deepEqual(foundBy(report, 'ebs:ListSnapshotBlocks'), ['simulator', 'live probe']);
    assert.deepEqual(foundBy(report, 'ebs:ListChangedBlocks'), ['simulator', 'live probe']);
    assert.equal(report.complete, true);
  });

  it('finds the key that refuses, where the simulator sees nothing wrong', async () => {
    const { accountId } = world.tenants[0];
    const kms = new KMSClient(clientSettings('own', REGION, world.cloud.admin.rootAccessKey(accountId)));
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const key = KeyMetadata?.Arn ?? '';
    await snapshotOfOurs(key);
    const before = await check();
    assert.deepEqual(outcomes(before), ['EBS direct: works', 'KMS: works']);
    assert.equal(before.complete, true);

    const root = `arn:aws:iam::${accountId}:root`;
    const Statement = [
      { Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' },
      {
        Effect: 'Deny',
        Principal: { AWS: world.accounts[0]?.roleArn },
        Action: 'kms:Decrypt',
        Resource: '*',
      },
    ];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await kms.send(new PutKeyPolicyCommand({ KeyId: key, PolicyName: 'default', Policy }));
    const report = await check();
    kms.destroy();
    assert.deepEqual(outcomes(report), ['EBS direct: works', 'KMS: refused']);
    assert.deepEqual(
      report.missing.map(({ action, foundBy: ways }) => [action, ways]),
      [['kms:Decrypt', ['live probe']]],
    );
    assert.match(report.missing[0]?.without ?? '', new RegExp(`the key ${key} that refused: its key policy`));
    assert.deepEqual(foundBy(report, 'ebs:ListSnapshotBlocks'), ['simulator', 'live probe']);
  });
});
