/** Who holds how many copies of the index, when it has to be read again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishCondemned } from '../../library/condemned.ts';
import { attachLibrary, type Library, shareLibrary } from '../../library/library.ts';
import { type Blocks, backUp, block, difference, openTestLibrary, restore, shaOf, writeSegment } from './backup.ts';
import { MemoryStore } from './memory-store.ts';
import { seededRandom } from './seeded-random.ts';

const sizeBytes = 2 ** 30;
const BLOCKS: Blocks = new Map(Array.from({ length: 10 }, (_, at) => [at * 3, block(`${at}`)]));

/** Counts what is read of `index/`; fails the n-th of those reads. */
class CountingStore extends MemoryStore {
  reads = 0;
  failing = 0;

  override get(key: string): ReturnType<MemoryStore['get']> {
    if (key.startsWith('index/') && ++this.reads === this.failing) return Promise.reject(new Error('no answer'));
    return super.get(key);
  }
}

const build = async (): Promise<CountingStore> => {
  const store = new CountingStore();
  const library = await openTestLibrary(store);
  await backUp(library, { point: 'rp-1', sizeBytes, blocks: BLOCKS, packBytes: 1 });
  await backUp(library, { point: 'rp-2', sizeBytes, blocks: new Map([[1, block('more')]]), packBytes: 1 });
  return store;
};

const idOf = ({ keys }: Library, at: number): Buffer => keys.blockId(shaOf(BLOCKS.get(at) as Buffer));
const packOf = (library: Library, at: number): string => {
  const { table } = library.index;
  return table.pack(table.location(table.find(idOf(library, at))).pack).id;
};
const condemn = (library: Library, packs: readonly string[], generation = 1) =>
  publishCondemned(library, { generation, publishedAt: 0, deleteNotBefore: 0, pages: [], points: [], packs });

/** What prune does: writes the block to a new pack, condemns the old one, and deletes it. */
const move = async (store: MemoryStore, at: number): Promise<void> => {
  const library = await openTestLibrary(store, seededRandom('prune'));
  const old = packOf(library, at);
  const blind = { ...library, index: (await openTestLibrary(new MemoryStore())).index };
  const segment = { volumeBlocks: 2048, pages: [0], unlisted: 'zero' } as const;
  await writeSegment(blind, new Map([[at, BLOCKS.get(at)]]), segment);
  await condemn(library, [old]);
  store.objects.delete(`packs/${old.slice(0, 2)}/${old}`);
};

test('a worker whose index is too old is given the main thread’s, and reads none itself', async () => {
  const store = await build();
  const main = await openTestLibrary(store, seededRandom('main'));
  const mine = new CountingStore();
  const outside = { store: Object.assign(mine, { objects: store.objects }), random: seededRandom('w'), now: () => 0 };
  let asked = 0;
  const askForFresh = () => {
    asked++;
    return main.index.shareFresh();
  };
  const worker = attachLibrary({ ...outside, shared: shareLibrary(main), askForFresh });
  await move(store, 0);
  assert.equal(difference(await restore(worker, 'rp-1'), BLOCKS), undefined);
  assert.deepEqual([asked, mine.reads], [1, 0]);
  assert.equal(worker.index.generation, 1);
});

test('where other packs are condemned, the index is read into the memory that it has, also for those who look at it', async () => {
  const store = await build();
  const main = await openTestLibrary(store, seededRandom('main'));
  const before = main.index.table;
  const attach = () => attachLibrary({ store, random: seededRandom('w'), now: () => 0, shared: shareLibrary(main) });
  const worker = attach();
  const [first, second] = [packOf(main, 0), packOf(main, 3)];
  await condemn(main, [first]);
  await main.index.refresh();
  assert.equal(main.index.table, before);
  for (const library of [main, worker]) {
    assert.equal(library.index.table.has(idOf(library, 0)), false);
    assert.ok(library.index.table.find(idOf(library, 0)) >= 0, 'it can be read still');
    assert.equal(library.index.table.has(idOf(library, 3)), true);
  }
  assert.deepEqual([main.index.generation, worker.index.generation, attach().index.generation], [1, 0, 1]);
  await condemn(main, [second], 2);
  await main.index.refresh();
  assert.deepEqual(
    [0, 3].map((at) => main.index.table.has(idOf(main, at))),
    [true, false],
    'one is needed after all',
  );
});

test('an index that could not be read to its end is not in force, and the next try goes on', async () => {
  const store = await build();
  const main = await openTestLibrary(store, seededRandom('main'));
  await condemn(main, [packOf(main, 0)]);
  store.reads = 0;
  store.failing = 2;
  await assert.rejects(main.index.refresh(), /no answer/);
  assert.equal(main.index.generation, 0);
  assert.equal(main.index.table.has(idOf(main, 0)), false, 'but nothing is built on what is condemned');
  const state = await main.index.refresh();
  assert.deepEqual([state.generation, state.indexObjects, store.reads], [1, 2, 3]);
  assert.equal(main.index.table.has(idOf(main, 3)), true);
});
