import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeleteSnapshotCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { TAG } from '../../core/domain/effect.ts';
import { leftInAccount, type TenantInstance } from '../../dev/demo/tenant-instance.ts';
import { completed, eventually, idsOf, launch, pointOf, restored, run, write } from './tenant-days.ts';
import { hashesOf, openWorld, type Tenant, type World, waitForCleanup, waitForJob } from './world.ts';

/** A snapshot, and what the volumes held at that moment. */
const snapshot = async (world: World, tenant: Tenant, instance: TenantInstance, copyAtOnce = false) => {
  const truth = await hashesOf(world, idsOf(instance));
  const job = await run(world, tenant, 'startSnapshot', { instanceIds: [instance.instanceId], copyAtOnce });
  return { recoveryPointId: pointOf(job), truth };
};

const point = (tenant: Tenant, recoveryPointId: string) =>
  tenant.api.call(tenantRoutes.getRecoveryPoint, { params: { recoveryPointId } });

const copyOf = async (tenant: Tenant, recoveryPointId: string) => {
  const { copiedTo } = await point(tenant, recoveryPointId);
  assert.ok(copiedTo);
  const copy = await point(tenant, copiedTo);
  assert.deepEqual([copy.kind, copy.state, copy.copyOf], ['backup-copy', 'available', recoveryPointId]);
  return copy;
};

const copyJobs = async (tenant: Tenant) =>
  (await tenant.api.call(tenantRoutes.listJobs, { query: { type: 'backup-copy' } })).items;

test('O3: backup copies, at once and on demand, of what is not copied yet; restored from either place', async (t) => {
  const world = await openWorld(t);
  const [acme, globex] = world.tenants;
  const [ofAcme, ofGlobex] = await Promise.all([
    launch(world, acme, 31, { BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 1 } }] }),
    launch(world, globex, 32),
  ]);
  const [root, data] = idsOf(ofAcme) as [string, string];
  const acmes: Awaited<ReturnType<typeof snapshot>>[] = [];

  await t.test('at once: as soon as the snapshots are taken, a job of its own copies them', async () => {
    const taken = await snapshot(world, acme, ofAcme, true);
    acmes.push(taken);
    const [job] = await eventually(
      'the copy has begun',
      () => copyJobs(acme),
      (jobs) => jobs.length > 0,
    );
    assert.equal(job?.trigger, 'job');
    const done = await completed(world, acme, job?.jobId ?? '');
    assert.equal((await copyOf(acme, taken.recoveryPointId)).recoveryPointId, pointOf(done));
    assert.deepEqual(
      done.instances?.[0]?.volumes?.map(({ level }) => level),
      ['full', 'full'],
    );
  });

  await t.test('on demand: only what is not copied yet, oldest first, each compared with the one before', async () => {
    await write(world, data, 311, 40);
    acmes.push(await snapshot(world, acme, ofAcme));
    await write(world, root, 312, 60);
    acmes.push(await snapshot(world, acme, ofAcme));
    const job = await run(world, acme, 'startBackupCopy', { instanceIds: [ofAcme.instanceId] });
    const made = job.instances?.[0]?.recoveryPointIds ?? [];
    const copies = await Promise.all(acmes.slice(1).map(({ recoveryPointId }) => copyOf(acme, recoveryPointId)));
    assert.deepEqual(
      copies.map(({ recoveryPointId }) => recoveryPointId),
      made,
    );
    for (const { volumes } of copies) {
      assert.deepEqual(
        volumes.map(({ level }) => level),
        ['incremental', 'incremental'],
      );
    }
    assert.ok((job.instances?.[0]?.counters.transferred ?? 99) <= 8, JSON.stringify(job.instances?.[0]?.counters));

    const again = await run(world, acme, 'startBackupCopy', { instanceIds: [ofAcme.instanceId] });
    assert.deepEqual(again.instances?.flatMap(({ recoveryPointIds = [] }) => recoveryPointIds) ?? [], []);
    assert.equal((await copyJobs(acme)).length, 3);
  });

  await t.test('restored from either place: the snapshot is nearer, the library if it is told so', async () => {
    const [first, second, third] = acmes as [(typeof acmes)[0], (typeof acmes)[0], (typeof acmes)[0]];
    const target = { kind: 'volumes' } as const;
    const copy = await copyOf(acme, third.recoveryPointId);
    const cases = [
      { of: second, from: 'library', leftOut: 2 },
      { of: third, from: 'nearest', leftOut: 0 },
      { of: { ...third, recoveryPointId: copy.recoveryPointId }, from: 'nearest', leftOut: 0 },
      {
        of: { ...first, recoveryPointId: (await copyOf(acme, first.recoveryPointId)).recoveryPointId },
        from: 'library',
        leftOut: 2,
      },
    ] as const;
    for (const { of, from, leftOut } of cases) {
      const body = { recoveryPointId: of.recoveryPointId, from, target };
      const preview = await acme.api.call(tenantRoutes.previewRestore, { body });
      assert.equal(preview.from, from === 'nearest' ? 'snapshot' : from);
      const { volumeTagsLeftOut } = await restored(world, acme, of.truth, body);
      assert.equal(volumeTagsLeftOut, leftOut, `${from}: the place decides on the volumes’ tags`);
    }
  });

  await t.test('a snapshot that somebody has deleted is passed over and named; those after it are copied', async () => {
    const [lost, kept] = [await snapshot(world, globex, ofGlobex), await snapshot(world, globex, ofGlobex)];
    const Filters = [{ Name: `tag:${TAG.recoveryPoint}`, Values: [lost.recoveryPointId] }];
    const { Snapshots = [] } = await globex.ec2.send(new DescribeSnapshotsCommand({ Filters }));
    for (const { SnapshotId } of Snapshots) await globex.ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
    const body = { instanceIds: [ofGlobex.instanceId] };
    const { jobId } = await globex.api.call(tenantRoutes.startBackupCopy, { body });
    const job = await waitForJob(globex, jobId);
    await waitForCleanup(world, jobId);
    assert.equal(job.state, 'completed with errors', JSON.stringify(job));
    assert.match(job.instances?.[0]?.error?.message ?? '', new RegExp(`${lost.recoveryPointId} cannot be copied`));
    assert.equal((await point(globex, lost.recoveryPointId)).copiedTo, undefined);
    await copyOf(globex, kept.recoveryPointId);
    await assert.rejects(
      globex.api.call(tenantRoutes.startRestore, { body: { recoveryPointId: lost.recoveryPointId, from: 'library' } }),
      /not in the library/,
    );
    await restored(world, globex, kept.truth, { recoveryPointId: kept.recoveryPointId, from: 'library' });
  });

  await t.test('a streaming backup goes on from the newest copy', async () => {
    await write(world, data, 313, 80);
    const backup = await run(world, acme, 'startBackup', { instanceIds: [ofAcme.instanceId] });
    assert.deepEqual(
      backup.instances?.[0]?.volumes?.map(({ level }) => level),
      ['incremental', 'incremental'],
      JSON.stringify(backup.instances),
    );
  });

  await t.test('one tenant cannot have another’s snapshot copied: it is as good as absent', async () => {
    const refusal = (recoveryPointId: string): Promise<string> =>
      globex.api
        .call(tenantRoutes.startBackupCopy, { body: { recoveryPointIds: [recoveryPointId] } })
        .then(() => 'started', String);
    const refused = await refusal(acmes[0]?.recoveryPointId ?? '');
    assert.match(refused, /no recovery point of that id/);
    assert.equal(refused, await refusal(`rp-${'0'.repeat(32)}`));
    // The snapshots of three points with two volumes each, and those that the streaming backup left.
    assert.equal((await leftInAccount(acme.ec2)).snapshots.length, 3 * 2 + 2);
    assert.equal((await leftInAccount(globex.ec2)).snapshots.length, 1);
  });
});
