import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeletableStore } from '../../core/ports/object-store.ts';
import { checkLibrary } from '../../library/check-library.ts';
import { ObjectRetained } from '../../library/errors.ts';
import type { Library } from '../../library/library.ts';
import { takeMaintenanceLease } from '../../library/maintenance-lease.ts';
import { planPrune } from '../../library/prune-plan.ts';
import { writePoint } from '../../library/recovery-point.ts';
import { repairLibrary } from '../../library/repair-library.ts';
import { assembleMap, readMap } from '../../library/volume-map.ts';
import {
  type Blocks,
  backUp,
  block,
  difference,
  openTestLibrary,
  pointDocument,
  restore,
  writeSegment,
} from './backup.ts';
import { MemoryStore } from './memory-store.ts';
import { pruneNow } from './pruning.ts';
import { readEverything } from './read-everything.ts';
import { seededRandom } from './seeded-random.ts';

const sizeBytes = 2 ** 30;
const noise = seededRandom('noise');
/** Half a MiB each, in the library too. */
const NOISE = Array.from({ length: 40 }, () => Buffer.from(noise(524_288)));

const bytesOf = (store: MemoryStore, prefix = ''): number =>
  [...store.objects].reduce((sum, [key, { length }]) => sum + (key.startsWith(prefix) ? length : 0), 0);
const count = (store: MemoryStore, prefix: string): number =>
  [...store.objects.keys()].filter((key) => key.startsWith(prefix)).length;
const blocksOf = (from: number, to: number): Blocks =>
  new Map(NOISE.slice(from, to).map((plain, at) => [at * 2, plain]));

test('half of the points go, and half of the space comes back', async () => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  for (let n = 0; n < 4; n++)
    await backUp(library, { point: `rp-${n}`, volumeId: `vol-${n}`, sizeBytes, blocks: blocksOf(n * 10, n * 10 + 10) });
  const before = bytesOf(store);
  const plan = await planPrune(library, { committed: [], expired: ['rp-0', 'rp-2'], pending: [] });
  assert.equal(bytesOf(store), before);
  const result = await pruneNow(library, store, { expired: ['rp-0', 'rp-2'] });
  assert.equal(result.outcome, 'done');
  assert.deepEqual(result.plan, plan);
  const ratio = bytesOf(store) / before;
  assert.ok(ratio > 0.49 && ratio < 0.51, `${ratio}`);
  assert.ok(Math.abs(plan.bytesGivenBack - (before - bytesOf(store))) < 4096);
  assert.deepEqual(
    [...store.objects.keys()].filter((key) => key.startsWith('points/')),
    ['points/rp-1', 'points/rp-3'],
  );
  const restored = await readEverything(store);
  for (const n of [1, 3])
    assert.equal(difference(restored.get(`rp-${n}/vol-${n}`) ?? new Map(), blocksOf(n * 10, n * 10 + 10)), undefined);
  assert.equal(count(store, 'maps/'), 2);
  assert.equal(count(store, 'pages/'), 2);
});

test('packs that mostly died are rewritten, and the rest of them is restored from where it went', async () => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  const blocks = blocksOf(0, 20);
  await backUp(library, { point: 'rp-1', sizeBytes, blocks });
  const kept = new Map([...blocks].slice(0, 5));
  await backUp(library, { point: 'rp-2', volumeId: 'vol-2', sizeBytes, blocks: kept });
  assert.equal(count(store, 'packs/'), 1);
  const reading = await openTestLibrary(store, seededRandom('reading'));
  const [old = ''] = [...store.objects.keys()].filter((key) => key.startsWith('packs/'));
  const { plan, rewritten } = await pruneNow(library, store, { expired: ['rp-1'] });
  assert.deepEqual(
    plan?.packs.rewrite.map(({ blocks, liveBlocks }) => [blocks, liveBlocks]),
    [[20, 5]],
  );
  assert.equal(rewritten?.blocks, 5);
  assert.equal(count(store, 'packs/'), 1);
  assert.ok(!store.objects.has(old));
  assert.ok(bytesOf(store, 'packs/') < 6 * 524_288);
  for (const node of [reading, await openTestLibrary(store)])
    assert.equal(difference(await restore(node, 'rp-2', 'vol-2'), kept), undefined);
  // and nothing is left to do
  const again = await pruneNow(library, store);
  assert.deepEqual([again.outcome, again.swept.length, again.plan?.bytesGivenBack], ['done', 0, 0]);
});

const WINDOW = 1000;
const SEGMENT = { volumeBlocks: sizeBytes / 524_288, pages: [0], unlisted: 'zero' } as const;
const SOME: Blocks = new Map([1, 2, 3].map((at) => [at, block(`some ${at}`)]));

const at = (library: Library, time: number): Library => ({ ...library, now: () => time });

/** A library with one expired point, condemned at time 100 and to be deleted from 1100 on. */
const condemned = async (): Promise<{ store: MemoryStore; library: Library }> => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  await backUp(library, { point: 'rp-1', sizeBytes, blocks: SOME });
  const result = await pruneNow(at(library, 100), store, { expired: ['rp-1'], safetyMs: WINDOW });
  assert.deepEqual([result.outcome, result.deleteNotBefore, result.swept.length], ['waiting', 1100, 0]);
  return { store, library };
};

test('nothing is deleted before its time, and everything after it', async () => {
  const { store, library } = await condemned();
  const objects = new Set(store.objects.keys());
  const options = { expired: ['rp-1'], safetyMs: WINDOW };
  assert.equal((await pruneNow(at(library, 1099), store, options)).outcome, 'waiting');
  for (const key of objects) assert.ok(key.startsWith('prune/') || store.objects.has(key), key);
  const fences: number[][] = [];
  const raiseFences = async (...fence: number[]): Promise<void> => void fences.push(fence);
  const result = await pruneNow(at(library, 1100), store, { ...options, raiseFences, clockMarginMs: 7 });
  assert.equal(result.outcome, 'done');
  assert.deepEqual(fences, [[107, 1]]);
  assert.deepEqual(
    [count(store, 'points/'), count(store, 'maps/'), count(store, 'pages/'), count(store, 'packs/')],
    [0, 0, 0, 0],
  );
  assert.equal(result.swept[0]?.recoveryPoints, 1);
});

test('an attempt that begins after the condemnation builds on nothing of it, and may commit after the deletion', async () => {
  const { store, library } = await condemned();
  const node = await openTestLibrary(store, seededRandom('node'));
  const { pages, counters, generation } = await writeSegment(node, SOME, SEGMENT);
  assert.deepEqual([counters.stored, counters.deduplicated, generation], [3, 0, 1]);
  // deletes what was condemned first, and condemns what the attempt has written so far
  const second = await pruneNow(at(library, 1100), store, { expired: ['rp-1'], pending: ['rp-2'], safetyMs: WINDOW });
  assert.deepEqual([second.swept[0]?.packs, second.outcome], [1, 'waiting']);
  const lineage = { snapshotId: 'snap-2' };
  const { map } = await assembleMap(node, { recoveryPointId: 'rp-2', volumeId: 'vol-1', sizeBytes, pages, lineage });
  await writePoint(node, pointDocument('rp-2', 'vol-1', map));
  await pruneNow(at(library, 2100), store);
  for (const reader of [node, await openTestLibrary(store)])
    assert.equal(difference(await restore(reader, 'rp-2'), SOME), undefined);
});

test('an attempt that commits in the window what it found before the condemnation keeps it', async () => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  await backUp(library, { point: 'rp-1', sizeBytes, blocks: SOME });
  const node = await openTestLibrary(store, seededRandom('node'));
  const { pages, counters } = await writeSegment(node, SOME, SEGMENT);
  assert.deepEqual([counters.stored, counters.deduplicated], [0, 3]);
  await pruneNow(at(library, 100), store, { expired: ['rp-1'], safetyMs: WINDOW });
  const lineage = { snapshotId: 'snap-2' };
  const { map } = await assembleMap(node, { recoveryPointId: 'rp-2', volumeId: 'vol-1', sizeBytes, pages, lineage });
  await writePoint(node, pointDocument('rp-2', 'vol-1', map));
  const { swept } = await pruneNow(at(library, 1100), store, { expired: ['rp-1'] });
  assert.deepEqual(swept[0]?.rescued, { packs: 1, pages: 1, points: 0 });
  assert.equal(difference(await restore(await openTestLibrary(store), 'rp-2'), SOME), undefined);
  // and what was rescued is built upon again
  const later = await openTestLibrary(store, seededRandom('later'));
  assert.equal((await writeSegment(later, SOME, SEGMENT)).counters.deduplicated, 3);
});

test('a point that is being pruned is no parent', async () => {
  const { store } = await condemned();
  const node = await openTestLibrary(store, seededRandom('node'));
  const parent = await readMap(node, 'rp-1', 'vol-1');
  await assert.rejects(backUp(node, { point: 'rp-2', sizeBytes, blocks: new Map(), parent }), {
    name: 'ConflictingObject',
    key: 'maps/rp-1/vol-1',
  });
});

test('a page that was condemned is written under another name ever after: a pruner that sleeps for long deletes nothing', async () => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  await backUp(library, { point: 'rp-1', sizeBytes, blocks: SOME });
  const [stopped, woken] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const asleep = Object.assign(Object.create(store) as MemoryStore, {
    delete: async (key: string) => {
      if (key.startsWith('pages/')) {
        stopped.resolve();
        await woken.promise;
      }
      return store.delete(key);
    },
  });
  const slow = pruneNow(await openTestLibrary(store, seededRandom('slow')), asleep, { expired: ['rp-1'] });
  await stopped.promise;
  const other = await openTestLibrary(store, seededRandom('other'));
  await pruneNow(other, store, { expired: ['rp-1'] });
  // so many others that nobody remembers what the first condemned
  for (const n of [2, 3]) {
    const blocks = new Map([[n, block(`${n}`)]]);
    await backUp(await openTestLibrary(store, seededRandom(`${n}`)), { point: `rp-${n}`, sizeBytes, blocks });
    await pruneNow(other, store, { expired: [`rp-${n}`] });
  }
  await backUp(await openTestLibrary(store, seededRandom('late')), { point: 'rp-9', sizeBytes, blocks: SOME });
  woken.resolve();
  await assert.rejects(slow, { name: 'MaintenanceTakenOver' });
  assert.equal(difference(await restore(await openTestLibrary(store), 'rp-9'), SOME), undefined);
});

test('a repair while a prune waits does not put off what that prune has condemned', async () => {
  const { store, library } = await condemned();
  const before = new Set(store.objects.keys());
  const node = await openTestLibrary(store, seededRandom('node'));
  await backUp(node, { point: 'rp-2', sizeBytes, blocks: new Map([[9, block('other')]]) });
  for (const key of store.objects.keys()) if (key.startsWith('packs/') && !before.has(key)) store.objects.delete(key);
  const { droppedPacks } = await repairLibrary(at(library, 600), {
    store,
    depth: 'structure',
    holder: 'repair-1',
    noteCondemned: async () => undefined,
    safetyMs: WINDOW,
  });
  assert.equal(droppedPacks.length, 1);
  const options = { expired: ['rp-1'], safetyMs: WINDOW };
  assert.equal((await pruneNow(at(library, 1099), store, options)).swept.length, 0);
  const fences: number[][] = [];
  const raiseFences = async (...fence: number[]): Promise<void> => void fences.push(fence);
  const result = await pruneNow(at(library, 1100), store, { ...options, raiseFences, clockMarginMs: 7 });
  assert.deepEqual([result.outcome, result.deleteNotBefore, result.swept[0]?.recoveryPoints], ['waiting', 1600, 1]);
  assert.deepEqual(fences, [[107, 1]]);
  assert.deepEqual([count(store, 'points/'), count(store, 'maps/'), count(store, 'pages/')], [1, 1, 1]);
  assert.equal((await pruneNow(at(library, 1600), store, options)).outcome, 'done');
});

test('a point that is no longer called expired when its time has come stays, whole', async () => {
  const { store, library } = await condemned();
  await pruneNow(at(library, 1100), store, { expired: [] });
  assert.equal(difference(await restore(await openTestLibrary(store), 'rp-1'), SOME), undefined);
});

test('maps of an attempt under way stay; once it was given up they go', async () => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  await backUp(library, { point: 'rp-1', sizeBytes, blocks: SOME });
  store.objects.delete('points/rp-1');
  await pruneNow(library, store, { pending: ['rp-1'] });
  assert.deepEqual([count(store, 'maps/'), count(store, 'pages/'), count(store, 'packs/')], [1, 1, 1]);
  await pruneNow(library, store, { expired: ['rp-1'] });
  assert.deepEqual([count(store, 'maps/'), count(store, 'pages/'), count(store, 'packs/')], [0, 0, 0]);
});

test('an attempt that began after the control plane was asked is let be: it commits, and the next one builds on it', async () => {
  const { store, library } = await condemned();
  await backUp(library, { point: 'rp-9', sizeBytes, blocks: SOME });
  const committed = store.objects.get('points/rp-9') as Buffer;
  store.objects.delete('points/rp-9');
  const late = at(library, 1100);
  const { plan } = await pruneNow(late, store, { safetyMs: 1000 });
  assert.deepEqual([plan?.unnamed, plan?.unfinished], [['rp-9'], []]);
  store.objects.set('points/rp-9', committed);
  await late.index.refresh();
  const parent = await readMap(late, 'rp-9', 'vol-1');
  await backUp(late, { point: 'rp-10', sizeBytes, blocks: new Map(), parent });
  assert.equal(difference(await restore(await openTestLibrary(store), 'rp-10'), SOME), undefined);
});

test('a sweep that died is ended by the next, though an attempt that it overtook has left a point that names what is gone', async () => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  await backUp(library, { point: 'rp-1', sizeBytes, blocks: SOME });
  const asleep = await openTestLibrary(store, seededRandom('asleep'));
  const parent = await readMap(asleep, 'rp-1', 'vol-1');
  await pruneNow(at(library, 100), store, { expired: ['rp-1'], pending: ['rp-2'], safetyMs: WINDOW });
  const dying: DeletableStore = Object.assign(Object.create(store) as MemoryStore, {
    delete: async (key: string) => {
      if (key.startsWith('packs/')) throw new Error('the node died');
      return store.delete(key);
    },
  });
  const input = { expired: ['rp-1'], pending: ['rp-2'], safetyMs: WINDOW };
  await assert.rejects(pruneNow(at({ ...library, store: dying }, 1100), dying, input), /the node died/);
  assert.deepEqual([count(store, 'pages/'), count(store, 'packs/')], [0, 1]);
  // its commit is refused from now on, but it wakes and does not know
  await backUp(asleep, { point: 'rp-2', sizeBytes, blocks: new Map(), parent });
  const rest = await pruneNow(at(library, 1200), store, { expired: ['rp-1', 'rp-2'], safetyMs: WINDOW });
  assert.equal(rest.swept.length, 1);
  await pruneNow(at(library, 2400), store, { expired: ['rp-2'], safetyMs: WINDOW });
  assert.deepEqual([count(store, 'points/'), count(store, 'maps/'), count(store, 'packs/')], [0, 0, 0]);
});

test('one prune at a time: a second is refused by name, and one that was taken over deletes nothing more', async () => {
  const { store, library } = await condemned();
  const first = await takeMaintenanceLease(library, { holder: 'order-1' });
  await assert.rejects(pruneNow(library, store, { holder: 'order-2' }), { name: 'LibraryBusy', holder: 'order-1' });
  await first.check();
  let taken = false;
  const slow: DeletableStore = Object.assign(Object.create(store) as MemoryStore, {
    list: async function* (prefix: string) {
      if (prefix === 'pages/' && !taken) {
        taken = true;
        await takeMaintenanceLease(library, { holder: 'order-3', takeOver: true });
      }
      yield* store.list(prefix);
    },
  });
  const before = [...store.objects.keys()].filter((key) => !key.startsWith('prune/'));
  const busy = at({ ...library, store: slow }, 1100);
  await assert.rejects(pruneNow(busy, slow, { holder: 'order-1', expired: [] }), { name: 'MaintenanceTakenOver' });
  assert.ok(taken);
  await assert.rejects(first.check(), { name: 'MaintenanceTakenOver' });
  for (const key of before.filter((key) => !key.startsWith('index/'))) assert.ok(store.objects.has(key), key);
});

test('what its retention keeps is counted and tried again', async () => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  await backUp(library, { point: 'rp-1', sizeBytes, blocks: SOME });
  await backUp(library, { point: 'rp-2', volumeId: 'vol-2', sizeBytes, blocks: new Map([[9, block('other')]]) });
  let locked = true;
  const retaining = Object.assign(Object.create(store) as MemoryStore, {
    delete: async (key: string) => {
      if (locked && key.startsWith('packs/')) throw new ObjectRetained(key);
      return store.delete(key);
    },
  });
  const options = { expired: ['rp-1'] };
  assert.equal((await pruneNow(library, retaining, options)).swept[0]?.retained, 1);
  assert.equal((await pruneNow(library, retaining, options)).swept[0]?.retained, 1);
  assert.equal(count(store, 'packs/'), 2);
  assert.deepEqual((await checkLibrary(await openTestLibrary(store), { depth: 'everything' })).findings, []);
  locked = false;
  await pruneNow(library, retaining, options);
  assert.equal(count(store, 'packs/'), 1);
});

test('of a point that its retention keeps, everything is kept', async () => {
  const { store, library } = await two();
  let locked = true;
  const retaining = Object.assign(Object.create(store) as MemoryStore, {
    delete: async (key: string) => {
      if (locked && key === 'points/rp-1') throw new ObjectRetained(key);
      return store.delete(key);
    },
  });
  const options = { committed: ['rp-2'], expired: ['rp-1'] };
  const { swept } = await pruneNow(library, retaining, options);
  assert.deepEqual([swept[0]?.retained, swept[0]?.recoveryPoints, swept[0]?.pages, swept[0]?.packs], [1, 0, 0, 0]);
  assert.equal(difference(await restore(await openTestLibrary(store), 'rp-1'), SOME), undefined);
  locked = false;
  await pruneNow(library, retaining, options);
  assert.deepEqual([count(store, 'points/'), count(store, 'maps/'), count(store, 'packs/')], [1, 1, 1]);
});

test('a prune that cannot read what points refer to deletes nothing, and says what it could not read', async () => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  await backUp(library, { point: 'rp-1', sizeBytes, blocks: SOME });
  const key = [...store.objects.keys()].find((name) => name.startsWith('pages/')) as string;
  store.objects.set(
    key,
    Buffer.from((store.objects.get(key) as Buffer).map((byte, n) => (n === 60 ? byte ^ 1 : byte))),
  );
  await assert.rejects(pruneNow(library, store), { name: 'LibraryDamaged', keys: [key] });
  assert.equal(count(store, 'packs/'), 1);
});

const two = async (): Promise<{ store: MemoryStore; library: Library; objects: Map<string, Buffer> }> => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  await backUp(library, { point: 'rp-1', sizeBytes, blocks: SOME });
  await backUp(library, { point: 'rp-2', volumeId: 'vol-2', sizeBytes, blocks: new Map([[9, block('other')]]) });
  return { store, library, objects: new Map(store.objects) };
};

for (const hidden of [['points/rp-1', 'maps/rp-1/'], ['points/rp-1'], ['maps/rp-1/']]) {
  test(`a committed point of which somebody hid ${hidden.join(' and ')} is told by a check, and nothing of it is deleted`, async () => {
    const { store, library, objects } = await two();
    for (const key of objects.keys()) if (hidden.some((prefix) => key.startsWith(prefix))) store.objects.delete(key);
    const committed = ['rp-1', 'rp-2'];
    const { findings } = await checkLibrary(library, { depth: 'structure', committed });
    const key = hidden[0]?.startsWith('points/') ? 'points/rp-1' : 'maps/rp-1/vol-1';
    assert.deepEqual(
      findings.map((found) => [found.key, found.damage, found.losses.map(({ recoveryPointId }) => recoveryPointId)]),
      [[key, 'missing', ['rp-1']]],
    );
    await assert.rejects(pruneNow(library, store, { committed }), { name: 'LibraryDamaged', keys: [key] });
    for (const [name, bytes] of objects) store.objects.set(name, bytes);
    assert.equal(difference(await restore(await openTestLibrary(store), 'rp-1'), SOME), undefined);
    await pruneNow(library, store, { committed });
    assert.equal(count(store, 'packs/'), 2);
  });
}

test('a page that was hidden when it came to deleting stops the prune, though it could be read when it was planned', async () => {
  const { store, library, objects } = await two();
  const options = { committed: ['rp-2'], expired: ['rp-1'], safetyMs: WINDOW };
  await pruneNow(at(library, 100), store, options);
  const map = await readMap(library, 'rp-2', 'vol-2');
  const page = `pages/${map.pages[0]?.id.slice(0, 2)}/${map.pages[0]?.id}`;
  store.objects.delete(page);
  await assert.rejects(pruneNow(at(library, 1100), store, options), { name: 'LibraryDamaged', keys: [page] });
  assert.deepEqual([count(store, 'points/'), count(store, 'packs/')], [2, 2]);
  store.objects.set(page, objects.get(page) as Buffer);
  await pruneNow(at(library, 1100), store, options);
  assert.deepEqual([count(store, 'points/'), count(store, 'packs/')], [1, 1]);
});

test('what an attempt lacks that a prune overtook does not stop the next prune', async () => {
  const { store, library } = await two();
  const map = await readMap(library, 'rp-1', 'vol-1');
  store.objects.delete(`pages/${map.pages[0]?.id.slice(0, 2)}/${map.pages[0]?.id}`);
  await pruneNow(library, store, { committed: ['rp-2'], pending: ['rp-1'] });
  await assert.rejects(pruneNow(library, store, { committed: ['rp-1', 'rp-2'] }), { name: 'LibraryDamaged' });
});

test('a prune that is told to stop stops, and can be run again', async () => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  await backUp(library, { point: 'rp-1', sizeBytes, blocks: SOME });
  const stop = new AbortController();
  const onProgress = (): void => stop.abort();
  await assert.rejects(pruneNow(library, store, { expired: ['rp-1'], signal: stop.signal, onProgress }), {
    name: 'AbortError',
  });
  await pruneNow(library, store, { expired: ['rp-1'] });
  assert.equal(count(store, 'packs/'), 0);
});
