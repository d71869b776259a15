import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { launchInstance } from '../../dev/demo/tenant-instance.ts';
import { instanceWithData, openWorld, startBackup, waitForCleanup, waitForJob } from '../stories/world.ts';

test('of a job of 50 instances three are busy: it completes with errors, names them, keeps the 47, and tries the three again', async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const [acme, globex] = world.tenants;
  const ids: string[] = [];
  for (let i = 0; i < 50; i++) ids.push((await launchInstance(acme.ec2, acme.name, [1])).instanceId);
  const other = await instanceWithData(world, globex, [1], { seed: 8 });
  // The first ones, in the order in which a job takes them: it works on ten at a time.
  const busy = ids.toSorted().slice(0, 3);

  const before = await startBackup(acme, busy);
  // Nobody is there to move their data: the job waits, and holds them.
  await waitForJob(acme, before, ({ state }) => state === 'waiting');
  const jobId = await startBackup(acme, ids);
  await waitForJob(acme, jobId, ({ summary }) => summary?.failed === 3);
  world.local.startNode(world, { slots: 4 });
  const others = await startBackup(globex, [other.instanceId]);

  const job = await waitForJob(acme, jobId, undefined, 900);
  assert.deepEqual([job.state, job.error?.name], ['completed with errors', 'InstanceBusy']);
  const named = busy.map((id) => `${id} (InstanceBusy)`);
  assert.equal(job.error?.message, `3 of 50 instances failed: ${named.join(', ')}`);
  assert.deepEqual(job.summary, { done: 47, failed: 3 });
  const pointsOf = (instances: typeof job.instances) =>
    new Map(
      instances?.filter(({ phase }) => phase === 'done').map((each) => [each.instanceId, each.recoveryPointId]) ?? [],
    );
  const kept = pointsOf(job.instances);
  assert.equal(kept.size, 47);
  assert.equal((await waitForJob(acme, before)).state, 'completed');
  assert.equal((await waitForJob(globex, others)).state, 'completed');
  await assert.rejects(globex.api.call(tenantRoutes.retryJob, { params: { jobId } }), 'another tenant’s job');

  await waitForCleanup(world, jobId);
  await acme.api.call(tenantRoutes.retryJob, { params: { jobId } });
  const again = await waitForJob(acme, jobId);
  assert.deepEqual([again.state, again.attempt, again.error], ['completed', 2, undefined], JSON.stringify(again.error));
  assert.deepEqual(again.summary, { done: 50 });
  const points = pointsOf(again.instances);
  for (const [instanceId, recoveryPointId] of kept) assert.equal(points.get(instanceId), recoveryPointId);
});
