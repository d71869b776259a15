import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { TAG } from '../../core/domain/effect.ts';
import type { Tags } from '../../core/ports/tags.ts';
import type { TenantAccess, TenantScope } from '../../core/ports/tenant-scope.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { freshId } from './records.ts';
import { launchInstance, REGION, startWorld, until, type World } from './world.ts';

const FAR = 'eu-west-1';

describe("copies, images and lists in tenants' accounts, with the shipped permissions", () => {
  let world: World;
  const jobId = freshId('job');
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  const open = (access: TenantAccess, tenant: 0 | 1 = 0, requestMs?: number): Promise<TenantScope> => {
    const settings = clientSettings('own', REGION, world.as('CleanUpRole'));
    return createTenantScopes({
      sts: new STSClient(settings),
      secrets: new SecretsManagerClient(settings),
      hubRoleArn: world.arn('HubRole'),
      region: REGION,
      ...(requestMs === undefined ? {} : { requestMs }),
    }).open(world.tenants[tenant], jobId, access);
  };
  const tagsOf = (operation = freshId('op')): Tags => ({ [TAG.job]: jobId, [TAG.operation]: operation });

  const completedSet = async (name: string) => {
    const instanceId = await launchInstance(world.ec2(0), name);
    const scope = await open({ to: 'protect' });
    await until(
      () => scope.instances.describe(instanceId),
      (answer) => answer?.state === 'running',
    );
    const set = await scope.snapshots.createForInstance(instanceId, [], tagsOf());
    await until(
      () => scope.snapshots.describe(set.map(({ snapshotId }) => snapshotId)),
      (answer) => answer.every(({ state }) => state === 'completed'),
    );
    return set.map(({ snapshotId }) => snapshotId);
  };

  it('adopts the copy when the answer of its making is lost', async () => {
    const [snapshotId = ''] = await completedSet('lost copy');
    const far = await open({ to: 'protect', region: FAR }, 0, 1_500);
    const fault = world.cloud.faults.add({ service: 'ec2', operation: 'CopySnapshot', kind: 'timeout-after', nth: 1 });
    const tags = tagsOf();
    const copy = await far.snapshots.copyFrom(REGION, snapshotId, tags);
    assert.equal(fault.fired, 1);
    fault.remove();
    const all = await far.snapshots.findByTag(TAG.operation, tags[TAG.operation] ?? '');
    assert.deepEqual(
      all.map((each) => each.snapshotId),
      [copy.snapshotId],
    );
  });

  it('waits, and does not fail, when as many copies are under way as there may be', async () => {
    const [snapshotId = ''] = await completedSet('many copies');
    const far = await open({ to: 'protect', region: FAR });
    const settings = (concurrentCopiesPerRegion: number) =>
      fetch(`${world.cloud.endpoint}/_local/ec2/settings`, {
        method: 'PUT',
        headers: { 'x-local-control': world.cloud.controlToken },
        body: JSON.stringify({ concurrentCopiesPerRegion }),
      });
    await settings(0);
    // the machines wait for that name longer than for a failure that passes
    await assert.rejects(far.snapshots.copyFrom(REGION, snapshotId, tagsOf()), { name: 'AccountAtLimit' });
    await settings(20);
  });

  it('describes images, and finds the newest donor of a platform', async () => {
    const { images } = await open({ to: 'restore' });
    const windows = await images.describe(SEED_IMAGES.windows);
    assert.equal(windows?.platform, 'Windows');
    assert.equal(windows?.rootDeviceName, '/dev/sda1');
    assert.equal(await images.describe('ami-0123456789abcdef0'), undefined);
    assert.equal(await images.describe('not an image'), undefined);
    const donorOf = async (platform: string, architecture = 'x86_64') =>
      (await images.findDonor(platform, architecture))?.imageId;
    assert.equal(await donorOf('Windows'), SEED_IMAGES.windows, 'of two the newer');
    assert.equal(await donorOf('Windows with SQL Server Standard'), SEED_IMAGES.windowsSql);
    assert.equal(await donorOf('Red Hat Enterprise Linux'), SEED_IMAGES.redHat);
    assert.equal(await donorOf('SUSE Linux'), SEED_IMAGES.suse);
    assert.equal(await donorOf('Red Hat Enterprise Linux', 'arm64'), undefined);
    assert.equal(await donorOf('Windows with SQL Server Enterprise'), undefined);
  });

  it('launches with encrypted volumes under IMDSv2 as its source did, and copies those to another region too', async () => {
    const snapshots = await completedSet('plain source');
    const scope = await open({ to: 'restore' });
    const [source] = await scope.instances.list();
    const described = await scope.instances.describe(source?.instanceId ?? '');
    assert.ok(described);
    const root = (await scope.snapshots.describe(snapshots)).find(
      ({ volumeId }) => volumeId === described.volumes.find(({ device }) => device === '/dev/xvda')?.volumeId,
    );
    const { imageId } = await scope.images.register({
      name: `holdfast-${jobId}`,
      configuration: { ...described.configuration, imdsSupport: 'v2.0' },
      volumes: [
        {
          device: '/dev/xvda',
          snapshotId: root?.snapshotId ?? snapshots[0] ?? '',
          volumeType: 'gp2',
          iops: 100,
          deleteOnTermination: true,
        },
      ],
      tags: tagsOf(),
    });
    const tags = { ...tagsOf(), [TAG.restore]: 'rp-1' };
    const { instanceId } = await scope.instances.launch({
      imageId,
      clientToken: freshId('op'),
      instanceType: 't3.small',
      securityGroupIds: [],
      instanceTags: tags,
      volumeTags: tags,
      encryption: { devices: ['/dev/xvda'] },
    });
    const launched = await until(
      () => scope.instances.describe(instanceId),
      (answer) => answer?.state === 'running',
    );
    assert.deepEqual(
      launched?.volumes.map(({ encrypted, device }) => ({ encrypted, device })),
      [{ encrypted: true, device: '/dev/xvda' }],
    );
    assert.equal(launched?.configuration.imdsSupport, 'v2.0');
    const protect = await open({ to: 'protect' });
    const [encrypted] = await protect.snapshots.createForInstance(instanceId, [], tagsOf());
    await until(
      () => protect.snapshots.describe([encrypted?.snapshotId ?? '']),
      ([snapshot]) => snapshot?.state === 'completed',
    );
    const far = await open({ to: 'protect', region: FAR });
    const copy = await far.snapshots.copyFrom(REGION, encrypted?.snapshotId ?? '', tagsOf());
    await until(
      () => far.snapshots.describe([copy.snapshotId]),
      ([snapshot]) => snapshot?.state === 'completed',
    );
    await assert.rejects(
      scope.instances.launch({
        imageId,
        clientToken: freshId('op'),
        instanceType: 't3.small',
        securityGroupIds: [],
        keyName: 'key-of-long-ago',
        instanceTags: tags,
        volumeTags: tags,
      }),
      { name: 'LaunchFailed', remedy: /The key pair is gone/ },
    );
    await (await open({ to: 'clean-up' })).images.deregister(imageId);
    await (await open({ to: 'clean-up' })).instances.terminate(instanceId);
  });
});
