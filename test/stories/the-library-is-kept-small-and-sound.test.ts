import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { sha256 } from '../../adapters/system.ts';
import { operatorTenantPrefix, operatorTenantRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import type { LibraryOutcome, LibraryRunView, StartLibraryRun } from '../../core/contracts/library-runs.ts';
import { type LibraryRunsStarted, tasksDue } from '../../core/steps/schedule/schedule-library-runs.ts';
import { writeBytes } from '../../dev/demo/guest.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import { openS3 } from '../../local/s3/context.ts';
import { completed, eventually, invoke, pointOf, restored, run } from './tenant-days.ts';
import { hashesOf, instanceWithData, openWorld, startBackup, type Tenant, type World } from './world.ts';

type Task = StartLibraryRun['task'];
type Outcome<T extends Task> = Extract<LibraryOutcome, { task: T }>;

const MIB = 1_048_576;
const HOUR = 3_600_000;
const below = <R extends { readonly path: string }>(route: R) => ({
  ...route,
  path: `${operatorTenantPrefix}${route.path}`,
});

const startRun = ({ operator }: World, { hypervisorId }: Tenant, body: { task: Task } & Partial<StartLibraryRun>) =>
  operator.call(below(operatorTenantRoutes.startLibraryRun), { params: { hypervisorId }, body } as never);

const runUntil = (
  { operator }: World,
  { hypervisorId }: Tenant,
  runId: string,
  until: (run: LibraryRunView) => boolean,
): Promise<LibraryRunView> =>
  eventually(
    `the library run ${runId}`,
    () => operator.call(below(operatorTenantRoutes.getLibraryRun), { params: { hypervisorId, runId } } as never),
    until,
  );

const ended = ({ state }: LibraryRunView): boolean => ['completed', 'failed', 'cancelled'].includes(state);

const done = <T extends Task>({ state, error, outcome }: LibraryRunView, task: T): Outcome<T> => {
  assert.equal(state, 'completed', JSON.stringify(error));
  assert.equal(outcome?.task, task);
  return outcome as Outcome<T>;
};

const perform = async <T extends Task>(world: World, tenant: Tenant, body: { task: T } & Partial<StartLibraryRun>) =>
  done(await runUntil(world, tenant, (await startRun(world, tenant, body)).runId, ended), body.task);

/** The bucket, as who owns the account may reach it: what befalls a library from outside. */
const bucketOf = ({ local: { cloud, place } }: World) => {
  const s3 = new S3Client({
    endpoint: cloud.endpoint,
    region: place.region,
    credentials: cloud.admin.rootAccessKey(place.accountId),
    forcePathStyle: true,
  });
  const Bucket = `holdfast-dev-library-${place.accountId}`;
  return {
    async list({ hypervisorId }: Tenant): Promise<ReadonlyMap<string, number>> {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
      const own = Contents.filter(({ Key = '' }) => Key.includes(`/tenants/${hypervisorId}/`));
      return new Map(own.map(({ Key = '', Size = 0 }) => [Key, Size]));
    },
    /** In the file that holds the object: the bucket keeps versions, so that nobody can do this by S3. */
    flip(Key: string): void {
      const { objects } = openS3(cloud.kernel);
      const [piece] = objects.find(Bucket, Key)?.versions[0]?.pieces ?? [];
      const file = join(cloud.kernel.store.folder('s3'), piece?.file ?? '');
      const bytes = readFileSync(file);
      bytes[5_000] = (bytes[5_000] ?? 0) ^ 16;
      writeFileSync(file, bytes);
    },
  };
};

const bytesIn = (objects: ReadonlyMap<string, number>): number =>
  [...objects.values()].reduce((sum, size) => sum + size, 0);
const packsIn = (objects: ReadonlyMap<string, number>): [string, number][] =>
  [...objects].filter(([key]) => key.includes('/packs/')).sort(([, a], [, b]) => b - a);

test('prune gives the space of expired points back beside a running backup; check names what damage costs, repair and a backup heal it', {
  timeout: 600_000,
}, async (t) => {
  const world = await openWorld(t, { overrides: { pruneWindowSeconds: '6' } });
  const [acme, globex] = world.tenants;
  const bucket = bucketOf(world);
  const [ofAcme, ofGlobex] = await Promise.all([
    instanceWithData(world, acme, [1], { seed: 81, mibPerPage: 6 }),
    instanceWithData(world, globex, [1], { seed: 82, mibPerPage: 6 }),
  ]);
  const [volumeId, theirs] = [ofAcme, ofGlobex].map(({ volumes }) => volumes[0]?.volumeId ?? '') as [string, string];
  const overwrite = async (seed: number): Promise<Map<string, string>> => {
    await writeBytes(world.local, volumeId, 7 * 4_096, seededBytes(seed)(6 * MIB));
    return hashesOf(world, [volumeId]);
  };
  const { planId } = await acme.api.call(tenantRoutes.addPlan, { body: { name: 'short', retention: { count: 1 } } });
  await acme.api.call(tenantRoutes.addVmGroup, {
    body: { name: 'all', match: { instanceIds: [ofAcme.instanceId] }, planId },
  });

  const expired: string[] = [];
  for (const seed of [811, 812]) {
    expired.push(pointOf(await run(world, acme, 'startBackup', { planId })));
    await overwrite(seed);
  }
  const truth = await hashesOf(world, [volumeId]);
  const kept = pointOf(await run(world, acme, 'startBackup', { planId }));
  const ofTheirs = await hashesOf(world, [theirs]);
  const theirPoint = pointOf(await run(world, globex, 'startBackup', { instanceIds: [ofGlobex.instanceId] }));
  const before = await bucket.list(acme);
  const theirsBefore = await bucket.list(globex);
  assert.ok(bytesIn(before) > 18 * MIB, 'three times the data is there');

  let newest = '';
  let newestTruth = new Map<string, string>();
  await t.test('a prune waits, and deletes what expired points alone referred to, beside a backup', async () => {
    const { token } = await acme.api.call(tenantRoutes.planRetention, {});
    const { removed } = await acme.api.call(tenantRoutes.runRetention, { body: { token } });
    assert.deepEqual(removed.toSorted(), expired.toSorted());
    assert.deepEqual([...(await bucket.list(acme)).keys()], [...before.keys()], 'retention alone deletes nothing');
    const { reclaimableBytes, lostBlocks } = await perform(world, acme, { task: 'stats' });
    assert.ok(reclaimableBytes > 11 * MIB && lostBlocks === 0, String(reclaimableBytes));
    const shown = (await perform(world, acme, { task: 'prune', planOnly: true })).plan;
    assert.deepEqual([shown?.expiredPoints, shown?.packsToDelete], [2, 2]);
    assert.deepEqual([...(await bucket.list(acme)).keys()], [...before.keys()], 'a plan deletes nothing');

    const { runId } = await startRun(world, acme, { task: 'prune' });
    const waiting = await runUntil(world, acme, runId, ({ state }) => state === 'waiting');
    assert.ok(waiting.waitUntil);
    await assert.rejects(startRun(world, acme, { task: 'prune' }), /is waiting/);
    newestTruth = await overwrite(813);
    const backup = await startBackup(acme, [ofAcme.instanceId]);
    const { deleted, plan } = done(await runUntil(world, acme, runId, ended), 'prune');
    assert.deepEqual([plan?.expiredPoints, deleted?.recoveryPoints, deleted?.packs], [2, 2, 2]);
    newest = pointOf(await completed(world, acme, backup));
    const after = await bucket.list(acme);
    assert.deepEqual(
      packsIn(before).filter(([key]) => after.has(key)).length,
      packsIn(before).length - 2,
      'the packs of the two expired points are gone',
    );
    assert.deepEqual(await bucket.list(globex), theirsBefore, 'the other tenant’s library is as it was');
    for (const recoveryPointId of expired)
      await assert.rejects(
        acme.api.call(tenantRoutes.startRestore, { body: { recoveryPointId, target: { kind: 'volumes' } } }),
        /expired/,
      );
  });

  const target = { kind: 'volumes' } as const;
  await t.test('what is left is whole: found so by check, and restored identical', async () => {
    const check = await perform(world, acme, { task: 'check', depth: 'everything' });
    assert.deepEqual([check.findingsInAll, check.recoveryPoints], [0, 2]);
    await restored(world, acme, truth, { recoveryPointId: kept, target });
    await restored(world, acme, newestTruth, { recoveryPointId: newest, target });
    await restored(world, globex, ofTheirs, { recoveryPointId: theirPoint, target });
  });

  await t.test('a damaged pack is named, with the recovery point and the blocks that lose by it', async () => {
    const [pack] = packsIn(await bucket.list(acme))[0] ?? [''];
    bucket.flip(pack);
    const structure = await perform(world, acme, { task: 'check', depth: 'structure' });
    assert.equal(structure.findingsInAll, 0, 'what reads no data finds no flipped bit');
    const { findings, lost } = await perform(world, acme, { task: 'check', depth: 'everything' });
    assert.deepEqual(
      findings.map(({ key, kind, damage }) => [pack.endsWith(key), kind, damage]),
      [[true, 'pack', 'corrupt']],
    );
    assert.ok((findings[0]?.lostBlocks ?? 0) >= 1);
    const losers = lost.map(({ recoveryPointId }) => recoveryPointId);
    assert.ok(losers.length >= 1 && losers.every((id) => [kept, newest].includes(id)), JSON.stringify(lost));
    assert.ok(lost.every((each) => each.volumeId === volumeId && each.blocks >= 1 && each.ranges.length >= 1));
    await assert.rejects(
      restored(world, acme, new Map([...truth, ...newestTruth]), { recoveryPointId: losers[0] ?? '', target }),
      /CorruptObject|BackupDamaged|damaged/,
    );
  });

  await t.test('repair keeps what can be read; a later backup of the same blocks brings the rest back', async () => {
    const repair = await perform(world, acme, { task: 'repair' });
    assert.equal(repair.droppedPacks, 1);
    assert.ok(repair.salvagedBlocks > 1);
    assert.ok(repair.lost.length >= 1, 'says exactly what is lost');
    const losers = new Set(repair.lost.map(({ recoveryPointId }) => recoveryPointId));
    if (!losers.has(newest)) {
      // what only the older point has comes back when the guest has it again
      await overwrite(812);
    }
    await completed(world, acme, await startBackup(acme, [ofAcme.instanceId], { level: 'full' }));
    const check = await perform(world, acme, { task: 'check', depth: 'everything' });
    assert.equal(check.findingsInAll, 0, JSON.stringify(check.findings));
    await restored(world, acme, truth, { recoveryPointId: kept, target });
    await restored(world, acme, newestTruth, { recoveryPointId: newest, target });
    assert.deepEqual(await bucket.list(globex), theirsBefore);
    await restored(world, globex, ofTheirs, { recoveryPointId: theirPoint, target });
  });

  await t.test(
    'at its hour a tenant’s library is looked after by itself, once however often it is delivered',
    async () => {
      const hours = Array.from({ length: 7 * 24 }, (_, hour) => (Math.floor(Date.now() / HOUR) + hour) * HOUR);
      const at = hours.find((each) => tasksDue(sha256, acme.hypervisorId, each).includes('prune')) ?? 0;
      const deliver = async () =>
        (await invoke(world, 'schedule-library-runs', {
          scheduledTime: new Date(at).toISOString(),
        })) as LibraryRunsStarted;
      const { started, problems } = await deliver();
      assert.deepEqual(problems, []);
      assert.ok(started >= 1);
      assert.equal((await deliver()).started, 0);
    },
  );
});
