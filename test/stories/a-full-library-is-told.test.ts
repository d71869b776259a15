import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { leftInAccount } from '../../dev/demo/tenant-instance.ts';
import {
  hashesOf,
  instanceWithData,
  openWorld,
  startBackup,
  startRestore,
  waitForCleanup,
  waitForJob,
} from './world.ts';

const mount = (...args: string[]): boolean => spawnSync('mount', args).status === 0;

test('the disk under a library is full: jobs fail by name, nothing stays behind, and with room again all is well', async (t) => {
  const libraryPath = mkdtempSync(join(tmpdir(), 'holdfast-library-'));
  if (!mount('-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', libraryPath)) {
    rmSync(libraryPath, { recursive: true });
    return t.skip('a small disk can be mounted by root only');
  }
  t.after(() => {
    spawnSync('umount', ['-l', libraryPath]);
    rmSync(libraryPath, { recursive: true, force: true });
  });
  const world = await openWorld(t, { libraryPath });
  const [acme, globex] = world.tenants;
  const small = await instanceWithData(world, globex, [1], { seed: 21, mibPerPage: 1 });
  const kept = await waitForJob(globex, await startBackup(globex, [small.instanceId]));
  assert.equal(kept.state, 'completed', JSON.stringify(kept));
  const instance = await instanceWithData(world, acme, [1], { seed: 22, mibPerPage: 8 });

  const failed = await waitForJob(acme, await startBackup(acme, [instance.instanceId]));
  assert.deepEqual([failed.state, failed.error?.name], ['failed', 'StorageFull'], JSON.stringify(failed));
  await waitForCleanup(world, failed.jobId);
  const left = await leftInAccount(acme.ec2);
  assert.deepEqual([left.snapshots, left.images, left.looseVolumes], [[], [], []]);

  assert.ok(mount('-o', 'remount,size=64m', libraryPath));
  const job = await waitForJob(acme, await startBackup(acme, [instance.instanceId]));
  assert.equal(job.state, 'completed', JSON.stringify(job));
  for (const [tenant, point, source] of [
    [acme, job, instance],
    [globex, kept, small],
  ] as const) {
    const volumeId = source.volumes[0]?.volumeId as string;
    const truth = (await hashesOf(world, [volumeId])).get(volumeId);
    const restore = await waitForJob(
      tenant,
      await startRestore(tenant, point.instances?.[0]?.recoveryPointId as string),
    );
    assert.equal(restore.state, 'completed', JSON.stringify(restore));
    const restored = restore.instances?.[0]?.result?.volumes[0]?.volumeId as string;
    assert.equal((await hashesOf(world, [restored])).get(restored), truth);
  }
});
