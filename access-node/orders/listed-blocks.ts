import { PAGE_BLOCKS } from '../../core/contracts/ids.ts';
import type { BlockRanges } from '../../core/contracts/order-work.ts';
import type { BlockTransport, ChangedBlock, IndexRange } from '../../core/ports/block-transport.ts';

import type { ReadSegment } from './order-work.ts';

/** Of a full: a list page holds 10,000 entries, so that a smaller gap costs no call more than listing twice would. */
const WORTH_A_NEW_LIST_BLOCKS = 10_000;

/** Ranges with small gaps between them, joined: one listing each. */
const spansOf = (ranges: BlockRanges): IndexRange[] => {
  const spans: { from: number; to: number }[] = [];
  for (const [from, to] of ranges) {
    const last = spans.at(-1);
    if (last && from - last.to < WORTH_A_NEW_LIST_BLOCKS) last.to = Math.max(last.to, to);
    else spans.push({ from, to });
  }
  return spans;
};

/**
 * The blocks to read for an order, ascending, as EBS lists them now. A full takes what is in its ranges. An incremental
 * takes whatever EBS says has changed in its pages: a change between the planner's ranges would be lost otherwise.
 */
export const listOrderBlocks = async function* (
  work: ReadSegment,
  transport: BlockTransport,
  signal: AbortSignal,
): AsyncGenerator<ChangedBlock> {
  const pages = new Set(work.pages);
  const [from, to] = [work.blocks[0]?.[0], work.blocks.at(-1)?.[1]];
  if (from === undefined || to === undefined) return;
  if (work.baseSnapshotId !== undefined) {
    // what has not changed is not listed: gaps cost nothing, and each further listing would cost a call
    for await (const block of transport.listChanged(work.baseSnapshotId, work.snapshotId, { from, to }, signal))
      if (pages.has(pageOf(block.index))) yield block;
    return;
  }
  let at = 0;
  for (const span of spansOf(work.blocks)) {
    for await (const block of transport.list(work.snapshotId, span, signal)) {
      while (at < work.blocks.length && (work.blocks[at]?.[1] ?? 0) <= block.index) at += 1;
      if ((work.blocks[at]?.[0] ?? Infinity) <= block.index && pages.has(pageOf(block.index))) yield block;
    }
  }
};

const pageOf = (index: number): number => Math.floor(index / PAGE_BLOCKS);
