import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { leftInAccount, type TenantInstance } from '../../dev/demo/tenant-instance.ts';
import {
  completed,
  describeInstance,
  eventually,
  idsOf,
  launch,
  ownerEc2,
  pointOf,
  restored,
  run,
  volumesOf,
  write,
} from './tenant-days.ts';
import { hashesOf, openWorld, type Tenant, type World, waitForCleanup, waitForJob } from './world.ts';

interface Point {
  readonly recoveryPointId: string;
  readonly from: 'snapshot' | 'library';
  readonly truth: ReadonlyMap<string, string>;
}

/** One recovery point of each kind; the backup is older than the snapshot and its copy. */
const threeKinds = async (world: World, tenant: Tenant, instance: TenantInstance, seed: number) => {
  const ids = idsOf(instance);
  const body = { instanceIds: [instance.instanceId] };
  const before = await hashesOf(world, ids);
  const streaming = pointOf(await run(world, tenant, 'startBackup', body));
  for (const [at, id] of ids.entries()) await write(world, id, seed + at, 40);
  const truth = await hashesOf(world, ids);
  const snapshot = pointOf(await run(world, tenant, 'startSnapshot', { ...body, copyAtOnce: true }));
  const [copy] = await eventually(
    'the backup copy has begun',
    async () => (await tenant.api.call(tenantRoutes.listJobs, { query: { type: 'backup-copy' } })).items,
    ({ length }) => length > 0,
  );
  const copied = pointOf(await completed(world, tenant, copy?.jobId ?? ''));
  return {
    streaming: { recoveryPointId: streaming, from: 'library', truth: before },
    snapshot: { recoveryPointId: snapshot, from: 'snapshot', truth },
    'backup-copy': { recoveryPointId: copied, from: 'library', truth },
  } as const satisfies Record<string, Point>;
};

type Target = Parameters<typeof restored>[3]['target'];
const restore = (world: World, tenant: Tenant, { truth, ...point }: Point, target: Target, more: object = {}) =>
  restored(world, tenant, truth, { ...point, target, ...more });

const inTurn = async <T>(all: readonly (() => Promise<T>)[]): Promise<T[]> => {
  const results: T[] = [];
  for (const one of all) results.push(await one());
  return results;
};

const looseVolumes = async ({ ec2 }: Tenant): Promise<readonly string[]> =>
  (await leftInAccount(ec2)).looseVolumes.toSorted();
const attached = async (tenant: Tenant, instanceId: string) => volumesOf(await describeInstance(tenant, instanceId));

test('O4: from all three kinds of recovery point: a new instance, in place, single volumes, attached', async (t) => {
  const world = await openWorld(t);
  const [acme, globex] = world.tenants;
  const data = (more: object = {}) => ({
    BlockDeviceMappings: [{ DeviceName: 'xvdf', Ebs: { VolumeSize: 1, ...more } }],
  });
  const [linux, windows] = await Promise.all([
    launch(world, acme, 41, data({ Encrypted: true })),
    launch(world, globex, 42, { image: 'windows', ...data() }),
  ]);
  const [ofAcme, ofGlobex] = await Promise.all([
    threeKinds(world, acme, linux, 410),
    threeKinds(world, globex, windows, 420),
  ]);
  const snapshots = new Map<Tenant, number>();
  for (const tenant of world.tenants) snapshots.set(tenant, (await leftInAccount(tenant.ec2)).snapshots.length);
  const assertNothingElse = async (): Promise<void> => {
    for (const tenant of world.tenants) {
      const left = await leftInAccount(tenant.ec2);
      assert.deepEqual([left.snapshots.length, left.images], [snapshots.get(tenant), []]);
    }
  };

  await t.test(
    'a new instance, like the old one or as it is asked for; a licensed platform keeps its licence',
    async () => {
      const owner = ownerEc2(world, acme);
      const { Subnets = [] } = await owner.send(new DescribeSubnetsCommand({}));
      const old = await describeInstance(acme, linux.instanceId);
      const subnet = Subnets.find(({ AvailabilityZone }) => AvailabilityZone !== old.Placement?.AvailabilityZone);
      const { SecurityGroups = [] } = await owner.send(new DescribeSecurityGroupsCommand({}));
      const securityGroupIds = SecurityGroups.slice(0, 1).map(({ GroupId }) => GroupId ?? '');
      const asked = {
        kind: 'new-instance',
        name: 'elsewhere',
        instanceType: 'm6i.large',
        subnetId: subnet?.SubnetId ?? '',
        securityGroupIds,
      } as const;
      const same = { kind: 'new-instance' } as const;
      // One at a time for each tenant: what runs side by side is begun anew as often, functions above all.
      const [[elsewhere, ...fromAcme], fromGlobex] = await Promise.all([
        inTurn([
          () => restore(world, acme, ofAcme.streaming, asked),
          () => restore(world, acme, ofAcme['backup-copy'], same),
          () => restore(world, acme, ofAcme.snapshot, same),
        ]),
        inTurn([
          () => restore(world, globex, ofGlobex.streaming, same),
          () => restore(world, globex, ofGlobex.snapshot, same),
        ]),
      ]);
      const there = await describeInstance(acme, elsewhere?.instanceId ?? '');
      assert.deepEqual(
        [there.State?.Name, there.InstanceType, there.SubnetId, there.Placement?.AvailabilityZone],
        ['running', 'm6i.large', subnet?.SubnetId, subnet?.AvailabilityZone],
      );
      assert.deepEqual(
        there.SecurityGroups?.map(({ GroupId }) => GroupId),
        securityGroupIds,
      );
      assert.ok(there.Tags?.some(({ Key, Value }) => Key === 'Name' && Value === 'elsewhere'));
      const again = (tenant: Tenant, all: readonly { instanceId?: string | undefined }[]) =>
        all.map(({ instanceId }) => ({ tenant, instanceId }));
      for (const { tenant, instanceId } of [...again(acme, fromAcme), ...again(globex, fromGlobex)]) {
        const now = await describeInstance(tenant, instanceId ?? '');
        const before = await describeInstance(tenant, tenant === acme ? linux.instanceId : windows.instanceId);
        assert.notEqual(now.InstanceId, before.InstanceId);
        assert.deepEqual(
          [
            now.State?.Name,
            now.InstanceType,
            now.SubnetId,
            now.PlatformDetails,
            now.Architecture,
            now.CurrentInstanceBootMode,
          ],
          [
            'running',
            before.InstanceType,
            before.SubnetId,
            before.PlatformDetails,
            before.Architecture,
            before.CurrentInstanceBootMode,
          ],
        );
        assert.deepEqual(
          volumesOf(now).map(({ device }) => device),
          volumesOf(before).map(({ device }) => device),
        );
      }
      assert.equal((await describeInstance(globex, windows.instanceId)).PlatformDetails, 'Windows');
      assert.deepEqual([await looseVolumes(acme), await looseVolumes(globex)], [[], []], 'a donor’s volumes are gone');
      await assertNothingElse();
    },
  );

  await t.test('in place: over what is there; the old volumes are kept, or removed if that is asked for', async () => {
    const inPlace = async (tenant: Tenant, { instanceId }: TenantInstance, point: Point, remove: boolean) => {
      const old = await attached(tenant, instanceId);
      const ids = old.map(({ volumeId }) => volumeId);
      for (const id of ids) await write(world, id, 77, 90);
      const spoilt = await hashesOf(world, ids);
      const loose = await looseVolumes(tenant);
      const { replacedVolumes, volumes } = await restore(world, tenant, point, {
        kind: 'in-place',
        overwrite: true,
        replacedVolumes: remove ? 'remove' : 'keep',
      });
      assert.deepEqual(
        replacedVolumes?.toSorted((a, b) => (a.volumeId < b.volumeId ? -1 : 1)),
        old
          .map(({ device, volumeId }) => ({ device, volumeId, kept: !remove }))
          .toSorted((a, b) => (a.volumeId < b.volumeId ? -1 : 1)),
      );
      const now = await attached(tenant, instanceId);
      assert.deepEqual(now.map(({ volumeId }) => volumeId).sort(), volumes.map(({ volumeId }) => volumeId).sort());
      const places = (all: typeof now) => all.map(({ device, deletedWithInstance }) => [device, deletedWithInstance]);
      assert.deepEqual(places(now), places(old));
      assert.equal((await describeInstance(tenant, instanceId)).State?.Name, 'running');
      assert.deepEqual(await looseVolumes(tenant), [...loose, ...(remove ? [] : ids)].sort());
      if (!remove) assert.deepEqual(await hashesOf(world, ids), spoilt, 'as they were when they were replaced');
    };
    await Promise.all([
      inPlace(acme, linux, ofAcme.snapshot, false),
      inPlace(globex, windows, ofGlobex.streaming, false).then(() =>
        inPlace(globex, windows, ofGlobex['backup-copy'], true),
      ),
    ]);
    await assertNothingElse();
  });

  await t.test('in place, failed or cancelled in the middle: the instance is as it was', async () => {
    const asItWas = async (
      tenant: Tenant,
      { instanceId }: TenantInstance,
      { truth: _truth, ...point }: Point,
      stop: (jobId: string) => Promise<void>,
      state: string,
    ) => {
      const old = await attached(tenant, instanceId);
      const hashes = await hashesOf(
        world,
        old.map(({ volumeId }) => volumeId),
      );
      const loose = await looseVolumes(tenant);
      const { jobId } = await tenant.api.call(tenantRoutes.startRestore, {
        body: { ...point, target: { kind: 'in-place', overwrite: true } },
      });
      await stop(jobId);
      const job = await waitForJob(tenant, jobId);
      assert.equal(job.state, state, JSON.stringify(job));
      await waitForCleanup(world, jobId);
      await eventually(
        `${instanceId} runs`,
        () => describeInstance(tenant, instanceId),
        ({ State }) => State?.Name === 'running',
      );
      assert.deepEqual(await attached(tenant, instanceId), old);
      assert.deepEqual(await hashesOf(world, [...hashes.keys()]), hashes);
      assert.deepEqual(await looseVolumes(tenant), loose);
    };
    const own = new Set((await attached(acme, linux.instanceId)).map(({ volumeId }) => volumeId));
    const fault = world.local.cloud.faults.add({
      service: 'ec2',
      operation: 'AttachVolume',
      kind: 'access-denied',
      where: (input) => {
        const { InstanceId, VolumeId } = input as { InstanceId: string; VolumeId: string };
        return InstanceId === linux.instanceId && !own.has(VolumeId);
      },
    });
    await Promise.all([
      asItWas(acme, linux, ofAcme.snapshot, async () => {}, 'failed'),
      asItWas(
        globex,
        windows,
        ofGlobex.snapshot,
        async (jobId) => {
          await waitForJob(globex, jobId, (job) => job.instances?.[0]?.phase === 'replacing volumes');
          await globex.api.call(tenantRoutes.cancelJob, { params: { jobId } });
        },
        'cancelled',
      ),
    ]);
    assert.ok(fault.fired > 0);
    fault.remove();
    await assertNothingElse();
  });

  await t.test('single volumes, under the key that they had or the one that was chosen; or attached', async () => {
    const [root, disk] = idsOf(linux) as [string, string];
    const [winRoot, winDisk] = idsOf(windows) as [string, string];
    const kms = new KMSClient({
      endpoint: world.local.cloud.endpoint,
      region: world.local.place.region,
      credentials: acme.user,
    });
    const chosen = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
    const [[kept, under], [front, back]] = await Promise.all([
      inTurn([
        () => restore(world, acme, ofAcme.streaming, { kind: 'volumes', volumeIds: [disk] }),
        () => restore(world, acme, ofAcme['backup-copy'], { kind: 'volumes' }, { kmsKeyId: chosen }),
      ]),
      inTurn([
        () =>
          restore(world, globex, ofGlobex.streaming, {
            kind: 'attach',
            instanceId: windows.instanceId,
            volumeIds: [winDisk],
          }),
        () =>
          restore(world, globex, ofGlobex.snapshot, {
            kind: 'attach',
            instanceId: windows.instanceId,
            volumeIds: [winRoot],
            devices: { [winRoot]: 'xvdp' },
          }),
      ]),
    ]);
    assert.ok(kept && under && front && back);
    const keysOf = async (ids: readonly { readonly volumeId: string }[]) => {
      const VolumeIds = ids.map(({ volumeId }) => volumeId);
      const { Volumes = [] } = await acme.ec2.send(new DescribeVolumesCommand({ VolumeIds }));
      return VolumeIds.map((id) => Volumes.find(({ VolumeId }) => VolumeId === id)?.KmsKeyId);
    };
    const [, own] = await keysOf([{ volumeId: root }, { volumeId: disk }]);
    assert.match(own ?? '', /^arn:aws:kms:/, 'under the account’s default key');
    assert.deepEqual(await keysOf(kept.volumes), [own]);
    assert.deepEqual(await keysOf(under.volumes), [chosen, chosen]);
    const now = new Map((await attached(globex, windows.instanceId)).map(({ device, volumeId }) => [volumeId, device]));
    assert.equal(now.get(front.volumes[0]?.volumeId ?? ''), front.volumes[0]?.device);
    assert.equal(now.get(back.volumes[0]?.volumeId ?? ''), 'xvdp');
    assert.equal(now.size, 4);
    await assertNothingElse();
  });
});
