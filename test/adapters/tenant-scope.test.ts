import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CreateSnapshotCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { TAG } from '../../core/domain/effect.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Tags, TenantAccess, TenantScope, TenantScopes } from '../../core/ports/tenant-scope.ts';
import { freshId } from './records.ts';
import { launchInstance, startWorld, until, type World } from './world.ts';

describe("reach into tenants' accounts, with the deployment's own roles and the shipped permissions", () => {
  let world: World;
  let scopes: TenantScopes;
  const jobId = freshId('job');
  const tagsOf = (operation: string): Tags => ({
    Name: 'Holdfast',
    [TAG.job]: jobId,
    [TAG.attempt]: '1',
    [TAG.operation]: operation,
  });

  const open = (requestMs?: number): TenantScopes => {
    const settings = clientSettings('own', 'eu-central-1', world.as('CleanUpRole'));
    return createTenantScopes({
      sts: new STSClient(settings),
      secrets: new SecretsManagerClient(settings),
      hubRoleArn: world.arn('HubRole'),
      region: 'eu-central-1',
      ...(requestMs === undefined ? {} : { requestMs }),
    });
  };

  before(async () => {
    world = await startWorld();
    scopes = open();
  });
  after(() => world.stop());

  /** How long Describe does not show what is new, ms. */
  const describeLag = async (describeLagMs: number): Promise<void> => {
    const answer = await fetch(`${world.cloud.endpoint}/_local/ec2/settings`, {
      method: 'PUT',
      headers: { 'x-local-control': world.cloud.controlToken },
      body: JSON.stringify({ describeLagMs }),
    });
    assert.equal(answer.status, 200);
  };

  /** Blocks of 512 KiB, as the guest writes them. */
  const guestWrites = async (volumeId: string, block: number, count: number): Promise<void> => {
    const url = `${world.cloud.endpoint}/_local/volumes/${volumeId}/data?offset=${block * 524_288}`;
    const headers = { 'x-local-control': world.cloud.controlToken };
    const answer = await fetch(url, { method: 'PUT', headers, body: Buffer.alloc(count * 524_288, (block % 250) + 1) });
    assert.equal(answer.status, 200, await answer.text());
  };

  const scopeOf = (tenant: number, to: TenantAccess['to'] = 'protect'): Promise<TenantScope> =>
    scopes.open(world.tenants[tenant] as TenantHypervisor, jobId, { to });

  it('sees an instance with its volumes and tags', async () => {
    const id = await launchInstance(world.ec2(0), 'web');
    const scope = await scopeOf(0);
    const seen = await until(
      () => scope.instances.describe(id),
      (answer) => answer?.state === 'running',
    );
    assert.equal(seen?.configuration.name, 'web');
    assert.equal(seen?.configuration.architecture, 'x86_64');
    assert.equal(seen?.configuration.platform, 'Linux/UNIX');
    assert.deepEqual(seen?.volumes.map(({ device }) => device).toSorted(), ['/dev/sdf', '/dev/sdg', '/dev/xvda']);
    assert.deepEqual(
      seen?.volumes.map(({ tags }) => tags),
      [{ owner: 'dba' }, { owner: 'dba' }, { owner: 'dba' }],
    );
    assert.equal(await scope.instances.describe('i-0123456789abcdef0'), undefined);
    assert.equal(await (await scopeOf(1)).instances.describe(id), undefined, "another tenant's looks absent");
  });

  it('names the job in every trace that it leaves', async () => {
    await (await scopeOf(0)).instances.findByTag('x', 'y');
    const [record] = (await world.cloud.trail.records({ eventName: 'DescribeInstances' })).slice(-1);
    assert.match(JSON.stringify(record), new RegExp(`assumed-role/holdfast-tenant/${jobId}`));
  });

  it('takes one set of snapshots an operation, without the volumes left out', async () => {
    const id = await launchInstance(world.ec2(0), 'db');
    const scope = await scopeOf(0);
    const instance = await until(
      () => scope.instances.describe(id),
      (answer) => answer?.state === 'running',
    );
    const volumeAt = (device: string) => instance?.volumes.find((each) => each.device === device)?.volumeId ?? '';
    const operation = freshId('op');
    const made = await scope.snapshots.createForInstance(id, [volumeAt('/dev/sdf')], tagsOf(operation));
    assert.deepEqual(
      made.map(({ volumeId }) => volumeId).toSorted(),
      [volumeAt('/dev/xvda'), volumeAt('/dev/sdg')].toSorted(),
    );
    assert.equal(made[0]?.tags[TAG.operation], operation);
    const again = await scope.snapshots.createForInstance(id, [volumeAt('/dev/sdf')], tagsOf(operation));
    const ids = (list: typeof made) => list.map(({ snapshotId }) => snapshotId).toSorted();
    assert.deepEqual(ids(again), ids(made));
    const withoutRoot = await scope.snapshots.createForInstance(id, [volumeAt('/dev/xvda')], tagsOf(freshId('op')));
    assert.equal(withoutRoot.length, 2);
    const known = ids(made);
    const seen = await until(
      () => scope.snapshots.describe([...known, 'snap-0123456789abcdef0']),
      (answer) => answer.every(({ state }) => state === 'completed'),
    );
    assert.deepEqual(ids(seen), known, 'one that is gone is just not there');
    for (const snapshotId of known) await scope.snapshots.delete(snapshotId);
    for (const snapshotId of known) await scope.snapshots.delete(snapshotId);
    assert.deepEqual(await scope.snapshots.describe(known), []);
    assert.deepEqual(await scope.snapshots.describe([]), []);
  });

  it('says that an instance is not there', async () => {
    const scope = await scopeOf(0);
    await assert.rejects(scope.snapshots.createForInstance('i-0123456789abcdef0', [], tagsOf(freshId('op'))), {
      name: 'InstanceNotFound',
    });
  });

  it('adopts the set when the answer of its creation is lost', async () => {
    const id = await launchInstance(world.ec2(0), 'lost answer');
    const scope = await open(1_500).open(world.tenants[0], jobId, { to: 'protect' });
    await until(
      () => scope.instances.describe(id),
      (answer) => answer?.state === 'running',
    );
    const operation = freshId('op');
    const fault = world.cloud.faults.add({
      service: 'ec2',
      operation: 'CreateSnapshots',
      kind: 'timeout-after',
      nth: 1,
    });
    const made = await scope.snapshots.createForInstance(id, [], tagsOf(operation));
    assert.equal(fault.fired, 1);
    fault.remove();
    assert.equal(made.length, 3);
    assert.equal((await scope.snapshots.findByTag(TAG.operation, operation)).length, 3);
  });

  it('keeps the earlier of two sets of one operation, and deletes the other', async () => {
    const id = await launchInstance(world.ec2(0), 'twice');
    const scope = await scopeOf(0);
    await until(
      () => scope.instances.describe(id),
      (answer) => answer?.state === 'running',
    );
    const operation = freshId('op');
    await describeLag(60_000);
    const first = await scope.snapshots.createForInstance(id, [], tagsOf(operation));
    const second = await scope.snapshots.createForInstance(id, [], tagsOf(operation));
    await describeLag(0);
    assert.equal((await scope.snapshots.findByTag(TAG.operation, operation)).length, 6);
    const kept = await scope.snapshots.createForInstance(id, [], tagsOf(operation));
    assert.equal(kept.length, 3);
    const ids = (list: typeof kept) => list.map(({ snapshotId }) => snapshotId).toSorted();
    assert.deepEqual(ids(kept), ids(first));
    assert.notDeepEqual(ids(kept), ids(second));
    const left = await scope.snapshots.findByTag(TAG.operation, operation);
    assert.deepEqual(ids(left), ids(first));
  });

  it('says AccountAtLimit when it is throttled, TransientFailure when AWS fails, and does nothing twice', async () => {
    const scope = await scopeOf(0);
    for (const kind of ['throttle', 'error-500', 'error-503', 'reset'] as const) {
      const fault = world.cloud.faults.add({ service: 'ec2', operation: 'DescribeSnapshots', kind });
      await assert.rejects(scope.snapshots.findByTag('a', 'b'), {
        name: kind === 'throttle' ? 'AccountAtLimit' : 'TransientFailure',
      });
      assert.equal(fault.fired, 1, `${kind}: one layer retries, and it is not this one`);
      fault.remove();
    }
  });

  it('cannot delete what we did not make, and says which permission that would take', async () => {
    const id = await launchInstance(world.ec2(0), 'own snapshot');
    const scope = await scopeOf(0);
    const instance = await until(
      () => scope.instances.describe(id),
      (answer) => answer?.state === 'running',
    );
    const { SnapshotId = '' } = await world
      .ec2(0)
      .send(new CreateSnapshotCommand({ VolumeId: instance?.volumes[0]?.volumeId }));
    await assert.rejects(scope.snapshots.delete(SnapshotId), {
      name: 'TenantAccessLost',
      message: /ec2:DeleteSnapshot/,
    });
    const restore = await scopeOf(0, 'restore');
    await assert.rejects(restore.instances.terminate(id), { name: 'TenantAccessLost' });
    await assert.rejects(restore.volumes.tag(instance?.volumes[0]?.volumeId ?? '', { a: 'b' }), {
      name: 'TenantAccessLost',
    });
    const { Snapshots } = await world.ec2(0).send(new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] }));
    assert.equal(Snapshots?.length, 1);
  });

  it('restores an instance by way of snapshots and an image, and takes all of it away again', async () => {
    const id = await launchInstance(world.ec2(0), 'to restore');
    const protect = await scopeOf(0);
    const scope = await scopeOf(0, 'restore');
    // a restore takes nothing away by itself: the cleanup does
    const cleanup = await scopeOf(0, 'clean-up');
    const source = await until(
      () => scope.instances.describe(id),
      (answer) => answer?.state === 'running',
    );
    assert.ok(source);
    const set = await protect.snapshots.createForInstance(id, [], tagsOf(freshId('op')));
    await until(
      () => scope.snapshots.describe(set.map(({ snapshotId }) => snapshotId)),
      (answer) => answer.every(({ state }) => state === 'completed'),
    );
    const restoreTags: Tags = { ...tagsOf(freshId('op')), [TAG.restore]: 'rp-1' };
    const image = {
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
      tags: restoreTags,
    };
    const { imageId } = await scope.images.register(image);
    assert.equal((await scope.images.register(image)).imageId, imageId, 'found by its name');
    await assert.rejects(scope.images.register({ ...image, tags: { ...restoreTags, [TAG.operation]: 'another' } }), {
      name: 'LaunchFailed',
    });
    assert.deepEqual(await scope.images.findByTag(TAG.operation, restoreTags[TAG.operation] ?? ''), [imageId]);

    const launch = {
      imageId,
      clientToken: freshId('op'),
      instanceType: 't3.small',
      securityGroupIds: source.configuration.securityGroupIds,
      ...(source.configuration.subnetId === undefined ? {} : { subnetId: source.configuration.subnetId }),
      instanceTags: { ...restoreTags, Name: 'restored' },
      volumeTags: restoreTags,
    };
    const { instanceId } = await scope.instances.launch(launch);
    assert.equal((await scope.instances.launch(launch)).instanceId, instanceId);
    await assert.rejects(
      scope.instances.launch({ ...launch, clientToken: 'x', subnetId: 'subnet-0123456789abcdef0' }),
      {
        name: 'LaunchFailed',
        remedy: /subnet is gone/,
      },
    );
    const restored = await until(
      () => scope.instances.describe(instanceId),
      (answer) => answer?.state === 'running',
    );
    assert.equal(restored?.volumes.length, 3);
    await scope.volumes.tag(restored?.volumes[0]?.volumeId ?? '', { owner: 'dba' });
    await scope.instances.setDeleteOnTermination(instanceId, { '/dev/sdf': false });
    const changed = await scope.instances.describe(instanceId);
    assert.deepEqual(
      changed?.volumes.filter(({ deleteOnTermination }) => !deleteOnTermination).map(({ device }) => device),
      ['/dev/sdf'],
    );
    await cleanup.images.deregister(imageId);
    await cleanup.images.deregister(imageId);
    for (const { snapshotId } of set) await cleanup.snapshots.delete(snapshotId);
    await assert.rejects(scope.instances.terminate(instanceId), { name: 'TenantAccessLost' });
    await cleanup.instances.terminate(instanceId);
    await until(
      () => scope.instances.describe(instanceId),
      (answer) => answer === undefined,
    );
    assert.deepEqual(await scope.instances.findByTag(TAG.restore, 'rp-1'), []);
    await cleanup.instances.terminate('i-0123456789abcdef0');
  });

  it('lists what changed between two snapshots, and starts a snapshot once', async () => {
    const id = await launchInstance(world.ec2(0), 'changing');
    const scope = await scopeOf(0);
    const instance = await until(
      () => scope.instances.describe(id),
      (answer) => answer?.state === 'running',
    );
    const volumeId = instance?.volumes.find(({ device }) => device === '/dev/sdf')?.volumeId ?? '';
    const snapshotNow = async (): Promise<string> => {
      const set = await scope.snapshots.createForInstance(id, [], tagsOf(freshId('op')));
      await until(
        () => scope.snapshots.describe(set.map(({ snapshotId }) => snapshotId)),
        (answer) => answer.every(({ state }) => state === 'completed'),
      );
      return set.find((each) => each.volumeId === volumeId)?.snapshotId ?? '';
    };
    await guestWrites(volumeId, 0, 1);
    const base = await snapshotNow();
    await guestWrites(volumeId, 3, 2);
    await guestWrites(volumeId, 2_047, 1);
    const next = await snapshotNow();
    assert.deepEqual(await scope.snapshots.changedBlocks(base, next, 0, 100_000), {
      ranges: [
        [3, 5],
        [2_047, 2_048],
      ],
    });
    assert.deepEqual((await scope.snapshots.changedBlocks(base, next, 4, 100_000)).ranges[0], [4, 5]);

    const token = freshId('op');
    const restore = await scopeOf(0, 'restore');
    const started = await restore.snapshots.start(1, token, tagsOf(token));
    assert.deepEqual(await restore.snapshots.start(1, token, tagsOf(token)), started);
    const [found] = await scope.snapshots.findByTag(TAG.operation, token);
    assert.deepEqual([found?.snapshotId, found?.state], [started.snapshotId, 'pending']);
    await scope.snapshots.delete(started.snapshotId);

    const other = (await scope.snapshots.findByTag(TAG.job, jobId)).find((each) => each.volumeId !== volumeId);
    for (const unrelated of [other?.snapshotId ?? '', started.snapshotId])
      await assert.rejects(scope.snapshots.changedBlocks(unrelated, next, 0, 100), { name: 'UnrelatedSnapshots' });
  });

  it('loses access when the role is gone, in words that show a tenant nothing of the service side', async () => {
    const [tenant] = world.tenants;
    const auth = {
      method: 'assume-role' as const,
      roleArn: `arn:aws:iam::${tenant.accountId}:role/holdfast-gone`,
      externalId: 'xx',
    };
    await assert.rejects(
      scopes.open({ ...tenant, auth }, jobId, { to: 'look' }),
      (error: Error & { tenantMessage?: string }) => {
        assert.equal(error.name, 'TenantAccessLost');
        assert.doesNotMatch(error.tenantMessage ?? '', /111111111111/);
        assert.match(error.tenantMessage ?? '', /holdfast-gone does not allow sts:AssumeRole/);
        return true;
      },
    );
  });

  it("does not get in with another tenant's ExternalId", async () => {
    const [a, b] = world.tenants;
    assert.equal(a.auth.method, 'assume-role');
    assert.equal(b.auth.method, 'assume-role');
    if (a.auth.method !== 'assume-role' || b.auth.method !== 'assume-role') return;
    const auth = { ...a.auth, externalId: b.auth.externalId };
    await assert.rejects(scopes.open({ ...a, auth }, jobId, { to: 'look' }), { name: 'TenantAccessLost' });
  });
});
