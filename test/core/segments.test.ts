import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PAGE_BLOCKS } from '../../core/contracts/ids.ts';
import type { BlockRanges } from '../../core/contracts/order-work.ts';
import { changedSegments, dataSegments, fullSegments, pageOf, type Segment } from '../../core/domain/segments.ts';

const pagesOf = ({ firstPage, pageCount }: Segment): number[] =>
  Array.from({ length: pageCount }, (_, i) => firstPage + i);
const blocksOf = (ranges: BlockRanges): number[] =>
  ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i));
const assertDisjointPages = (segments: readonly Segment[]): void => {
  const pages = segments.flatMap(pagesOf);
  assert.deepEqual(
    pages,
    [...new Set(pages)].sort((a, b) => a - b),
    'each page belongs to one order, in order',
  );
};

test('a full backup’s segments cover each block of the volume once', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60_000 }),
      fc.integer({ min: 1, max: 20_000 }),
      (volumeBlocks, segmentBlocks) => {
        const segments = fullSegments(volumeBlocks, segmentBlocks);
        assertDisjointPages(segments);
        const ranges = segments.flatMap(({ blocks }) => blocks);
        assert.equal(ranges[0]?.[0], 0);
        assert.equal(ranges.at(-1)?.[1], volumeBlocks);
        for (let i = 1; i < ranges.length; i++) assert.equal(ranges[i]?.[0], ranges[i - 1]?.[1]);
        assert.deepEqual(
          segments.flatMap(pagesOf),
          Array.from({ length: pageOf(volumeBlocks - 1) + 1 }, (_, i) => i),
        );
      },
    ),
  );
});

test('an incremental’s segments hold exactly the changed blocks, and no page twice', () => {
  const ranges = fc
    .uniqueArray(fc.integer({ min: 0, max: 40_000 }), { minLength: 0, maxLength: 400 })
    .map((indexes) => indexes.sort((a, b) => a - b).map((index): [number, number] => [index, index + 1]));
  fc.assert(
    fc.property(ranges, fc.integer({ min: 1, max: 300 }), (changed, segmentBlocks) => {
      const segments = changedSegments(changed, segmentBlocks);
      assertDisjointPages(segments);
      assert.deepEqual(blocksOf(segments.flatMap(({ blocks }) => blocks)), blocksOf(changed));
      for (const segment of segments) {
        assert.equal(segment.blockCount, blocksOf(segment.blocks).length);
        const pages = new Set(blocksOf(segment.blocks).map(pageOf));
        assert.ok(segment.blockCount <= segmentBlocks || pages.size === 1, 'only a single page may exceed the size');
        for (const block of blocksOf(segment.blocks)) {
          assert.ok(pageOf(block) >= segment.firstPage && pageOf(block) < segment.firstPage + segment.pageCount);
        }
      }
    }),
  );
});

test('a range that crosses a page’s border is cut there, so that orders can be', () => {
  const segments = changedSegments([[PAGE_BLOCKS - 2, PAGE_BLOCKS + 3]], 2);
  assert.deepEqual(
    segments.map(({ firstPage, pageCount, blocks }) => ({ firstPage, pageCount, blocks })),
    [
      { firstPage: 0, pageCount: 1, blocks: [[PAGE_BLOCKS - 2, PAGE_BLOCKS]] },
      { firstPage: 1, pageCount: 1, blocks: [[PAGE_BLOCKS, PAGE_BLOCKS + 3]] },
    ],
  );
});

test('a restore’s segments cover every page that holds data', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: PAGE_BLOCKS }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 9_000 }),
      (pages, size) => {
        const segments = dataSegments(pages, size);
        assertDisjointPages(segments);
        const covered = new Set(segments.flatMap(pagesOf));
        for (const [page, data] of pages.entries()) assert.ok(data === 0 || covered.has(page));
        assert.equal(
          segments.reduce((sum, { blockCount }) => sum + blockCount, 0),
          pages.reduce((sum, data) => sum + data, 0),
        );
      },
    ),
  );
});
