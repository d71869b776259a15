import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { leftInAccount } from '../../dev/demo/tenant-instance.ts';
import { instanceWithData, openWorld, startBackup, startRestore, waitForCleanup, waitForJob } from './world.ts';

test('jobs are cancelled in the middle of their transfer: they end as cancelled, and nothing stays in the tenants’ accounts', async (t) => {
  const world = await openWorld(t, { overrides: { blockRate: '4' } });
  const [acme, globex] = world.tenants;
  const instance = await instanceWithData(world, acme, [1], { seed: 5, mibPerPage: 24 });
  const other = await instanceWithData(world, globex, [1], { seed: 6, mibPerPage: 1 });
  const done = await waitForJob(globex, await startBackup(globex, [other.instanceId], { level: 'full' }));
  assert.equal(done.state, 'completed', JSON.stringify(done));
  const cancel = (tenant: typeof acme, jobId: string) => tenant.api.call(tenantRoutes.cancelJob, { params: { jobId } });

  await t.test('a backup', async () => {
    const jobId = await startBackup(acme, [instance.instanceId]);
    await waitForJob(acme, jobId, (job) => job.instances?.[0]?.phase === 'transferring');
    assert.ok((await leftInAccount(acme.ec2)).snapshots.length > 0, 'there is something to clean up');
    await cancel(acme, jobId);
    const job = await waitForJob(acme, jobId);
    assert.equal(job.state, 'cancelled', JSON.stringify(job));
    await waitForCleanup(world, jobId);
    const left = await leftInAccount(acme.ec2);
    assert.deepEqual([left.snapshots, left.images, left.looseVolumes], [[], [], []]);
    assert.deepEqual((await acme.api.call(tenantRoutes.listRecoveryPoints, {})).items, []);
    assert.equal((await cancel(acme, jobId)).state, 'cancelled', 'asked again, it says so');
    await assert.rejects(cancel(globex, done.jobId), 'a job that has ended otherwise cannot be cancelled');
  });

  await t.test('a restore', async () => {
    const jobId = await startRestore(globex, done.instances?.[0]?.recoveryPointId as string);
    await waitForJob(globex, jobId, (job) => job.instances?.[0]?.phase === 'transferring');
    await cancel(globex, jobId);
    assert.equal((await waitForJob(globex, jobId)).state, 'cancelled');
    await waitForCleanup(world, jobId);
    const left = await leftInAccount(globex.ec2);
    assert.deepEqual(
      [left.snapshots.length, left.images.length, left.looseVolumes.length, left.instances.length],
      [1, 0, 0, 1],
    );
  });

  await t.test('the instance can be backed up again at once', async () => {
    const job = await waitForJob(acme, await startBackup(acme, [instance.instanceId]));
    assert.equal(job.state, 'completed', JSON.stringify(job));
    await waitForCleanup(world, job.jobId);
    assert.equal((await leftInAccount(acme.ec2)).snapshots.length, 1);
  });
});
