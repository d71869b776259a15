import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishCondemned } from '../../library/condemned.ts';
import { encodeIndex } from '../../library/index-object.ts';
import { attachLibrary, type Library, shareLibrary } from '../../library/library.ts';
import { indexName } from '../../library/names.ts';
import { readPackContents } from '../../library/pack-object.ts';
import { rebuildIndex } from '../../library/rebuild-index.ts';
import { sealObject } from '../../library/seal.ts';
import { readMap } from '../../library/volume-map.ts';
import { type LostBlock, openVolumeReader } from '../../library/volume-reader.ts';
import { type Blocks, backUp, block, difference, openTestLibrary, restore, shaOf, writeSegment } from './backup.ts';
import { MemoryStore } from './memory-store.ts';
import { seededRandom } from './seeded-random.ts';

const sizeBytes = 2 ** 30;
const BLOCKS: Blocks = new Map(Array.from({ length: 10 }, (_, at) => [at * 3, block(`${at}`)]));
const SEGMENT = { volumeBlocks: 2048, pages: [0], unlisted: 'zero' } as const;

const objectsOf = (store: MemoryStore, kind: string): string[] =>
  [...store.objects.keys()].filter((key) => key.startsWith(kind));

/** A library with one point of ten blocks in ten packs. */
const build = async (): Promise<{ store: MemoryStore; library: Library }> => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  await backUp(library, { point: 'rp-1', sizeBytes, blocks: BLOCKS, packBytes: 1 });
  assert.equal(objectsOf(store, 'packs/').length, 10);
  return { store, library };
};

const packIdOf = (library: Library, plain: Buffer): string => {
  const id = library.keys.blockId(shaOf(plain));
  const { table } = library.index;
  return table.pack(table.location(table.find(id)).pack).id;
};

/** What prune does: moves a pack's blocks to a new pack, then condemns the old one. */
const movePack = async (library: Library, store: MemoryStore, packId: string): Promise<void> => {
  const index = [...BLOCKS.keys()].find((at) => packIdOf(library, BLOCKS.get(at) as Buffer) === packId) as number;
  const plain = BLOCKS.get(index) as Buffer;
  // a library that knows no pack stores the block again
  const blind = { ...library, index: (await openTestLibrary(new MemoryStore())).index };
  await writeSegment(blind, new Map([[index, plain]]), SEGMENT);
  await publishCondemned(library, {
    generation: 1,
    publishedAt: 0,
    deleteNotBefore: 0,
    pages: [],
    points: [],
    packs: [packId],
  });
  assert.ok(store.objects.has(`packs/${packId.slice(0, 2)}/${packId}`));
};

test('a lost index is rebuilt from the packs alone, and all is restored', async () => {
  const { store } = await build();
  for (const key of objectsOf(store, 'index/')) store.objects.delete(key);
  const library = await openTestLibrary(store, seededRandom('later'));
  await assert.rejects(restore(library, 'rp-1'), { name: 'MissingObject', kind: 'block' });
  const { packs, blocks, indexObjects, damaged } = await rebuildIndex(library);
  assert.deepEqual({ packs, blocks, indexObjects, damaged }, { packs: 10, blocks: 10, indexObjects: 1, damaged: [] });
  assert.equal(difference(await restore(await openTestLibrary(store), 'rp-1'), BLOCKS), undefined);
});

test('rebuilding names the packs that cannot be read, and saves the rest', async () => {
  const { store } = await build();
  for (const key of objectsOf(store, 'index/')) store.objects.delete(key);
  const [first = '', second = ''] = objectsOf(store, 'packs/');
  store.objects.set(first, (store.objects.get(first) as Buffer).subarray(0, 100));
  store.objects.set(second, Buffer.alloc(10));
  const library = await openTestLibrary(store, seededRandom('later'));
  const rebuilt = await rebuildIndex(library);
  assert.equal(rebuilt.packs, 8);
  assert.deepEqual(rebuilt.damaged.map(({ key }) => key).sort(), [first, second].sort());
});

test('a restore goes on past lost blocks, and names exactly those', async () => {
  const { store, library } = await build();
  const [gone, flipped] = [3, 9].map((at) => packIdOf(library, BLOCKS.get(at) as Buffer));
  const keyOf = (id = ''): string => `packs/${id.slice(0, 2)}/${id}`;
  store.objects.delete(keyOf(gone));
  const damaged = Buffer.from(store.objects.get(keyOf(flipped)) as Buffer);
  damaged.writeUInt8(damaged.readUInt8(60) ^ 1, 60);
  store.objects.set(keyOf(flipped), damaged);
  const map = await readMap(library, 'rp-1', 'vol-1');
  const lost: LostBlock[] = [];
  const read = new Map<number, Buffer>();
  const reader = openVolumeReader(library, map, { onLost: (block) => lost.push(block) });
  for await (const { index, plain } of reader.blocks([0])) read.set(index, plain);
  assert.deepEqual(lost.map(({ index, error }) => [index, error.name, error.key]).sort(), [
    [3, 'MissingObject', keyOf(gone)],
    [9, 'CorruptObject', keyOf(flipped)],
  ]);
  const expected = new Map([...BLOCKS].filter(([at]) => at !== 3 && at !== 9));
  assert.equal(difference(read, expected), undefined);
  await assert.rejects(restore(library, 'rp-1'), /packs/);
  assert.equal(await openVolumeReader(library, map, { onLost: () => {} }).block(3), undefined);
  assert.deepEqual((await openVolumeReader(library, map).block(6))?.plain, BLOCKS.get(6));
  assert.equal(await openVolumeReader(library, map).block(7), undefined);
});

test('a writer treats condemned packs as absent, reports the generation, and readers still read them', async () => {
  const { store, library } = await build();
  const packs = [...BLOCKS].slice(0, 4).map(([, plain]) => packIdOf(library, plain as Buffer));
  await publishCondemned(library, { generation: 1, publishedAt: 0, deleteNotBefore: 0, pages: [], points: [], packs });
  const later = await openTestLibrary(store, seededRandom('later'));
  const { counters, generation } = await writeSegment(later, BLOCKS, SEGMENT);
  assert.equal(generation, 1);
  assert.deepEqual([counters.stored, counters.deduplicated], [4, 6]);
  assert.equal(difference(await restore(later, 'rp-1'), BLOCKS), undefined);
  await assert.rejects(
    publishCondemned(library, { generation: 1, publishedAt: 0, deleteNotBefore: 0, pages: [], points: [], packs: [] }),
    {
      name: 'ConflictingObject',
      key: 'condemned/1',
    },
  );
});

test('what is condemned is not built upon: a page gets another name, a point no map', async () => {
  const { store, library } = await build();
  const first = await readMap(library, 'rp-1', 'vol-1');
  const pages = first.pages.map(({ id }) => id);
  await publishCondemned(library, {
    generation: 1,
    publishedAt: 0,
    deleteNotBefore: 0,
    packs: [],
    pages,
    points: ['rp-dead'],
  });
  const later = await openTestLibrary(store, seededRandom('later'));
  const { pages: written } = await writeSegment(later, BLOCKS, SEGMENT);
  assert.notEqual(written[0]?.id, pages[0]);
  const again = attachLibrary({ store, random: seededRandom('worker'), now: () => 0, shared: shareLibrary(later) });
  assert.deepEqual((await writeSegment(again, BLOCKS, SEGMENT)).pages, written);
  await assert.rejects(backUp(later, { point: 'rp-dead', sizeBytes, blocks: BLOCKS }), { name: 'ConflictingObject' });
  await backUp(later, { point: 'rp-2', sizeBytes, blocks: BLOCKS });
  for (const id of pages) store.objects.delete(`pages/${id.slice(0, 2)}/${id}`);
  assert.equal(difference(await restore(later, 'rp-2'), BLOCKS), undefined);
});

for (const refreshed of [true, false]) {
  test(`a restore finds blocks that prune moved, with an index ${refreshed ? 'from after' : 'from before'} it`, async () => {
    const { store, library } = await build();
    const packId = packIdOf(library, BLOCKS.get(0) as Buffer);
    const reading = await openTestLibrary(store, seededRandom('reading'));
    await movePack(library, store, packId);
    if (refreshed) await reading.index.refresh();
    store.objects.delete(`packs/${packId.slice(0, 2)}/${packId}`);
    assert.equal(difference(await restore(reading, 'rp-1'), BLOCKS), undefined);
  });
}

test('an index that replaces others is loaded, also while the others still exist', async () => {
  const { store, library } = await build();
  const old = objectsOf(store, 'index/');
  const packs = await Promise.all(
    objectsOf(store, 'packs/').map((key) =>
      readPackContents(store, library.keys, key.slice(9), (store.objects.get(key) as Buffer).length),
    ),
  );
  const id = 'ab'.repeat(16);
  const content = encodeIndex({ supersedes: old.map((key) => key.slice('index/'.length)), packs });
  store.objects.set(indexName(id), sealObject(library.keys, 'index', indexName(id), Buffer.alloc(32, 7), content));
  const both = await library.index.refresh();
  assert.deepEqual([both.blocks, both.packs, both.indexObjects], [10, 10, 2]);
  for (const key of old) store.objects.delete(key);
  assert.equal(difference(await restore(await openTestLibrary(store), 'rp-1'), BLOCKS), undefined);
});

test('refreshing reads only index objects that are new', async () => {
  const { store, library } = await build();
  let reads = 0;
  const counting = Object.assign(Object.create(store) as MemoryStore, {
    get: (key: string) => {
      if (key.startsWith('index/')) reads++;
      return store.get(key);
    },
  });
  const node = await openTestLibrary(counting, seededRandom('node'));
  assert.equal(reads, 1);
  await node.index.refresh();
  assert.equal(reads, 1);
  await backUp(library, { point: 'rp-2', sizeBytes, blocks: new Map([[1, block('new')]]) });
  const [state] = await Promise.all([node.index.refresh(), node.index.refresh()]);
  assert.equal(reads, 2);
  assert.deepEqual(state, { blocks: 11, packs: 11, generation: 0, indexObjects: 2 });
});
