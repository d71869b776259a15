/** A tenant of 16 TiB, none of which is zero or the same: 33.5 million blocks. Its index has to fit a node of 4 GiB. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListedObject } from '../../core/ports/object-store.ts';
import { publishCondemned } from '../../library/condemned.ts';
import { encodeIndex } from '../../library/index-object.ts';
import { attachLibrary, type Library, shareLibrary } from '../../library/library.ts';
import { indexName, packName } from '../../library/names.ts';
import { ENTRY_BYTES, type PackContents, TRAILER_BYTES, writeEntry } from '../../library/pack-contents.ts';
import { HEADER_BYTES, sealObject, TAG_BYTES } from '../../library/seal.ts';
import { surveyLibrary } from '../../library/survey.ts';
import { openTestLibrary } from '../library/backup.ts';
import { MemoryStore } from '../library/memory-store.ts';
import { seededRandom } from '../library/seeded-random.ts';

const BLOCKS = 2 ** 25;
/** 16 MiB of blocks that compress to two thirds. */
const BLOCKS_A_PACK = 48;
const PACKS = Math.ceil(BLOCKS / BLOCKS_A_PACK);
const PACKS_AN_INDEX = 1024;
const INDEXES = Math.ceil(PACKS / PACKS_AN_INDEX);
const LENGTH = 350_000;
const MIB = 2 ** 20;

/** As evenly spread as a keyed hash, no two alike, and cheaper by far. */
const spread = (n: number, into: Buffer): Buffer => {
  let word = n;
  for (let at = 0; at < 12; at += 4) {
    word = Math.imul(word ^ (word >>> 16), 0x45d9f3b) + at + 1;
    word ^= word >>> 15;
    into.writeInt32LE(word | 0, at);
  }
  into.writeInt32LE(n, 12);
  return into;
};
const packId = (n: number): string => spread(-1 - n, Buffer.alloc(16)).toString('hex');

const packOf = (n: number): PackContents => {
  const count = Math.min(BLOCKS_A_PACK, BLOCKS - n * BLOCKS_A_PACK);
  const entries = Buffer.alloc(count * ENTRY_BYTES);
  const id = Buffer.alloc(32);
  for (let at = 0; at < count; at++)
    writeEntry(entries, at * ENTRY_BYTES, spread(n * BLOCKS_A_PACK + at, id), LENGTH, 1);
  const size = HEADER_BYTES + count * LENGTH + entries.length + TAG_BYTES + TRAILER_BYTES;
  return {
    id: Buffer.from(packId(n), 'hex'),
    size,
    keyNumber: 1,
    salt: Buffer.alloc(32, n),
    versionId: undefined,
    entries,
  };
};

/** Makes index objects when they are asked for: all of them together are as large as what is measured. */
class LargeLibrary extends MemoryStore {
  library: Library | undefined;

  override async get(key: string): ReturnType<MemoryStore['get']> {
    if (!key.startsWith('index/') || !this.library) return super.get(key);
    const number = Number.parseInt(key.slice('index/'.length), 16);
    const first = number * PACKS_AN_INDEX;
    const count = Math.min(PACKS_AN_INDEX, PACKS - first);
    const packs = Array.from({ length: count }, (_, at) => packOf(first + at));
    const content = encodeIndex({ supersedes: [], packs });
    return { bytes: sealObject(this.library.keys, 'index', key, Buffer.alloc(32, number), content) };
  }

  override async *list(prefix: string): AsyncGenerator<ListedObject> {
    if (!this.library) yield* super.list(prefix);
    else if (prefix === 'index/')
      for (let n = 0; n < INDEXES; n++) yield { key: indexName(n.toString(16).padStart(32, '0')), size: 1 };
    else if (prefix === 'packs/')
      for (let n = 0; n < PACKS; n++) yield { key: packName(packId(n)), size: packOf(n).size };
    else yield* super.list(prefix);
  }
}

test('the index of 16 TiB fits a node of 4 GiB: one copy for all threads, also when a prune has condemned, and a check beside it', async (t) => {
  const store = new LargeLibrary();
  store.library = await openTestLibrary(store);
  const library = await openTestLibrary(store, seededRandom('node'));
  const { table } = library.index;
  assert.equal(table.blocks, BLOCKS);
  assert.ok(table.bytes / BLOCKS <= 48, `${table.bytes / BLOCKS} bytes a block`);
  const peak = (): number => Math.round(process.resourceUsage().maxRSS / 1024);
  const loaded = peak();
  t.diagnostic(`${(table.bytes / BLOCKS).toFixed(1)} bytes a block; loaded: a peak of ${loaded} MiB`);

  const askForFresh = () => library.index.shareFresh();
  const outside = { store, random: seededRandom('worker'), now: () => 0, askForFresh };
  const workers = Array.from({ length: 4 }, () => attachLibrary({ ...outside, shared: shareLibrary(library) }));
  const packs = Array.from({ length: PACKS / 100 }, (_, at) => packId(at * 100));
  await publishCondemned(store.library, {
    generation: 1,
    publishedAt: 0,
    deleteNotBefore: 0,
    packs,
    pages: [],
    points: [],
  });
  await Promise.all(workers.map(({ index }) => index.refresh()));
  for (const { index } of [library, ...workers]) {
    assert.deepEqual([index.generation, index.table.blocks], [1, index === library.index ? BLOCKS : 0]);
    assert.deepEqual(
      [0, 48].map((n) => index.table.has(spread(n, Buffer.alloc(32)))),
      [false, true],
    );
  }
  const reloaded = peak();
  t.diagnostic(`read again under another generation, for four threads: ${reloaded} MiB`);
  assert.ok(reloaded <= loaded + 256, 'a second copy was made');

  for (let round = 0; round < 2; round++) {
    const survey = await surveyLibrary(library, { unindexed: 'skip' });
    assert.equal(survey.table.blocks, BLOCKS);
    survey[Symbol.dispose]();
  }
  const surveyed = peak();
  t.diagnostic(
    `two surveys after each other beside it: ${surveyed} MiB, of which the index ${Math.round(table.bytes / MIB)}`,
  );
  assert.ok(surveyed <= 3_300, `${surveyed} MiB`);
});
