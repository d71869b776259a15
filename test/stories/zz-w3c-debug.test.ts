import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { launchInstance } from '../../dev/demo/tenant-instance.ts';
import { instanceWithData, openWorld, startBackup, waitForCleanup, waitForJob } from './world.ts';

test('of a job of 50 instances three are busy: it completes with errors, names them, keeps the 47, and tries the three again', async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const [acme, globex] = world.tenants;
  console.error(9, new Date().toISOString());
  const ids: string[] = [];
  console.error(10, new Date().toISOString());
  for (let i = 0; i < 50; i++) ids.push((await launchInstance(acme.ec2, acme.name, [1])).instanceId);
  console.error(11, new Date().toISOString());
  const other = await instanceWithData(world, globex, [1], { seed: 8 });
  console.error(12, new Date().toISOString());
  // The first ones, in the order in which a job takes them: it works on ten at a time.
  const busy = ids.toSorted().slice(0, 3);
  console.error(14, new Date().toISOString());

  const before = await startBackup(acme, busy);
  console.error(16, new Date().toISOString());
  // Nobody is there to move their data: the job waits, and holds them.
  await waitForJob(acme, before, ({ state }) => state === 'waiting');
  console.error(18, new Date().toISOString());
  const jobId = await startBackup(acme, ids);
  console.error(19, new Date().toISOString());
  await waitForJob(acme, jobId, ({ summary }) => summary?.failed === 3);
  console.error(20, new Date().toISOString());
  world.local.startNode(world, { slots: 4 });
  console.error(21, new Date().toISOString());
  const others = await startBackup(globex, [other.instanceId]);
  console.error(22, new Date().toISOString());

  const job = await waitForJob(acme, jobId);
  console.error(24, new Date().toISOString());
  assert.deepEqual([job.state, job.error?.name], ['completed with errors', 'InstanceBusy']);
  console.error(25, new Date().toISOString());
  const named = busy.map((id) => `${id} (InstanceBusy)`);
  console.error(26, new Date().toISOString());
  assert.equal(job.error?.message, `3 of 50 instances failed: ${named.join(', ')}`);
  console.error(27, new Date().toISOString());
  assert.deepEqual(job.summary, { done: 47, failed: 3 });
  console.error(28, new Date().toISOString());
  const pointsOf = (instances: typeof job.instances) =>
    new Map(
      instances?.filter(({ phase }) => phase === 'done').map((each) => [each.instanceId, each.recoveryPointId]) ?? [],
    );
  const kept = pointsOf(job.instances);
  console.error(33, new Date().toISOString());
  assert.equal(kept.size, 47);
  console.error(34, new Date().toISOString());
  assert.equal((await waitForJob(acme, before)).state, 'completed');
  console.error(35, new Date().toISOString());
  assert.equal((await waitForJob(globex, others)).state, 'completed');
  console.error(36, new Date().toISOString());
  await assert.rejects(globex.api.call(tenantRoutes.retryJob, { params: { jobId } }), 'another tenant’s job');
  console.error(37, new Date().toISOString());

  await waitForCleanup(world, jobId);
  console.error(39, new Date().toISOString());
  await acme.api.call(tenantRoutes.retryJob, { params: { jobId } });
  console.error(40, new Date().toISOString());
  const again = await waitForJob(acme, jobId);
  console.error(41, new Date().toISOString());
  assert.deepEqual([again.state, again.attempt, again.error], ['completed', 2, undefined], JSON.stringify(again.error));
  console.error(42, new Date().toISOString());
  assert.deepEqual(again.summary, { done: 50 });
  console.error(43, new Date().toISOString());
  const points = pointsOf(again.instances);
  console.error(44, new Date().toISOString());
  for (const [instanceId, recoveryPointId] of kept) assert.equal(points.get(instanceId), recoveryPointId);
  console.error(45, new Date().toISOString());
});
