import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  type Tenant,
  waitForCleanup,
  waitForJob,
} from './world.ts';

const packsBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.includes(`${join('packs')}`))
    .map((entry) => join(entry.parentPath, entry.name));

test('a corrupt pack and a missing one end a restore by name; the other tenant’s library is none the worse', async (t) => {
  const libraryPath = mkdtempSync(join(tmpdir(), 'holdfast-library-'));
  t.after(() => rmSync(libraryPath, { recursive: true, force: true }));
  const world = await openWorld(t, { libraryPath });
  const [acme, globex] = world.tenants;
  const back = async (tenant: Tenant, seed: number) => {
    const instance = await instanceWithData(world, tenant, [1], { seed, mibPerPage: 2 });
    const volumeId = instance.volumes[0]?.volumeId as string;
    const truth = (await hashesOf(world, [volumeId])).get(volumeId);
    const job = await waitForJob(tenant, await startBackup(tenant, [instance.instanceId]));
    assert.equal(job.state, 'completed', JSON.stringify(job));
    return { truth, point: job.instances?.[0]?.recoveryPointId as string };
  };
  const ofAcme = await back(acme, 11);
  const ofGlobex = await back(globex, 12);
  const [pack] = packsBelow(join(libraryPath, 'tenants', acme.hypervisorId)) as [string];
  const whole = readFileSync(pack);

  const restoreFails = async (name: string): Promise<void> => {
    const job = await waitForJob(acme, await startRestore(acme, ofAcme.point));
    assert.deepEqual([job.state, job.error?.name], ['failed', name], JSON.stringify(job));
    assert.doesNotMatch(
      job.error?.message ?? '',
      /packs|library\/|tenants\//,
      'a tenant is not shown the service side',
    );
    await waitForCleanup(world, job.jobId);
    const left = await leftInAccount(acme.ec2);
    assert.deepEqual([left.snapshots.length, left.images, left.looseVolumes, left.instances.length], [1, [], [], 1]);
  };

  await t.test('a flipped bit', async () => {
    const damaged = Buffer.from(whole);
    damaged[200] = (damaged[200] as number) ^ 4;
    writeFileSync(pack, damaged);
    await restoreFails('CorruptObject');
    writeFileSync(pack, whole);
  });

  await t.test('a pack that is gone', async () => {
    renameSync(pack, `${pack}.away`);
    await restoreFails('MissingObject');
    renameSync(`${pack}.away`, pack);
  });

  await t.test('with the pack back, the same point is restored, identical', async () => {
    for (const [tenant, { point, truth }] of [
      [acme, ofAcme],
      [globex, ofGlobex],
    ] as const) {
      const job = await waitForJob(tenant, await startRestore(tenant, point));
      assert.equal(job.state, 'completed', JSON.stringify(job));
      const volumeId = job.instances?.[0]?.result?.volumes[0]?.volumeId as string;
      assert.equal((await hashesOf(world, [volumeId])).get(volumeId), truth);
    }
  });
});
