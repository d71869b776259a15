/** Tenants' tools copy tags: what a backup or a cleanup removes is what its records name, and nothing that looks like it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TAG } from '../../core/domain/effect.ts';
import type { TenantScope } from '../../core/ports/tenant-scope.ts';
import type { DescribedSnapshot } from '../../core/ports/tenant-snapshots.ts';
import { leaveOneSnapshot } from '../../core/steps/backup/leave-one-snapshot.ts';
import { undoEffects } from '../../core/steps/jobs/undo-effects.ts';
import { createSweep } from '../../core/steps/reaper/sweep.ts';
import { aPoint, aVolume } from '../adapters/records.ts';
import { OF_A_COPY, reaperWorld, VOLUME } from './reaper-world.ts';

const SHOWN = { state: 'completed', sizeGiB: 1, startedAt: 1 } as const;

/** Snapshots of one instance; `deleted` in turn. */
const snapshotsOf = (all: readonly DescribedSnapshot[]) => {
  const deleted: string[] = [];
  const snapshots = { findByTag: async () => all, delete: async (id: string) => void deleted.push(id) };
  return { deleted, scope: { snapshots } as unknown as TenantScope };
};

test('a backup deletes the last one’s snapshot, and leaves the copy that the tenant made of it', async () => {
  const { catalog, job, effect, tagsOf } = reaperWorld();
  const yesterday = effect(job(), 'snapshots', { state: 'kept', resourceIds: ['snap-yesterday'] });
  const others = effect(job({ tenantId: 'hv-globex' }), 'snapshots', {
    tenantId: 'hv-globex',
    resourceIds: ['snap-others'],
  });
  const tags = { ...tagsOf(yesterday), [TAG.instance]: 'i-1' };
  const { scope, deleted } = snapshotsOf([
    { ...SHOWN, snapshotId: 'snap-yesterday', volumeId: 'vol-1', tags },
    { ...SHOWN, snapshotId: 'snap-copy', volumeId: OF_A_COPY, tags },
    { ...SHOWN, snapshotId: 'snap-by-hand', volumeId: 'vol-1', tags },
    { ...SHOWN, snapshotId: 'snap-untold', volumeId: 'vol-1', tags: { [TAG.instance]: 'i-1' } },
    { ...SHOWN, snapshotId: 'snap-others', volumeId: 'vol-1', tags: { ...tagsOf(others), [TAG.instance]: 'i-1' } },
    { ...SHOWN, snapshotId: 'snap-today', volumeId: 'vol-1', tags, startedAt: 10 },
  ]);
  const point = aPoint('hv-acme', 'i-1', [{ ...aVolume(1, [1]), snapshotId: 'snap-today' }]);
  await leaveOneSnapshot(catalog, scope, { ...point, kind: 'streaming', takenAt: 10 });
  assert.deepEqual(deleted, ['snap-yesterday']);
});

test('a cleanup leaves a copy that the tenant’s own tools made of a snapshot, tags and all', async () => {
  const { catalog, job, effect, records, tagsOf } = reaperWorld();
  const made = effect(job(), 'snapshots', { resourceIds: ['snap-1'] });
  const tagged = [
    { snapshotId: 'snap-1', volumeId: 'vol-1' },
    { snapshotId: 'snap-2', volumeId: 'vol-1' },
    { snapshotId: 'snap-copy', volumeId: OF_A_COPY },
  ];
  const { scope, deleted } = snapshotsOf(tagged.map((each) => ({ ...SHOWN, ...each, tags: tagsOf(made) })));
  assert.equal(await undoEffects(catalog, async () => scope, [made], { points: [], results: [] }, false), true);
  assert.deepEqual(deleted, ['snap-1', 'snap-2'], 'both of the step that ran twice');
  assert.equal([...records.effects.values()][0]?.state, 'undone');
});

const ONES = [
  ['volume', 'volume'],
  ['instance', 'instance'],
  ['image', 'image'],
  ['snapshot', 'pending-snapshot'],
] as const;

test('a sweep removes what a failed restore’s record names; what has the same tags is shown, and stays', async () => {
  const world = reaperWorld();
  const failed = world.restore({ kind: 'volumes' } as never);
  const copies = ONES.map(([kind, made], n) => {
    const effect = world.effect(failed, made, { state: 'undone', resourceIds: [`made-${n}`] });
    world.thing(kind, world.tagsOf(effect), { id: `made-${n}` });
    return world.thing(kind, world.tagsOf(effect));
  });
  const outcome = await createSweep(world.deps)({});
  assert.deepEqual([outcome.removed, outcome.failed, outcome.open], [4, 0, 4]);
  assert.deepEqual(world.ids(), copies.map(({ id }) => id).sort());
});

test('what died before its record named it is found by its tags', async () => {
  const world = reaperWorld();
  const failed = world.restore({ kind: 'volumes' } as never);
  for (const [kind, made] of ONES) world.thing(kind, world.tagsOf(world.effect(failed, made, { state: 'intended' })));
  assert.equal((await createSweep(world.deps)({})).removed, 4);
  assert.deepEqual(world.ids(), []);
});

test('volumes that came with a launch go, though its record names the instance only', async () => {
  const world = reaperWorld();
  const failed = world.restore({ kind: 'new-instance' } as never);
  const launch = world.effect(failed, 'instance', { state: 'undone', resourceIds: ['i-made'] });
  world.thing('volume', world.tagsOf(launch));
  assert.equal((await createSweep(world.deps)({})).removed, 1);
});

/** A tenant's account for a cleanup: what carries an operation's tag, and what was removed of it. */
const taggedAlike = (attachedTo?: string) => {
  const removed: string[] = [];
  const remove = async (id: string): Promise<void> => void removed.push(id);
  const attachment = attachedTo === undefined ? {} : { attachment: { instanceId: attachedTo, device: '/dev/sdf' } };
  const volume = (volumeId: string) => ({ volumeId, state: attachedTo ? 'in-use' : 'available', ...attachment });
  const scope = {
    volumes: {
      describe: async (ids: readonly string[]) => ids.map((id) => ({ volumeId: id, state: 'available' })),
      findByTag: async () => [volume('vol-tagged')],
      delete: remove,
    },
    instances: { findByTag: async () => ['i-tagged'], terminate: remove },
    images: { findByTag: async () => ['ami-tagged'], deregister: remove },
    snapshots: { findByTag: async () => [{ ...SHOWN, snapshotId: 'snap-tagged', volumeId: VOLUME }], delete: remove },
  } as unknown as TenantScope;
  return { removed, scope };
};

test('a cleanup removes what its records name, and by tag only where they name nothing', async () => {
  for (const [named, goes] of [
    [['named'], ['named']],
    [[], ['vol-tagged', 'i-tagged', 'ami-tagged', 'snap-tagged']],
  ] as const)
    for (const [n, [, kind]] of ONES.entries()) {
      const { catalog, effect, restore } = reaperWorld();
      const made = effect(restore({ kind: 'volumes' } as never), kind, { resourceIds: named });
      const { removed, scope } = taggedAlike();
      await undoEffects(catalog, async () => scope, [made], { points: [], results: [] }, false);
      const came = kind === 'instance' ? ['vol-tagged'] : [];
      assert.deepEqual(removed, [...(named.length > 0 ? named : [goes[n]]), ...came], kind);
    }
});

test('a cleanup does not wait for volumes of an instance that was launched with the same tags', async () => {
  const { catalog, effect, restore, records } = reaperWorld();
  const made = effect(restore({ kind: 'new-instance' } as never), 'instance', { resourceIds: ['i-made'] });
  const undo = (scope: TenantScope) =>
    undoEffects(catalog, async () => scope, [made], { points: [], results: [] }, false);
  assert.equal(await undo(taggedAlike('i-made').scope), false, 'its own leave with it');
  const { removed, scope } = taggedAlike('i-like-it');
  assert.equal(await undo(scope), true);
  assert.deepEqual([removed, [...records.effects.values()].map(({ state }) => state)], [['i-made'], ['undone']]);
});
