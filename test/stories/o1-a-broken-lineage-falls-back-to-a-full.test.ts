import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  ModifyVolumeCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { leftInAccount } from '../../dev/demo/tenant-instance.ts';
import { ec2Of } from '../../local/ec2/ec2.ts';
import {
  describeInstance,
  eventually,
  idsOf,
  launch,
  pointOf,
  restored,
  run,
  volumesOf,
  write,
} from './tenant-days.ts';
import { hashesOf, type Job, openWorld, type Tenant, type World } from './world.ts';

const data = (device: string) => ({ DeviceName: device, Ebs: { VolumeSize: 1 } });

/** By volume: how it was read, and why in full. */
const levels = (job: Job) =>
  new Map(job.instances?.[0]?.volumes?.map(({ volumeId, level, reason }) => [volumeId, { level, reason }]));

/** As whoever rebuilds a system disk does. */
const replaceRoot = async (world: World, tenant: Tenant, instanceId: string): Promise<string> => {
  const { ec2 } = tenant;
  const instance = await describeInstance(tenant, instanceId);
  const [root] = volumesOf(instance);
  const made = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: instance.Placement?.AvailabilityZone, Size: 1, VolumeType: 'gp3' }),
  );
  const VolumeId = made.VolumeId ?? '';
  const until = (state: string, id: string) =>
    eventually(
      `${id} is ${state}`,
      async () => (await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes?.[0]?.State,
      (now) => now === state,
    );
  const comesTo = (state: string) =>
    eventually(
      `${instanceId} is ${state}`,
      () => describeInstance(tenant, instanceId),
      ({ State }) => State?.Name === state,
    );
  await ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
  await Promise.all([comesTo('stopped'), until('available', VolumeId)]);
  await ec2.send(new DetachVolumeCommand({ VolumeId: root?.volumeId }));
  await until('available', root?.volumeId ?? '');
  await ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId: instanceId, Device: instance.RootDeviceName }));
  await until('in-use', VolumeId);
  await ec2.send(new StartInstancesCommand({ InstanceIds: [instanceId] }));
  await comesTo('running');
  await write(world, VolumeId, 199, 3);
  return VolumeId;
};

test('O1: where a volume has nothing to be compared with any more it is read in full, and the backup says why', async (t) => {
  const world = await openWorld(t);
  const [acme, globex] = world.tenants;
  const devices = ['/dev/sdf', '/dev/sdg', '/dev/sdh', '/dev/sdi'];
  const [ofAcme, ofGlobex] = await Promise.all([
    launch(world, acme, 11, { BlockDeviceMappings: devices.map(data) }),
    launch(world, globex, 12),
  ]);
  const [, resized, bare, unrelated, usual] = idsOf(ofAcme) as [string, string, string, string, string];
  const backup = (tenant: Tenant, instanceId: string) =>
    run(world, tenant, 'startBackup', { instanceIds: [instanceId] });

  await t.test('the first backup of an instance is a full one', async () => {
    for (const job of await Promise.all([backup(acme, ofAcme.instanceId), backup(globex, ofGlobex.instanceId)])) {
      for (const { level, reason } of levels(job).values()) {
        assert.deepEqual([level, reason], ['full', 'there is no earlier backup of the instance']);
      }
    }
  });

  await t.test(
    'one volume resized, one replaced, one without its snapshot, one of unknown lineage, one as ever',
    async () => {
      await acme.ec2.send(new ModifyVolumeCommand({ VolumeId: resized, Size: 2 }));
      const Filters = [{ Name: 'volume-id', Values: [bare] }];
      const { Snapshots = [] } = await acme.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters }));
      assert.equal(Snapshots.length, 1);
      const base = Snapshots[0]?.SnapshotId ?? '';
      await acme.ec2.send(new DeleteSnapshotCommand({ SnapshotId: base }));
      // EBS does not say when it forgets what descends from what: only that it has.
      ec2Of(world.local.cloud.kernel).volumes.change(unrelated, { lineage: 'another' });
      const root = await replaceRoot(world, acme, ofAcme.instanceId);
      for (const [at, id] of [resized, bare, unrelated, usual].entries()) await write(world, id, 120 + at, 40);
      await write(world, idsOf(ofGlobex)[0] ?? '', 130, 40);
      const now = [root, resized, bare, unrelated, usual];
      const truth = await hashesOf(world, now);

      const [job, other] = await Promise.all([backup(acme, ofAcme.instanceId), backup(globex, ofGlobex.instanceId)]);
      const found = levels(job);
      assert.deepEqual([...found.keys()].sort(), now.toSorted());
      for (const [id, reason] of [
        [root, /the earlier backup does not hold the volume/],
        [resized, /the volume was resized/],
        [bare, new RegExp(`the snapshot of the earlier backup, ${base}, is gone`)],
        [unrelated, /EBS knows no lineage/],
      ] as const) {
        assert.equal(found.get(id)?.level, 'full', id);
        assert.match(found.get(id)?.reason ?? '', reason);
      }
      const incremental = { level: 'incremental', reason: undefined };
      assert.deepEqual(found.get(usual), incremental);
      assert.deepEqual([...levels(other).values()], [incremental], 'nothing was broken at the other tenant');

      const recoveryPointId = pointOf(job);
      const point = await acme.api.call(tenantRoutes.getRecoveryPoint, { params: { recoveryPointId } });
      for (const { volumeId, level, reason } of point.volumes) assert.deepEqual({ level, reason }, found.get(volumeId));
      await restored(world, acme, truth, { recoveryPointId, target: { kind: 'volumes' } });
    },
  );

  await t.test('the next one is incremental again, and what was broken left nothing behind', async () => {
    await write(world, resized, 140, 1_500);
    const job = await backup(acme, ofAcme.instanceId);
    assert.deepEqual(new Set([...levels(job).values()].map(({ level }) => level)), new Set(['incremental']));
    const { transferred } = job.instances?.[0]?.counters ?? { transferred: Number.NaN };
    assert.ok(transferred > 0 && transferred <= 3, `${transferred} blocks`);
    const left = await leftInAccount(acme.ec2);
    const { Snapshots = [] } = await acme.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
    assert.deepEqual(new Set(Snapshots.map(({ VolumeId }) => VolumeId)).size, left.snapshots.length, 'one a volume');
  });
});
