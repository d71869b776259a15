import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { TAG } from '../../core/domain/effect.ts';
import type { Tags } from '../../core/ports/tags.ts';
import type { TenantAccess, TenantScope } from '../../core/ports/tenant-scope.ts';
import { type TenantFeature, tenantPermissions } from '../../infra/permissions/tenant-permissions.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';
import { freshId } from './records.ts';
import { launchInstance, REGION, startWorld, until, type World } from './world.ts';

const REFUSED = { name: 'TenantAccessLost' };

describe('a tenant that grants only some features gets these, and nothing else is done', () => {
  let world: World;
  let instanceId: string;
  const jobId = freshId('job');

  before(async () => {
    world = await startWorld();
    instanceId = await launchInstance(world.ec2(0), 'web');
    const look = await open('look');
    await until(
      () => look.instances.describe(instanceId),
      (answer) => answer?.state === 'running',
    );
  });
  after(() => world.stop());

  const grant = (...features: TenantFeature[]): void => {
    const role = world.cloud.admin.role(world.accounts[0]?.roleArn ?? '');
    assert.ok(role);
    world.cloud.admin.putRole({
      accountId: role.accountId,
      name: role.name,
      trustPolicy: role.trustPolicy,
      policies: { holdfast: tenantPermissions(features) as unknown as PolicyDocument },
    });
  };
  const open = (to: TenantAccess['to']): Promise<TenantScope> => {
    const settings = clientSettings('own', REGION, world.as('CleanUpRole'));
    const options = { sts: new STSClient(settings), secrets: new SecretsManagerClient(settings) };
    const scopes = createTenantScopes({ ...options, hubRoleArn: world.arn('HubRole'), region: REGION });
    // of the one instance that a restore in its place is for
    return scopes.open(world.tenants[0], jobId, { to, ...(to === 'replace' ? { instanceId } : {}) });
  };
  const tagsOf = (): Tags => ({ [TAG.job]: jobId, [TAG.operation]: freshId('op'), [TAG.restore]: 'rp-1' });

  const aSnapshotSet = async () => {
    const protect = await open('protect');
    const set = await protect.snapshots.createForInstance(instanceId, [], tagsOf());
    await until(
      () => protect.snapshots.describe(set.map(({ snapshotId }) => snapshotId)),
      (answer) => answer.every(({ state }) => state === 'completed'),
    );
    return set;
  };
  const volumeFrom = (snapshotId: string) => ({
    ...{ snapshotId, availabilityZone: `${REGION}a`, sizeGiB: 1, volumeType: 'gp3', iops: 3_000, throughput: 125 },
    clientToken: freshId('op'),
    tags: tagsOf(),
  });

  it('snapshot: takes and deletes snapshots, makes no volume of them', async () => {
    grant('snapshot');
    const [one] = await aSnapshotSet();
    assert.ok(one);
    const restore = await open('restore');
    await assert.rejects(restore.volumes.create(volumeFrom(one.snapshotId)), REFUSED);
    await restore.snapshots.delete(one.snapshotId);
    assert.deepEqual(await restore.snapshots.describe([one.snapshotId]), []);
  });

  it('restore-volumes: makes volumes and removes its own, attaches none, tags none afterwards', async () => {
    grant('snapshot', 'restore-volumes');
    const set = await aSnapshotSet();
    const snapshotId = set.find(({ sizeGiB }) => sizeGiB === 1)?.snapshotId ?? '';
    const restore = await open('restore');
    const { volumeId } = await restore.volumes.create(volumeFrom(snapshotId));
    await until(
      () => restore.volumes.describe([volumeId]),
      ([volume]) => volume?.state === 'available',
    );
    const replace = await open('replace');
    await assert.rejects(replace.volumes.attach(volumeId, instanceId, '/dev/sdz'), REFUSED);
    await assert.rejects(restore.volumes.tag(volumeId, { owner: 'dba' }), REFUSED);
    await assert.rejects(restore.instances.stop(instanceId), REFUSED);
    await restore.volumes.delete(volumeId);
  });

  it('restore: launches an instance from an image and removes both; volume tags are a feature of their own', async () => {
    grant('snapshot', 'restore');
    const set = await aSnapshotSet();
    const restore = await open('restore');
    const source = await restore.instances.describe(instanceId);
    assert.ok(source);
    const tags = tagsOf();
    const { imageId } = await restore.images.register({
      name: `holdfast-${jobId}-1`,
      configuration: source.configuration,
      volumes: source.volumes.map(({ device, volumeId, volumeType, iops, throughput }) => ({
        device,
        snapshotId: set.find((each) => each.volumeId === volumeId)?.snapshotId ?? '',
        volumeType,
        ...(iops === undefined ? {} : { iops }),
        ...(throughput === undefined ? {} : { throughput }),
        deleteOnTermination: true,
      })),
      tags,
    });
    const { subnetId, securityGroupIds } = source.configuration;
    const launched = await restore.instances.launch({
      imageId,
      clientToken: freshId('op'),
      instanceType: 't3.small',
      securityGroupIds,
      ...(subnetId === undefined ? {} : { subnetId }),
      instanceTags: tags,
      volumeTags: tags,
    });
    const made = await until(
      () => restore.instances.describe(launched.instanceId),
      (answer) => answer?.state === 'running',
    );
    await restore.instances.setDeleteOnTermination(launched.instanceId, { '/dev/sdf': false });
    const volumeId = made?.volumes[0]?.volumeId ?? '';
    await assert.rejects(restore.volumes.tag(volumeId, { owner: 'dba' }), REFUSED);
    await restore.images.deregister(imageId);
    grant('snapshot', 'restore', 'volume-tags');
    await (await open('restore')).volumes.tag(volumeId, { owner: 'dba' });
    await (await open('clean-up')).instances.terminate(launched.instanceId);
  });
});
