/** The restore's state machine itself, with an access node: from the library and from a snapshot, to every place. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { writeBytes } from '../../dev/demo/guest.ts';
import { leftInAccount } from '../../dev/demo/tenant-instance.ts';
import {
  hashesOf,
  instanceWithData,
  type Job,
  openWorld,
  startBackup,
  type Tenant,
  waitForCleanup,
  waitForJob,
} from '../stories/world.ts';

const start = async (tenant: Tenant, body: object): Promise<string> =>
  (await tenant.api.call(tenantRoutes.startRestore, { body: body as never })).jobId;
const resultOf = (job: Job) => {
  const result = job.instances?.[0]?.result;
  assert.ok(result, JSON.stringify(job));
  return result;
};

test('a restore goes to every place, from the library and from a snapshot, and leaves nothing behind', async (t) => {
  const world = await openWorld(t);
  const [acme] = world.tenants;
  const instance = await instanceWithData(world, acme, [1, 1], { seed: 31, mibPerPage: 2 });
  const ids = instance.volumes.map(({ volumeId }) => volumeId);
  const truth = await hashesOf(world, ids);
  const backup = await waitForJob(acme, await startBackup(acme, [instance.instanceId]));
  assert.equal(backup.state, 'completed', JSON.stringify(backup));
  const { jobId: snapshotJob } = await acme.api.call(tenantRoutes.startSnapshot, {
    body: { instanceIds: [instance.instanceId] },
  });
  const snapshot = await waitForJob(acme, snapshotJob);
  assert.equal(snapshot.state, 'completed', JSON.stringify(snapshot));
  await waitForCleanup(world, backup.jobId);
  await waitForCleanup(world, snapshotJob);
  const library = backup.instances?.[0]?.recoveryPointId as string;
  const snapshots = snapshot.instances?.[0]?.recoveryPointId as string;
  const [root, data] = ids as [string, string];
  const kept = (await leftInAccount(acme.ec2)).snapshots.length;

  const done = async (body: object): Promise<Job> => {
    const job = await waitForJob(acme, await start(acme, body));
    assert.equal(job.state, 'completed', JSON.stringify(job));
    await waitForCleanup(world, job.jobId);
    const { volumes } = resultOf(job);
    const hashes = await hashesOf(
      world,
      volumes.map(({ volumeId }) => volumeId),
    );
    for (const { volumeId, sourceVolumeId } of volumes) {
      assert.equal(hashes.get(volumeId), truth.get(sourceVolumeId), `${volumeId} is what ${sourceVolumeId} was`);
    }
    return job;
  };

  for (const [place, recoveryPointId] of [
    ['the library', library],
    ['a snapshot', snapshots],
  ] as const) {
    await t.test(`from ${place}: a new instance, a volume by itself, and one attached to an instance`, async () => {
      const [launched, alone, attached] = (
        await Promise.all([
          done({ recoveryPointId }),
          done({ recoveryPointId, target: { kind: 'volumes', volumeIds: [data] } }),
          done({ recoveryPointId, target: { kind: 'attach', instanceId: instance.instanceId, volumeIds: [root] } }),
        ])
      ).map(resultOf);
      assert.notEqual(launched?.instanceId, instance.instanceId);
      assert.deepEqual([launched?.volumes.length, launched?.volumeTagsLeftOut], [2, place === 'a snapshot' ? 0 : 2]);
      assert.deepEqual([alone?.instanceId, alone?.volumes.length], [undefined, 1]);
      const left = await leftInAccount(acme.ec2);
      assert.ok(left.looseVolumes.includes(alone?.volumes[0]?.volumeId ?? ''));
      assert.deepEqual([left.snapshots.length, left.images], [kept, []]);
      assert.deepEqual([attached?.instanceId, attached?.volumes.length], [instance.instanceId, 1]);
    });
    await t.test(`from ${place}: in place, over what is there now`, async () => {
      await writeBytes(world.local, root, 4_096, Buffer.alloc(4_096, 7));
      const target = { kind: 'in-place', overwrite: true, replacedVolumes: place === 'a snapshot' ? 'remove' : 'keep' };
      const { replacedVolumes, volumes } = resultOf(await done({ recoveryPointId, target }));
      assert.equal(volumes.length, 2);
      assert.deepEqual(
        replacedVolumes?.map(({ kept }) => kept),
        [place !== 'a snapshot', place !== 'a snapshot'],
      );
      const { Reservations } = await acme.ec2.send(
        new DescribeInstancesCommand({ InstanceIds: [instance.instanceId] }),
      );
      const now = Reservations?.[0]?.Instances?.[0];
      assert.equal(now?.State?.Name, 'running');
      for (const { volumeId } of volumes) {
        assert.ok(now?.BlockDeviceMappings?.some(({ Ebs }) => Ebs?.VolumeId === volumeId));
      }
    });
  }

  await t.test('in place, cancelled: the instance is as it was', async () => {
    const before = await acme.ec2.send(new DescribeInstancesCommand({ InstanceIds: [instance.instanceId] }));
    const target = { kind: 'in-place', overwrite: true };
    const jobId = await start(acme, { recoveryPointId: snapshots, target });
    await waitForJob(acme, jobId, (job) => job.instances?.[0]?.phase === 'replacing volumes');
    await acme.api.call(tenantRoutes.cancelJob, { params: { jobId } });
    assert.equal((await waitForJob(acme, jobId)).state, 'cancelled');
    await waitForCleanup(world, jobId);
    const after = await acme.ec2.send(new DescribeInstancesCommand({ InstanceIds: [instance.instanceId] }));
    const mappings = (answer: typeof before) =>
      answer.Reservations?.[0]?.Instances?.[0]?.BlockDeviceMappings?.map(({ DeviceName, Ebs }) => [
        DeviceName,
        Ebs?.VolumeId,
        Ebs?.DeleteOnTermination,
      ]).toSorted();
    assert.deepEqual(mappings(after), mappings(before));
    assert.match(after.Reservations?.[0]?.Instances?.[0]?.State?.Name ?? '', /pending|running/);
  });
});
