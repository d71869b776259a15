import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leftInAccount } from '../../dev/demo/tenant-instance.ts';
import { startLocalHoldfast } from '../../dev/local-holdfast.ts';
import {
  hashesOf,
  instanceWithData,
  openWorld,
  startBackup,
  startRestore,
  waitForCleanup,
  waitForJob,
} from './world.ts';

test('the local cloud is stopped in the middle of a backup and started again: the jobs go on, and everything is still there', async (t) => {
  const overrides = { heartbeatSeconds: '2', settleSeconds: '2', blockRate: '20' };
  const world = await openWorld(t, { overrides });
  const [acme, globex] = world.tenants;
  const instance = await instanceWithData(world, acme, [1], { seed: 7, mibPerPage: 40 });
  const other = await instanceWithData(world, globex, [1], { seed: 8 });
  const volumeId = instance.volumes[0]?.volumeId as string;
  const truth = await hashesOf(world, [volumeId]);
  const earlier = await waitForJob(globex, await startBackup(globex, [other.instanceId]));
  assert.equal(earlier.state, 'completed', JSON.stringify(earlier));

  const jobId = await startBackup(acme, [instance.instanceId]);
  await waitForJob(acme, jobId, (job) => job.instances?.[0]?.phase === 'transferring');
  const { dataDir, cloud } = world.local;
  await world.local.stop();
  world.local = await startLocalHoldfast({ dataDir, port: cloud.port, overrides });
  world.local.startNode(world);

  const job = await waitForJob(acme, jobId);
  assert.equal(job.state, 'completed', JSON.stringify(job));
  const restore = await waitForJob(acme, await startRestore(acme, job.instances?.[0]?.recoveryPointId as string));
  assert.equal(restore.state, 'completed', JSON.stringify(restore));
  const restored = restore.instances?.[0]?.result?.volumes[0]?.volumeId as string;
  assert.equal((await hashesOf(world, [restored])).get(restored), truth.get(volumeId));

  const again = await waitForJob(globex, await startRestore(globex, earlier.instances?.[0]?.recoveryPointId as string));
  assert.equal(again.state, 'completed', 'what was backed up before the stop can be restored after it');
  await waitForCleanup(world, again.jobId);
  await waitForCleanup(world, restore.jobId);
  for (const tenant of world.tenants) assert.equal((await leftInAccount(tenant.ec2)).snapshots.length, 1);
});
