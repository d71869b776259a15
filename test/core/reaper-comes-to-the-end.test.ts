/** However much a tenant has: a look comes to its end before long, and says so where it has not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sweepFact } from '../../core/steps/health/upkeep-facts.ts';
import type { ReaperDeps } from '../../core/steps/reaper/reaper-deps.ts';
import { createSweep } from '../../core/steps/reaper/sweep.ts';
import { aPoint, aTenant, aVolume } from '../adapters/records.ts';
import { HOUR, type ReaperWorld, reaperWorld } from './reaper-world.ts';

/** Each read of a job takes so long, as far as the clock says. */
const slowly = ({ deps, later }: ReaperWorld, ms: number): ReaperDeps => {
  const { catalog } = deps;
  const get: typeof catalog.jobs.get = async (...all) => {
    later(ms);
    return catalog.jobs.get(...all);
  };
  return { ...deps, catalog: { ...catalog, jobs: { ...catalog.jobs, get } } };
};

/** On the last page. */
const orphanOf = (world: ReaperWorld): (() => boolean) => {
  const { id } = world.thing('snapshot', world.tagsOf(world.effect(world.job({ type: 'snapshot' }), 'snapshots')), {
    sourceVolumeId: 'vol-1',
  });
  return () => world.ids().includes(id);
};

test('of 3,000 recovery points nothing is read: what is left behind them is found in one turn', async () => {
  const world = reaperWorld();
  for (let n = 0; n < 3_000; n++) {
    const job = world.job({ type: 'snapshot', state: 'completed' });
    world.records.jobs.delete(job.jobId);
    const made = world.thing('snapshot', world.tagsOf(world.effect(job, 'snapshots')), { sourceVolumeId: 'vol-1' });
    const volumes = [{ ...aVolume(1, [1]), snapshotId: made.id }];
    const point = {
      ...aPoint('hv-acme', 'i-1', volumes),
      kind: 'snapshot',
      state: 'available',
      jobId: job.jobId,
    } as const;
    world.records.points.set(point.recoveryPointId, point);
  }
  const isThere = orphanOf(world);
  const outcome = await createSweep(slowly(world, 5))({ tenantId: 'hv-acme', until: world.now() + 20_000 });
  assert.deepEqual([outcome.removed, isThere(), world.ids().length], [1, false, 3_000]);
});

test('a look that had no time for all is a finding, and the next has twice the time, for as long as it needs it', async () => {
  const world = reaperWorld();
  for (let n = 0; n < 12; n++) {
    const id = `hv-other-${n}`;
    world.records.hypervisors.set(id, aTenant(id, `${444_444_440_000 + n}`));
  }
  const volumes: string[] = [];
  for (let n = 0; n < 1_000; n++) {
    const done = world.job({ type: 'restore', state: 'completed' });
    volumes.push(world.thing('volume', world.tagsOf(world.effect(done, 'volume', { state: 'kept' }))).id);
  }
  const isThere = orphanOf(world);
  // All take 50 s; a turn among so many has 20, half of it for looking.
  const slow = createSweep(slowly(world, 50));
  const sweep = async (): Promise<string> => {
    await slow({ until: world.now() + 240_000 });
    world.later(HOUR);
    return (await sweepFact(world.catalog, world.now())).level;
  };
  for (let n = 0; n < 3; n++) assert.equal(await sweep(), 'warn', 'not all of it was looked at');
  assert.match([...world.records.findings.values()][0]?.reason ?? '', /no time to look at all of it/);
  assert.equal(isThere(), true);
  for (let n = 0; n < 3; n++) assert.equal(await sweep(), 'ok', 'it keeps the time that it needs');
  assert.equal(isThere(), false);
  const doubled = async () => (await world.catalog.sweeps.lastLook('hv-acme'))?.doubled;
  assert.equal(await doubled(), 3);
  for (const id of volumes) world.things('hv-acme').delete(id);
  for (let n = 0; n < 3; n++) await sweep();
  assert.equal(await doubled(), undefined, 'and no longer');
});
