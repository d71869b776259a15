/** What the next incremental backup compares with stays in the tenant's account, and no longer than that. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import { createSweep } from '../../core/steps/reaper/sweep.ts';
import { aPoint, aVolume } from '../adapters/records.ts';
import { type ReaperWorld, reaperWorld, VOLUME } from './reaper-world.ts';

/** A backup that ended hours ago, its snapshot and its point; `owner`: the job that works on the instance now. */
const backedUp = (
  world: ReaperWorld,
  point: Partial<RecoveryPoint>,
  named: { readonly as: 'head' | 'committed' | 'none'; readonly owner?: string },
): void => {
  const backup = world.job({ state: 'completed' });
  const made = world.effect(backup, 'snapshots', { state: 'kept', resourceIds: ['snap-base'] });
  world.thing('snapshot', world.tagsOf(made), { id: 'snap-base' });
  const volumes = [{ ...aVolume(1, [1]), volumeId: VOLUME, snapshotId: 'snap-base' }];
  const there = { ...aPoint('hv-acme', 'i-1', volumes), jobId: backup.jobId, ...point };
  world.records.points.set(there.recoveryPointId, there);
  world.records.protectedInstances.set('hv-acme i-1', {
    ...{ tenantId: 'hv-acme', instanceId: 'i-1', fence: 1 },
    ...(named.as === 'none' ? {} : { [named.as]: there.recoveryPointId }),
    ...(named.owner === undefined ? {} : { owner: named.owner }),
  });
};

const isKept = async (...record: [Partial<RecoveryPoint>, Parameters<typeof backedUp>[2]]): Promise<boolean> => {
  const world = reaperWorld();
  backedUp(world, ...record);
  await createSweep(world.deps)({});
  return world.ids().includes('snap-base');
};

test('the snapshots of a point that is there stay, and those of one whose commit was not noted yet', async () => {
  assert.equal(await isKept({ state: 'available' }, { as: 'none' }), true);
  assert.equal(await isKept({ state: 'abandoned' }, { as: 'none' }), false);
  assert.equal(await isKept({ state: 'abandoned' }, { as: 'committed' }), true);
});

test('of a newest backup that expired they go, unless a job works on its instance just now', async () => {
  const expired = { state: 'expired', dataRemovedAt: 1 } as const;
  assert.equal(await isKept(expired, { as: 'head' }), false);
  const world = reaperWorld();
  const { jobId } = world.job({ state: 'running' });
  world.executionStates.set(`${jobId}-1`, 'RUNNING');
  backedUp(world, expired, { as: 'head', owner: `${jobId}-1` });
  await createSweep(world.deps)({});
  assert.deepEqual(world.ids(), ['snap-base']);
});

test('copies of a point in another region stay with it, unless the copying failed', async () => {
  for (const [state, stays] of [
    ['completed', true],
    ['copying', true],
    ['failed', false],
  ] as const) {
    const world = reaperWorld();
    const job = world.job({ type: 'snapshot', state: 'completed' });
    const made = world.effect(job, 'region-copy', { region: 'us-east-1', resourceIds: ['snap-copy'] });
    const copy = { kind: 'snapshot', id: 'snap-copy', tags: world.tagsOf(made) } as const;
    world.things('hv-acme', 'us-east-1').set(copy.id, { ...copy, createdAt: world.now() - 9 * 3_600_000 });
    const point: RecoveryPoint = {
      ...aPoint('hv-acme', 'i-1', []),
      ...{ kind: 'snapshot', state: 'available', jobId: job.jobId },
      regionCopy: { region: 'us-east-1', state, snapshotIds: ['snap-copy'] },
    };
    world.records.points.set(point.recoveryPointId, point);
    await createSweep(world.deps)({});
    assert.equal(world.ids('hv-acme', 'us-east-1').length === 1, stays, state);
  }
});
