import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectStore, PutOutcome } from '../../core/ports/object-store.ts';
import { readPoint, writePoint } from '../../library/recovery-point.ts';
import { type Blocks, backUp, block, difference, openTestLibrary, pointDocument } from './backup.ts';
import { MemoryStore } from './memory-store.ts';
import { readEverything } from './read-everything.ts';
import { seededRandom } from './seeded-random.ts';

class Crashed extends Error {}

/** Dies at its n-th write, before or after the effect; a dead process does nothing more. */
const dyingStore = (store: MemoryStore, nth: number, when: 'before' | 'after'): ObjectStore & { writes: number } => {
  let dead = false;
  const alive = (): void => {
    if (dead) throw new Crashed('dead');
  };
  return {
    writes: 0,
    async putNew(key, bytes): Promise<PutOutcome> {
      alive();
      dead = ++this.writes === nth;
      if (dead && when === 'before') throw new Crashed(`before ${key}`);
      const outcome = await store.putNew(key, bytes);
      if (dead) throw new Crashed(`after ${key}`);
      return outcome;
    },
    async get(key) {
      alive();
      return store.get(key);
    },
    async getRange(key, start, length) {
      alive();
      return store.getRange(key, start, length);
    },
    async head(key) {
      alive();
      return store.head(key);
    },
    async *list(prefix) {
      alive();
      yield* store.list(prefix);
    },
  };
};

const sizeBytes = 4 * 2 ** 30;
const FULL: Blocks = new Map([0, 1, 4096].map((at) => [at, block(`full ${at}`)]));
const CHANGES: Blocks = new Map([
  [0, block('changed')],
  [1, undefined],
  [5000, block('new')],
  [5001, block('full 4096')],
]);
const AFTER: Blocks = new Map([...FULL, ...CHANGES]);
const EXPECTED: Readonly<Record<string, Blocks>> = { 'rp-1/vol-1': FULL, 'rp-2/vol-1': AFTER };

/** Set-up, a full and an incremental; a pack for every block, so that there are many writes to die between. */
const work = async (store: ObjectStore, seed: string): Promise<void> => {
  const library = await openTestLibrary(store, seededRandom(seed));
  const parent = await backUp(library, { point: 'rp-1', sizeBytes, blocks: FULL, packBytes: 1 });
  await backUp(library, { point: 'rp-2', sizeBytes, blocks: CHANGES, parent, packBytes: 1 });
};

/** Every point that is there is whole. */
const assertCommittedIsReadable = async (store: MemoryStore, what: string): Promise<number> => {
  if (!store.objects.has('keys/1')) return 0;
  const restored = await readEverything(store);
  for (const [point, blocks] of restored)
    assert.equal(difference(blocks, EXPECTED[point] ?? new Map()), undefined, `${point} ${what}`);
  return restored.size;
};

test('a writer that dies at any write harms no point, and the same work again succeeds', async (t) => {
  const counting = dyingStore(new MemoryStore(), 0, 'before');
  await work(counting, 'count');
  let runs = 0;
  for (let nth = 1; nth <= counting.writes; nth++) {
    for (const when of ['before', 'after'] as const) {
      const store = new MemoryStore();
      const what = `after dying ${when} write ${nth}`;
      await assert.rejects(work(dyingStore(store, nth, when), 'first'), Crashed);
      await assertCommittedIsReadable(store, what);
      await work(store, 'second');
      assert.equal(await assertCommittedIsReadable(store, `${what} and again`), 2);
      runs++;
    }
  }
  assert.equal(runs, 2 * counting.writes);
  t.diagnostic(`${counting.writes} writes, ${runs} deaths`);
  assert.ok(counting.writes >= 13);
});

test('a write whose answer is lost does its work once, and the writer goes on', async () => {
  const counting = dyingStore(new MemoryStore(), 0, 'before');
  await work(counting, 'count');
  for (let nth = 1; nth <= counting.writes; nth++) {
    const store = new MemoryStore();
    let writes = 0;
    const lossy: ObjectStore = Object.assign(Object.create(store) as MemoryStore, {
      // what a store with retries answers when its first answer was lost: the object is there already
      async putNew(key: string, bytes: Uint8Array) {
        const outcome = await store.putNew(key, bytes);
        return ++writes === nth ? { outcome: 'exists' as const } : outcome;
      },
    });
    await work(lossy, 'lossy');
    assert.equal(await assertCommittedIsReadable(store, `after a lost answer to write ${nth}`), 2);
  }
});

test('two writers of the same blocks at once both succeed, and share their pages', async () => {
  const store = new MemoryStore();
  await openTestLibrary(store);
  const points = ['rp-1', 'rp-2', 'rp-3'];
  await Promise.all(
    points.map(async (point) => {
      const library = await openTestLibrary(store, seededRandom(point));
      await backUp(library, { point, sizeBytes, blocks: FULL, packBytes: 1 });
    }),
  );
  const restored = await readEverything(store);
  for (const point of points)
    assert.equal(difference(restored.get(`${point}/vol-1`) ?? new Map(), FULL), undefined, point);
  assert.equal([...store.objects.keys()].filter((key) => key.startsWith('pages/')).length, 2);
});

test('a map or a point that exists with other content stops the attempt, with the name of what is taken', async () => {
  const library = await openTestLibrary(new MemoryStore());
  await backUp(library, { point: 'rp-1', sizeBytes, blocks: FULL });
  await assert.rejects(backUp(library, { point: 'rp-1', sizeBytes, blocks: AFTER }), {
    name: 'ConflictingObject',
    key: 'maps/rp-1/vol-1',
  });
});

test('a point that is written again, at another time, is the one that was written first; with another map it is refused', async () => {
  const library = await openTestLibrary(new MemoryStore());
  const map = await backUp(library, { point: 'rp-1', sizeBytes, blocks: FULL });
  const first = await readPoint(library, 'rp-1');
  const again = { ...first, createdAt: '2026-01-01T00:00:07.000Z', verification: { blocks: 3 } };
  assert.deepEqual((await writePoint(library, again)).document, first);
  const forged = { ...first, volumes: [{ volumeId: 'vol-1', sizeBytes, mapSeal: '00'.repeat(32) }] };
  await assert.rejects(writePoint(library, forged), { name: 'ConflictingObject', key: 'maps/rp-1/vol-1' });
  await assert.rejects(writePoint(library, { ...first, volumes: [] }), {
    name: 'ConflictingObject',
    key: 'points/rp-1',
  });
  await assert.rejects(writePoint(library, pointDocument('rp-2', 'vol-1', map)), { name: 'MissingObject' });
});
