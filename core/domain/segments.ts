import { BLOCK_BYTES, PAGE_BLOCKS } from '../contracts/ids.ts';
import type { BlockRanges } from '../contracts/order-work.ts';

/** A run of whole map pages, and what is to be moved of them. */
export interface Segment {
  readonly firstPage: number;
  readonly pageCount: number;
  readonly blocks: BlockRanges;
  readonly blockCount: number;
}

export const blocksOf = (bytes: number): number => Math.ceil(bytes / BLOCK_BYTES);
export const pageOf = (block: number): number => Math.floor(block / PAGE_BLOCKS);

/** A full is cut by position: what of it is data shows only when a node lists it. */
export const fullSegments = (volumeBlocks: number, segmentBlocks: number): readonly Segment[] => {
  const pagesEach = Math.max(1, Math.floor(segmentBlocks / PAGE_BLOCKS));
  const segments: Segment[] = [];
  for (let firstPage = 0; firstPage * PAGE_BLOCKS < volumeBlocks; firstPage += pagesEach) {
    const from = firstPage * PAGE_BLOCKS;
    const to = Math.min(volumeBlocks, from + pagesEach * PAGE_BLOCKS);
    segments.push({
      firstPage,
      pageCount: pageOf(to - 1) - firstPage + 1,
      blocks: [[from, to]],
      blockCount: to - from,
    });
  }
  return segments;
};

/** An incremental is cut by what changed, at page borders, so that scattered changes do not become tiny orders. */
export const changedSegments = (ranges: BlockRanges, segmentBlocks: number): readonly Segment[] => {
  const segments: Segment[] = [];
  let open: { from: number; to: number }[] = [];
  let count = 0;
  const close = (): void => {
    const first = open[0];
    const last = open.at(-1);
    if (!first || !last) return;
    const firstPage = pageOf(first.from);
    segments.push({
      firstPage,
      pageCount: pageOf(last.to - 1) - firstPage + 1,
      blocks: open.map(({ from, to }) => [from, to]),
      blockCount: count,
    });
    open = [];
    count = 0;
  };
  for (const page of byPage(splitAtPages(ranges))) {
    const blocks = page.reduce((sum, { from, to }) => sum + to - from, 0);
    if (count + blocks > segmentBlocks) close();
    open.push(...page);
    count += blocks;
  }
  close();
  return segments;
};

/** A restore is cut by the data blocks that each page is known to hold; pages without data are left out at the ends. */
export const dataSegments = (pageDataBlocks: readonly number[], segmentBlocks: number): readonly Segment[] => {
  const segments: Segment[] = [];
  let firstPage = -1;
  let lastPage = -1;
  let count = 0;
  const close = (): void => {
    if (firstPage >= 0)
      segments.push({ firstPage, pageCount: lastPage - firstPage + 1, blocks: [], blockCount: count });
    firstPage = -1;
    count = 0;
  };
  pageDataBlocks.forEach((data, page) => {
    if (data === 0) return;
    if (firstPage >= 0 && count + data > segmentBlocks) close();
    if (firstPage < 0) firstPage = page;
    lastPage = page;
    count += data;
  });
  close();
  return segments;
};

export const pagesOfSegment = ({ firstPage, pageCount }: Segment): number[] =>
  Array.from({ length: pageCount }, (_, index) => firstPage + index);

const splitAtPages = (ranges: BlockRanges): { from: number; to: number }[] =>
  ranges.flatMap(([from, to]) => {
    const parts: { from: number; to: number }[] = [];
    for (let at = from; at < to; ) {
      const border = Math.min(to, (pageOf(at) + 1) * PAGE_BLOCKS);
      parts.push({ from: at, to: border });
      at = border;
    }
    return parts;
  });

const byPage = (parts: readonly { from: number; to: number }[]): { from: number; to: number }[][] => {
  const pages = Map.groupBy(parts, ({ from }) => pageOf(from));
  return [...pages.values()];
};
