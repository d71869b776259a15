import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeletableStore } from '../../core/ports/object-store.ts';
import { checkLibrary } from '../../library/check-library.ts';
import type { Library } from '../../library/library.ts';
import { type Blocks, backUp, block, difference, openTestLibrary, restore } from './backup.ts';
import { MemoryStore } from './memory-store.ts';
import { pruneNow } from './pruning.ts';
import { seededRandom } from './seeded-random.ts';
import { mortalStore } from './watched-store.ts';

const sizeBytes = 4 * 2 ** 30;
const FULL: Blocks = new Map([0, 1, 2, 3, 4096].map((at) => [at, block(`full ${at}`)]));
const CHANGES: Blocks = new Map([
  [1, block('changed')],
  [2, undefined],
  [3, undefined],
  [5000, block('new')],
]);
const AFTER: Blocks = new Map([...FULL, ...CHANGES]);
const OTHER: Blocks = new Map([7, 8].map((at) => [at, block(`other ${at}`)]));

/** Two points of one volume, of which the first goes, one that goes whole, and what an attempt left that died. */
const build = async (store: MemoryStore): Promise<void> => {
  const library = await openTestLibrary(store);
  const parent = await backUp(library, { point: 'rp-1', sizeBytes, blocks: FULL });
  await backUp(library, { point: 'rp-2', sizeBytes, blocks: CHANGES, parent });
  await backUp(library, { point: 'rp-3', volumeId: 'vol-3', sizeBytes, blocks: OTHER });
  const left = { point: 'rp-4', volumeId: 'vol-4', sizeBytes, blocks: new Map([[9, block('left over')]]) };
  await backUp(await openTestLibrary(store, seededRandom('left')), left);
  store.objects.delete('points/rp-4');
};

const opened = (store: DeletableStore, seed: string): Promise<Library> => openTestLibrary(store, seededRandom(seed));

const namesOf = (store: MemoryStore, prefix: string): string[] =>
  [...store.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
const packBytes = (store: MemoryStore): number =>
  namesOf(store, 'packs/').reduce((sum, key) => sum + (store.objects.get(key)?.length ?? 0), 0);

const what = (store: MemoryStore) => ({
  points: namesOf(store, 'points/'),
  maps: namesOf(store, 'maps/'),
  pages: namesOf(store, 'pages/'),
  packBytes: packBytes(store),
});

const assertRestores = async (library: Library, message: string): Promise<void> =>
  assert.equal(difference(await restore(library, 'rp-2'), AFTER), undefined, message);

test('a prune that dies between any two calls of its store loses nothing, and the next one ends its work', async (t) => {
  const built = new MemoryStore();
  await build(built);
  // small packs are small buffers
  const options = { expired: ['rp-1', 'rp-3'], packBytes: 65_536 };

  const whole = new MemoryStore(built.objects);
  const counting = mortalStore(whole, 0, 'before');
  const library = await opened(whole, 'count');
  await pruneNow({ ...library, store: counting }, counting, options);
  const goal = what(whole);
  assert.deepEqual(goal.points, ['points/rp-2']);
  assert.equal(namesOf(built, 'packs/').length, 4);

  let deaths = 0;
  for (let nth = 1; nth <= counting.calls; nth++) {
    for (const when of ['before', 'after'] as const) {
      const store = new MemoryStore(built.objects);
      const stale = await opened(store, 'stale');
      const dying = mortalStore(store, nth, when);
      const message = `dying ${when} call ${nth}`;
      await assert.rejects(pruneNow({ ...(await opened(store, 'first')), store: dying }, dying, options), {
        name: 'Died',
      });
      await assertRestores(await opened(store, 'fresh'), message);
      const later = await opened(store, 'later');
      await pruneNow(later, store, options);
      await pruneNow(later, store, options);
      assert.deepEqual(what(store), goal, message);
      await assertRestores(stale, `${message}, by a reader from before`);
      await assertRestores(later, message);
      deaths++;
    }
  }
  t.diagnostic(`${counting.calls} calls, ${deaths} deaths`);
  const report = await checkLibrary(await opened(whole, 'check'), { depth: 'everything' });
  assert.deepEqual(report.findings, []);
});

test('what a backup leaves that dies between any two calls is given back, and nothing else', async (t) => {
  const built = new MemoryStore();
  const parent = await backUp(await openTestLibrary(built), { point: 'rp-2', sizeBytes, blocks: AFTER });
  await pruneNow(await opened(built, 'tidy'), built);
  const goal = what(built);
  const attempt = async (store: DeletableStore): Promise<void> => {
    const library = await opened(store, 'attempt');
    await backUp(library, { point: 'rp-5', sizeBytes, blocks: OTHER, parent, packBytes: 1 });
  };
  const counting = mortalStore(new MemoryStore(built.objects), 0, 'before');
  await attempt(counting);
  let deaths = 0;
  for (let nth = 1; nth <= counting.calls; nth++) {
    for (const when of ['before', 'after'] as const) {
      const store = new MemoryStore(built.objects);
      await assert.rejects(attempt(mortalStore(store, nth, when)), { name: 'Died' });
      const message = `dying ${when} call ${nth}`;
      assert.deepEqual(
        (await checkLibrary(await opened(store, 'check'), { depth: 'structure' })).findings,
        [],
        message,
      );
      await pruneNow(await opened(store, 'later'), store, { expired: ['rp-5'] });
      assert.deepEqual(what(store), goal, message);
      await assertRestores(await opened(store, 'fresh'), message);
      deaths++;
    }
  }
  t.diagnostic(`${counting.calls} calls, ${deaths} deaths`);
});
