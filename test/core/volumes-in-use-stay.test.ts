/** What a restore left is its owner's once he uses it, though he may take it off again some day. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REPLACED_BY } from '../../core/domain/effect.ts';
import type { Job, RestoreResult } from '../../core/domain/job.ts';
import type { TaggedThing, TenantScope } from '../../core/ports/tenant-scope.ts';
import { sweepFact } from '../../core/steps/health/upkeep-facts.ts';
import { undoEffects } from '../../core/steps/jobs/undo-effects.ts';
import { createPlanSweep } from '../../core/steps/reaper/plan-sweep.ts';
import { createSweep } from '../../core/steps/reaper/sweep.ts';
import { HOUR, type ReaperWorld, reaperWorld } from './reaper-world.ts';

const FOREVER = Number.POSITIVE_INFINITY;

const detach = (world: ReaperWorld, { attachedTo: _, isLeaving: __, ...volume }: TaggedThing): void => {
  world.things('hv-acme').set(volume.id, volume);
};

const findings = (world: ReaperWorld) =>
  [...world.records.findings.values()].map(({ subject, action, reason }) => ({ subject, action, reason }));

const replaced = (world: ReaperWorld, attached: Partial<TaggedThing>): TaggedThing => {
  const target = { kind: 'in-place', overwrite: true, replacedVolumes: 'remove' } as const;
  const done: Job = world.restore(target, { state: 'completed' });
  const volume = world.thing('volume', { [REPLACED_BY]: done.jobId }, { createdAt: 1, ...attached });
  const result: RestoreResult = {
    ...{ instanceId: 'i-0000000a', volumes: [], volumeTagsLeftOut: 0, awsTagsLeftOut: 0 },
    replacedVolumes: [{ device: '/dev/sdf', volumeId: volume.id, kept: true }],
  };
  world.child(done, { phase: 'done', result });
  return volume;
};

test('a replaced volume that was put to use again is shown, and never removed once it is detached', async () => {
  const world = reaperWorld();
  const volume = replaced(world, { attachedTo: 'i-other' });
  await createPlanSweep(world.deps)(undefined, FOREVER);
  assert.equal(world.records.instances[0]?.result?.replacedVolumes?.[0]?.usedAgain, undefined, 'a plan notes nothing');
  await createSweep(world.deps)({});
  assert.match(findings(world)[0]?.reason ?? '', /attached to i-other/);
  detach(world, volume);
  for (let hours = 0; hours < 48; hours++) {
    world.later(HOUR);
    assert.equal((await createSweep(world.deps)({ eager: true })).removed, 0);
  }
  const [shown] = findings(world);
  assert.deepEqual([world.ids(), shown?.subject, shown?.action], [[volume.id], volume.id, 'show']);
  assert.match(shown?.reason ?? '', /left to its owner/);
  assert.equal((await sweepFact(world.catalog, world.now())).level, 'ok', 'no alarm stays on for it');
});

test('one that has not left its instance yet is not in use: it goes once it is off', async () => {
  const world = reaperWorld();
  const volume = replaced(world, { attachedTo: 'i-0000000a', isLeaving: true });
  assert.deepEqual([(await createSweep(world.deps)({})).removed, findings(world)], [0, []]);
  detach(world, volume);
  assert.equal((await createSweep(world.deps)({})).removed, 1);
});

const restored = (world: ReaperWorld, attachedTo: string) => {
  const failed = world.restore({ kind: 'volumes' } as never);
  const made = world.effect(failed, 'volume', { resourceIds: ['vol-made'] });
  return { failed, made, volume: world.thing('volume', world.tagsOf(made), { id: 'vol-made', attachedTo }) };
};

test('a failed restore’s volume that its owner uses stays his, for sweeps and for a cleanup that comes late', async () => {
  const world = reaperWorld();
  const { made, volume } = restored(world, 'i-rescue');
  await createSweep(world.deps)({});
  assert.match(findings(world)[0]?.reason ?? '', /attached to i-rescue/);
  detach(world, volume);
  world.later(HOUR);
  assert.equal((await createSweep(world.deps)({ eager: true })).removed, 0);
  assert.match(findings(world)[0]?.reason ?? '', /left to its owner/);
  const [effect] = await world.catalog.effects.ofAttempt(made.jobId, 1);
  assert.deepEqual(effect?.inUse, ['vol-made']);
  const deleted: string[] = [];
  const describe = async (ids: readonly string[]) => ids.map((volumeId) => ({ volumeId, state: 'available' }));
  const scope = { volumes: { describe, delete: async (id: string) => void deleted.push(id) } };
  const effects = effect ? [effect] : [];
  const none = { points: [], results: [] };
  await undoEffects(world.catalog, async () => scope as unknown as TenantScope, effects, none, true);
  assert.deepEqual(deleted, []);
});

test('an instance of its own attempt is no use: the volume goes after it', async () => {
  for (const [kind, more] of [
    ['instance', { resourceIds: ['i-own'] }],
    ['instance', { resourceIds: [] }],
    ['attached-volumes', { before: { instanceId: 'i-own', instanceState: 'running', volumes: [] } }],
  ] as const) {
    const world = reaperWorld();
    const { failed, volume } = restored(world, 'i-own');
    world.effect(failed, kind, more);
    await createSweep(world.deps)({});
    detach(world, volume);
    assert.equal((await createSweep(world.deps)({})).removed, 1, kind);
  }
});

test('two volumes of one launch are both noted, and one that cannot be is tried again', async () => {
  const world = reaperWorld();
  const made = world.effect(world.restore({ kind: 'new-instance' } as never), 'instance', { resourceIds: ['i-gone'] });
  const volumes = ['vol-a', 'vol-b'].map((id) =>
    world.thing('volume', world.tagsOf(made), { id, attachedTo: 'i-rescue' }),
  );
  const { effects } = world.catalog;
  const deps = {
    ...world.deps,
    catalog: { ...world.catalog, effects: { ...effects, update: () => Promise.reject(new Error('not now')) } },
  };
  assert.equal((await createSweep(deps)({})).failed, 2);
  assert.match([...world.records.findings.values()][0]?.error ?? '', /not now/);
  await createSweep(world.deps)({});
  for (const volume of volumes) detach(world, volume);
  assert.equal((await createSweep(world.deps)({ eager: true })).removed, 0);
  assert.deepEqual(world.ids(), ['vol-a', 'vol-b']);
});
