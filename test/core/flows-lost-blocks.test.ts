/** What a check or repair says of lost blocks, and what the next backups of those volumes do about it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LibraryOutcome } from '../../core/contracts/library-runs.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import { createStartLibraryRun } from '../../core/steps/api/start-library-run.ts';
import { freshId } from '../adapters/records.ts';
import { backupOf, openFlows } from './flows-world.ts';

const [WEB, DB] = ['i-00000001', 'i-00000002'];
const [ROOT, DATA, OTHER] = ['vol-00000001', 'vol-00000002', 'vol-00000003'];
const found = { findingsInAll: 1, findings: [], lostInAll: 1, lost: [] };
const counts = { recoveryPoints: 1, volumes: 1, pages: 1, packs: 1, blocks: 1, packsRead: 1, bytesRead: 1 };
const checked: LibraryOutcome = { task: 'check', depth: 'everything', ...found, ...counts };

test('volumes of which the library has lost blocks are read in full once, and only those', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }, other] = world.tenants;
  account.addInstance(WEB, [ROOT, DATA]);
  account.addInstance(DB, [OTHER]);
  const tenant = (await world.catalog.hypervisors.get(tenantId)) as TenantHypervisor;
  const start = createStartLibraryRun({ ...world.deps, ids: { uuid: () => freshId('x').slice(2) } });
  const terms = { planOnly: false, acceptDamage: false, queueDeadlineSeconds: 60 };
  const check = async (): Promise<void> => {
    const { runId } = await start(tenant, { requestedBy: 'ops' }, { task: 'check', ...terms });
    await world.cloud.finish(world.executionOf('library-run', runId));
    assert.equal((await world.catalog.libraryRuns.get(tenantId, runId))?.state, 'completed');
  };
  const levels = async (instanceId: string) => {
    await world.hour();
    const { jobId } = await world.run(tenantId, backupOf({ instanceIds: [instanceId] }));
    return (await world.instancesOf(jobId))[0]?.volumes?.map(({ level, reason }) => reason ?? level);
  };
  for (const instanceId of [WEB, WEB, DB]) await levels(instanceId);
  const [old, head] = world.pointsOf(tenantId, WEB).map(({ recoveryPointId }) => recoveryPointId);
  assert.ok(old && head);

  world.node.maintains.push({ outcome: checked, lostVolumes: [{ recoveryPointId: old, volumeId: ROOT }] });
  await check();
  assert.deepEqual(await levels(WEB), ['incremental', 'incremental'], 'nothing builds on an older point');

  const [newest] = world.pointsOf(tenantId, WEB).slice(-1);
  const recoveryPointId = newest?.recoveryPointId ?? '';
  const lostVolumes = [
    { recoveryPointId: old },
    { recoveryPointId, volumeId: DATA },
    { recoveryPointId: freshId('rp'), volumeId: OTHER },
  ];
  world.node.maintains.push({ outcome: checked, lostVolumes });
  await check();
  const why = 'blocks of the earlier backup have been lost';
  assert.deepEqual(await levels(WEB), ['incremental', why]);
  assert.deepEqual(await levels(WEB), ['incremental', 'incremental'], 'the point after it is whole');
  assert.deepEqual(await levels(DB), ['incremental']);

  // of a point that cannot be read, nothing is left
  const whole = world.pointsOf(tenantId, WEB).at(-1)?.recoveryPointId ?? '';
  world.node.maintains.push({ outcome: checked, lostVolumes: [{ recoveryPointId: whole }] });
  await check();
  assert.deepEqual(await levels(WEB), [why, why]);
  assert.deepEqual(world.pointsOf(other.tenantId, WEB), []);
});
