import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLibrary } from '../../library/check-library.ts';
import { latestGeneration } from '../../library/condemned.ts';
import type { PruneInput } from '../../library/prune-plan.ts';
import { planPrune } from '../../library/prune-plan.ts';
import { repairLibrary } from '../../library/repair-library.ts';
import { type Blocks, backUp, block, difference, openTestLibrary, restore } from './backup.ts';
import { MemoryStore } from './memory-store.ts';
import { pruneNow } from './pruning.ts';
import { seededRandom } from './seeded-random.ts';

const sizeBytes = 2 ** 30;
const KEPT: Blocks = new Map([[1, block('kept')]]);
const GOING: Blocks = new Map([[2, block('going')]]);
const input: PruneInput = { committed: ['rp-2'], expired: [], pending: [] };

const opened = (store: MemoryStore) => openTestLibrary(store, seededRandom(`opened ${store.objects.size}`));

/** One prune is done, another has condemned and waits; `noted` are the generations that the control plane was told of. */
const build = async () => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  const noted: number[] = [];
  const noteCondemned = async (generation: number): Promise<void> => void noted.push(generation);
  for (const point of ['rp-0', 'rp-1'])
    await backUp(library, { point, sizeBytes, blocks: new Map([[point.length, block(point)]]) });
  await backUp(library, { point: 'rp-2', volumeId: 'vol-2', sizeBytes, blocks: KEPT });
  await pruneNow(library, store, { expired: ['rp-0'], noteCondemned });
  await backUp(library, { point: 'rp-3', sizeBytes, blocks: GOING });
  await pruneNow(library, store, { expired: ['rp-1', 'rp-3'], noteCondemned, safetyMs: 86_400_000 });
  return { store, notedGeneration: Math.max(...noted) };
};

const hide = (store: MemoryStore, which: (key: string) => boolean): void => {
  for (const key of [...store.objects.keys()]) if (which(key)) store.objects.delete(key);
};
const keysOf = (store: MemoryStore, prefix: string): string[] =>
  [...store.objects.keys()].filter((key) => key.startsWith(prefix)).sort();

test('a waiting generation that was hidden is told, no prune builds on what was before it, and repair puts it right', async () => {
  const { store, notedGeneration } = await build();
  assert.deepEqual((await checkLibrary(await opened(store), { depth: 'structure', notedGeneration })).findings, []);
  const last = keysOf(store, 'condemned/').at(-1) as string;
  hide(store, (key) => key === last);

  const { findings } = await checkLibrary(await opened(store), { depth: 'structure', notedGeneration });
  assert.deepEqual(
    findings.map(({ key, damage, lostBlocks }) => [key, damage, lostBlocks]),
    [[last, 'missing', 0]],
  );
  const before = [...store.objects.keys()];
  const library = await opened(store);
  const all = { ...input, notedGeneration };
  await assert.rejects(planPrune(library, all), { name: 'LibraryDamaged', keys: [last] });
  await assert.rejects(pruneNow(library, store, { ...all, acceptDamage: true }), { name: 'LibraryDamaged' });
  assert.deepEqual([...store.objects.keys()], before, 'nothing was written or deleted');

  const repaired: number[] = [];
  const { after } = await repairLibrary(await opened(store), {
    store,
    holder: 'repair-1',
    takeOver: true,
    depth: 'everything',
    safetyMs: 0,
    noteCondemned: async (generation) => void repaired.push(generation),
    notedGeneration,
  });
  assert.deepEqual(after.findings, []);
  assert.deepEqual(repaired, [notedGeneration + 1], 'no generation is published twice');
  const again = await opened(store);
  await pruneNow(again, store, { ...all, expired: ['rp-1', 'rp-3'], notedGeneration: notedGeneration + 1 });
  assert.deepEqual(keysOf(store, 'points/'), ['points/rp-2']);
  assert.equal(difference(await restore(await opened(store), 'rp-2', 'vol-2'), KEPT), undefined);
  assert.deepEqual((await checkLibrary(await opened(store), { depth: 'everything' })).findings, []);
});

test('a generation whose deletions were done is missed without the control plane', async () => {
  const { store } = await build();
  hide(store, (key) => key.startsWith('condemned/'));
  const { findings } = await checkLibrary(await opened(store), { depth: 'structure' });
  assert.deepEqual(
    findings.map(({ kind, damage }) => [kind, damage]),
    [['condemned', 'missing']],
  );
});

test('records of prunes that are all hidden are told, and a prune refuses', async () => {
  const { store, notedGeneration } = await build();
  hide(store, (key) => key.startsWith('prune/'));
  const { findings } = await checkLibrary(await opened(store), { depth: 'structure', notedGeneration });
  assert.deepEqual(
    findings.map(({ key, kind }) => [key, kind]),
    [['prune/', 'prune']],
  );
  await assert.rejects(pruneNow(await opened(store), store, { ...input, notedGeneration }), {
    name: 'LibraryDamaged',
    keys: ['prune/'],
  });
  assert.equal(await latestGeneration(store), notedGeneration);
});
