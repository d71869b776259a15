import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AttachVolumeCommand, CreateVolumeCommand } from '@aws-sdk/client-ec2';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { TAG } from '../../core/domain/effect.ts';
import type { DescribedVolume, Tags, TenantAccess, TenantScope } from '../../core/ports/tenant-scope.ts';
import { freshId } from './records.ts';
import { launchInstance, REGION, startWorld, until, type World } from './world.ts';

/** Keys of the tenant's own: what may be done with them, unlike with AWS's `aws/ebs`, IAM says. */
describe("volumes under a tenant's own keys, with the shipped permissions", () => {
  let world: World;
  let keys: readonly string[];
  before(async () => {
    world = await startWorld();
    const root = world.cloud.admin.rootAccessKey(world.tenants[0].accountId);
    const kms = new KMSClient(clientSettings('own', REGION, root));
    const made = [await kms.send(new CreateKeyCommand({})), await kms.send(new CreateKeyCommand({}))];
    keys = made.map(({ KeyMetadata }) => KeyMetadata?.Arn ?? '');
  });
  after(() => world.stop());

  const open = (jobId: string, access: TenantAccess): Promise<TenantScope> => {
    const settings = clientSettings('own', REGION, world.as('CleanUpRole'));
    const options = { sts: new STSClient(settings), secrets: new SecretsManagerClient(settings) };
    return createTenantScopes({ ...options, hubRoleArn: world.arn('HubRole'), region: REGION }).open(
      world.tenants[0],
      jobId,
      access,
    );
  };
  const tagsOf = (jobId: string): Tags => ({ [TAG.job]: jobId, [TAG.operation]: freshId('op') });
  const becomes = (scope: TenantScope, volumeId: string, fits: (volume: DescribedVolume) => boolean) =>
    until(
      () => scope.volumes.describe([volumeId]),
      ([answer]) => answer !== undefined && fits(answer),
    );
  const isFree = ({ state }: DescribedVolume): boolean => state === 'available';
  const isOn = ({ attachment }: DescribedVolume): boolean => attachment?.state === 'attached';

  /** An instance of the tenant's own with a volume under its first key. */
  const encryptedOn = async (name: string) => {
    const instanceId = await launchInstance(world.ec2(0), name);
    const look = await open(freshId('job'), { to: 'look' });
    const seen = await until(
      () => look.instances.describe(instanceId),
      (answer) => answer?.state === 'running',
    );
    const zone = seen?.configuration.availabilityZone ?? '';
    const { VolumeId = '' } = await world
      .ec2(0)
      .send(new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1, Encrypted: true, KmsKeyId: keys[0] }));
    await becomes(look, VolumeId, isFree);
    await world.ec2(0).send(new AttachVolumeCommand({ VolumeId, InstanceId: instanceId, Device: '/dev/sdk' }));
    await becomes(look, VolumeId, isOn);
    return { instanceId, zone, volumeId: VolumeId };
  };
  it('come back under their key, under another one, or encrypted for the first time', async () => {
    const jobId = freshId('job');
    const { instanceId, zone, volumeId } = await encryptedOn('source');
    const protect = await open(jobId, { to: 'protect' });
    const set = await protect.snapshots.createForInstance(instanceId, [], tagsOf(jobId));
    const snapshotId = set.find((each) => each.volumeId === volumeId)?.snapshotId ?? '';
    const plainId = set.find((each) => each.volumeId !== volumeId && each.sizeGiB === 1)?.snapshotId ?? '';
    await until(
      () => protect.snapshots.describe([snapshotId, plainId]),
      (both) => both.every(({ state }) => state === 'completed'),
    );
    const restore = await open(jobId, { to: 'restore' });
    for (const [from, encryption] of [
      [snapshotId, undefined],
      [snapshotId, { kmsKeyId: keys[1] ?? '' }],
      [plainId, { kmsKeyId: keys[0] ?? '' }],
    ] as const) {
      const made = await restore.volumes.create({
        snapshotId: from,
        availabilityZone: zone,
        sizeGiB: 1,
        volumeType: 'gp3',
        clientToken: freshId('op'),
        tags: tagsOf(jobId),
        ...(encryption ? { encryption } : {}),
      });
      await becomes(restore, made.volumeId, isFree);
      await restore.volumes.delete(made.volumeId);
    }
  });

  it('go back to their instance when a restore in their place fails', async () => {
    const jobId = freshId('job');
    const { instanceId, volumeId } = await encryptedOn('in place');
    const replace = await open(jobId, { to: 'replace', instanceId });
    await replace.volumes.detach(volumeId, instanceId);
    await becomes(replace, volumeId, isFree);
    const cleanUp = await open(jobId, { to: 'clean-up', instanceId });
    await cleanUp.volumes.attach(volumeId, instanceId, '/dev/sdk');
    const [back] = await becomes(cleanUp, volumeId, isOn);
    assert.deepEqual(back?.tags, {}, 'the mark is off again');
  });
});
