/** A tenant's library gets another data key while its backups go on; all of it is read with AWS, and without. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { operatorTenantPrefix, operatorTenantRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import type { LibraryOutcome, StartLibraryRun } from '../../core/contracts/library-runs.ts';
import { writeBytes } from '../../dev/demo/guest.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import { openVault } from '../threats/vault-reader.ts';
import { completed, eventually, pointOf, restored, run } from './tenant-days.ts';
import { hashesOf, instanceWithData, openWorld, startBackup, type Tenant, type World } from './world.ts';

const MIB = 1_048_576;
const BLOCK = 524_288;
const below = <R extends { readonly path: string }>(route: R) => ({
  ...route,
  path: `${operatorTenantPrefix}${route.path}`,
});

const perform = async (
  { operator }: World,
  { hypervisorId }: Tenant,
  body: Partial<StartLibraryRun> & Pick<StartLibraryRun, 'task'>,
): Promise<LibraryOutcome | undefined> => {
  const started = await operator.call(below(operatorTenantRoutes.startLibraryRun), {
    params: { hypervisorId },
    body,
  } as never);
  const { state, error, outcome } = await eventually(
    `the library run ${started.runId}`,
    () =>
      operator.call(below(operatorTenantRoutes.getLibraryRun), {
        params: { hypervisorId, runId: started.runId },
      } as never),
    (each) => ['completed', 'failed', 'cancelled'].includes(each.state),
  );
  assert.equal(state, 'completed', JSON.stringify(error));
  return outcome;
};

test('another data key: old and new are restored, by any node, and by the recovery key alone; the keys are locked', {
  timeout: 600_000,
}, async (t) => {
  const world = await openWorld(t, { nodes: 2, lock: 'compliance' });
  const [acme] = world.tenants;
  const { instanceId, volumes } = await instanceWithData(world, acme, [1], { seed: 91, mibPerPage: 3 });
  const volumeId = volumes[0]?.volumeId ?? '';
  const vault = openVault(world, acme);
  t.after(() => vault.close());
  const sealedWith = async (point: string): Promise<number> =>
    Buffer.from((await vault.store.get(`points/${point}`))?.bytes ?? []).readUInt32LE(8);
  const overwrite = async (seed: number): Promise<Map<string, string>> => {
    await writeBytes(world.local, volumeId, 900 * BLOCK, seededBytes(seed)(2 * MIB));
    return hashesOf(world, [volumeId]);
  };

  const truth = [await hashesOf(world, [volumeId])];
  const points = [pointOf(await run(world, acme, 'startBackup', { instanceIds: [instanceId] }))];
  truth.push(await overwrite(911));
  // a backup is under way meanwhile, sealed with whichever key its nodes have
  const meanwhile = await startBackup(acme, [instanceId]);
  assert.deepEqual(await perform(world, acme, { task: 'rotate-key' }), { task: 'rotate-key', keyNumber: 2 });
  points.push(pointOf(await completed(world, acme, meanwhile)));
  truth.push(await overwrite(912));
  points.push(pointOf(await run(world, acme, 'startBackup', { instanceIds: [instanceId] })));
  assert.deepEqual([await sealedWith(points[0] ?? ''), await sealedWith(points[2] ?? '')], [1, 2]);

  for (const [n, recoveryPointId] of points.entries())
    await restored(world, acme, truth[n] as Map<string, string>, { recoveryPointId, target: { kind: 'volumes' } });
  const checked = await perform(world, acme, { task: 'check', depth: 'everything' });
  assert.ok(checked?.task === 'check');
  assert.deepEqual([checked.findingsInAll, checked.lostInAll, checked.recoveryPoints], [0, 0, 3]);

  const keys = await vault.keys();
  assert.equal(keys.current, 2, 'the recovery key opens the newest, and with it all');
  const content = await vault.read(points);
  const written = (seed: number, at: number): string =>
    createHash('sha256')
      .update(seededBytes(seed)(2 * MIB).subarray(at * BLOCK, (at + 1) * BLOCK))
      .digest('hex');
  for (const [point, seed] of [
    [points[1], 911],
    [points[2], 912],
  ] as const)
    for (let at = 0; at < 4; at++)
      assert.equal(content.get(`${point} ${volumeId} ${900 + at}`), written(seed, at), 'without AWS, block by block');

  const until = await vault.store.lockedUntil(`points/${points[2]}`);
  for (const key of ['format', 'keys/1', 'keys/2'])
    assert.ok(((await vault.store.lockedUntil(key)) ?? 0) >= (until ?? Number.POSITIVE_INFINITY), `${key} is kept`);
  assert.equal((await acme.api.call(tenantRoutes.listRecoveryPoints, {})).items.length, 3);
});
