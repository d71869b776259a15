import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { PAGE_BLOCKS } from '../../library/block.ts';
import { openSegmentWriter } from '../../library/segment-writer.ts';
import { type Blocks, backUp, block, difference, openTestLibrary, restore, shaOf, writeSegment } from './backup.ts';
import { MemoryStore } from './memory-store.ts';
import { seededRandom } from './seeded-random.ts';

const GIB = 2 ** 30;

/** Block indexes gather where pages begin and end. */
const index = (blockCount: number) =>
  fc.oneof(
    fc.nat(blockCount - 1),
    fc
      .tuple(fc.constantFrom(0, PAGE_BLOCKS, 2 * PAGE_BLOCKS, blockCount), fc.integer({ min: -3, max: 3 }))
      .map(([at, by]) => Math.min(blockCount - 1, Math.max(0, at + by))),
  );
/** Few contents, so that there is much to deduplicate; `zero` is a read block of zeros, `gone` a vanished one. */
const DATA = new Map(['a', 'b', 'c', 'd', 'e'].map((name) => [name, block(name)]));
const content = fc.constantFrom(...DATA.keys(), 'zero', 'gone');
const ZERO = Buffer.alloc(524_288);
const plainOf = (name: string): Buffer | undefined => DATA.get(name) ?? (name === 'zero' ? ZERO : undefined);
const isData = (plain: Buffer | undefined): boolean => plain !== undefined && plain !== ZERO;

const generation = (sizes: readonly number[]) =>
  fc.constantFrom(...sizes).chain((gib) =>
    fc.record({
      gib: fc.constant(gib),
      blocks: fc.uniqueArray(fc.tuple(index(gib * 2048), content), { selector: ([at]) => at, maxLength: 8 }),
    }),
  );

test('any sequence of a full and incrementals of a growing volume is restored bit for bit, every point of it', async () => {
  const history = fc.array(generation([1, 3, 5]), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(history, fc.constantFrom(1, 300, 16 * 1024 * 1024), async (generations, packBytes) => {
      const library = await openTestLibrary(new MemoryStore());
      const expected: Blocks[] = [];
      let state = new Map<number, Buffer>();
      let gib = 0;
      let parent: Awaited<ReturnType<typeof backUp>> | undefined;
      for (const [at, next] of generations.entries()) {
        gib = Math.max(gib, next.gib); // volumes only grow
        const blocks = new Map(next.blocks.map(([index, name]) => [index, plainOf(name)]));
        state = new Map(state);
        for (const [index, plain] of blocks) {
          if (plain && isData(plain)) state.set(index, plain);
          else state.delete(index);
        }
        expected.push(state);
        parent = await backUp(library, { point: `rp-${at}`, sizeBytes: gib * GIB, blocks, parent, packBytes });
        assert.equal(parent.dataBlocks, state.size);
      }
      const later = await openTestLibrary(library.store);
      for (const [at, blocks] of expected.entries())
        assert.equal(difference(await restore(later, `rp-${at}`), blocks), undefined);
    }),
    { numRuns: 30 },
  );
});

test('a block that does not compress is kept as it is, and every block ends in exactly one outcome', async () => {
  const library = await openTestLibrary(new MemoryStore());
  const noise = randomBytes(524_288);
  const blocks = new Map([
    [0, noise],
    [1, block('a')],
    [2, block('a')],
    [3, Buffer.alloc(524_288)],
    [4, undefined],
  ]);
  const segment = { volumeBlocks: 2048, pages: [0], unlisted: 'zero' } as const;
  const { counters, pages } = await writeSegment(library, blocks, segment);
  const { read, zero, sameAsParent, deduplicated, stored, plainBytes, encodedBytes } = counters;
  assert.deepEqual(
    { read, zero, sameAsParent, deduplicated, stored },
    { read: 4, zero: 2, sameAsParent: 0, deduplicated: 1, stored: 2 },
  );
  assert.equal(plainBytes, 2 * 524_288);
  assert.ok(encodedBytes > 524_288 && encodedBytes < 524_288 + 200);
  assert.deepEqual(
    pages.map(({ page, dataBlocks }) => ({ page, dataBlocks })),
    [{ page: 0, dataBlocks: 3 }],
  );
  const written = [...(library.store as MemoryStore).objects].filter(([key]) => /^(packs|index|pages)/.test(key));
  assert.equal(
    counters.storedBytes,
    written.reduce((sum, [, { length }]) => sum + length, 0),
  );
});

test('a second full that reads everything stores nothing anew, and its pages are those of the first', async () => {
  const store = new MemoryStore();
  const blocks = new Map([0, 5, 5000].map((at) => [at, block(`${at}`)]));
  const first = await backUp(await openTestLibrary(store), { point: 'rp-1', sizeBytes: 4 * GIB, blocks });
  const segment = { volumeBlocks: 8192, pages: [0, 1], unlisted: 'zero' } as const;
  const library = await openTestLibrary(store, seededRandom('later'));
  const again = await writeSegment(library, blocks, segment);
  assert.equal(again.counters.deduplicated, 3);
  const withParent = await writeSegment(library, blocks, { ...segment, parent: first });
  assert.equal(withParent.counters.sameAsParent, 3);
  for (const { pages, counters } of [again, withParent]) {
    assert.deepEqual(pages, first.pages);
    assert.equal(counters.storedBytes, 0);
  }
});

test('a page without data has no object, wherever the zeros come from', async () => {
  const library = await openTestLibrary(new MemoryStore());
  const first = await backUp(library, { point: 'rp-1', sizeBytes: 4 * GIB, blocks: new Map([[7, block('a')]]) });
  assert.deepEqual(
    first.pages.map(({ id }) => id === 'zero'),
    [false, true],
  );
  const blocks = new Map([[7, undefined]]);
  const second = await backUp(library, { point: 'rp-2', sizeBytes: 4 * GIB, blocks, parent: first });
  assert.deepEqual(
    second.pages.map(({ id }) => id),
    ['zero', 'zero'],
  );
  assert.equal((await restore(library, 'rp-2')).size, 0);
  assert.equal((await restore(library, 'rp-1')).size, 1);
});

test('blocks outside the segment, given twice, or of a wrong size are refused', async () => {
  const library = await openTestLibrary(new MemoryStore());
  const writer = openSegmentWriter(library, { volumeBlocks: 6144, pages: [1], unlisted: 'zero' });
  const plain = block('a');
  const sha = shaOf(plain);
  for (const outside of [0, 4095, 6144, 8192, -1]) assert.throws(() => writer.add(outside, plain, sha), RangeError);
  assert.throws(() => writer.add(4096, plain.subarray(1), sha), RangeError);
  writer.add(4096, plain, sha);
  assert.throws(() => writer.add(4096, plain, sha), RangeError);
  assert.throws(() => writer.addZero(4096), RangeError);
  assert.throws(() => openSegmentWriter(library, { volumeBlocks: 6144, pages: [2], unlisted: 'zero' }), RangeError);
  assert.throws(() => openSegmentWriter(library, { volumeBlocks: 6144, pages: [1], unlisted: 'parent' }), RangeError);
});
