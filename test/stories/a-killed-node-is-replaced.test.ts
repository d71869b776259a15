import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leftInAccount } from '../../dev/demo/tenant-instance.ts';
import {
  hashesOf,
  instanceWithData,
  jobOf,
  openWorld,
  startBackup,
  startRestore,
  waitForCleanup,
  waitForJob,
} from './world.ts';

test('a node is killed in the middle of eight segments, another finishes, and the restored bytes are identical', async (t) => {
  // A page is 2 GiB of a volume: 16 GiB, sparse, are eight segments of one page each.
  const world = await openWorld(t, { overrides: { segmentBlocks: '4096', blockRate: '20' }, nodes: 0 });
  const [acme, globex] = world.tenants;
  const first = world.local.startNode(world, { slots: 2, visibilitySeconds: 10 });
  const instance = await instanceWithData(world, acme, [16], { seed: 3, mibPerPage: 16 });
  const other = await instanceWithData(world, globex, [1], { seed: 4 });
  const truth = await hashesOf(world, [instance.volumes[0]?.volumeId as string]);

  const jobId = await startBackup(acme, [instance.instanceId], { level: 'full' });
  const otherJobId = await startBackup(globex, [other.instanceId], { level: 'full' });
  // Some of it is done, most of it is not.
  await waitForJob(acme, jobId, (job) => (job.instances?.[0]?.counters.transferred ?? 0) > 40);
  await first.kill();
  const before = (await jobOf(acme, jobId)).instances?.[0]?.counters.transferred ?? 0;
  world.local.startNode(world, { slots: 2, visibilitySeconds: 10 });

  const job = await waitForJob(acme, jobId);
  assert.equal(job.state, 'completed', JSON.stringify(job));
  const counters = job.instances?.[0]?.counters;
  // 16 MiB and a bit of each page, once: what the first node had finished was not read again into the result.
  assert.equal(counters?.transferred, 8 * 33);
  assert.ok(before < 8 * 33, `the node was killed in the middle: ${before}`);
  assert.equal((await waitForJob(globex, otherJobId)).state, 'completed');

  const restore = await waitForJob(acme, await startRestore(acme, job.instances?.[0]?.recoveryPointId as string));
  assert.equal(restore.state, 'completed', JSON.stringify(restore));
  const [volume] = restore.instances?.[0]?.result?.volumes ?? [];
  const restored = await hashesOf(world, [volume?.volumeId as string]);
  assert.equal(restored.get(volume?.volumeId as string), truth.get(instance.volumes[0]?.volumeId as string));

  await waitForCleanup(world, restore.jobId);
  assert.equal((await leftInAccount(acme.ec2)).snapshots.length, 1);
  assert.equal((await leftInAccount(globex.ec2)).snapshots.length, 1);
});
