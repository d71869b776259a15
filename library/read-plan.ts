import type { BlockLocation, BlockTable, PackPlace } from './block-table.ts';

/** One non-zero block of a volume that is to be read. */
export interface WantedBlock {
  /** In the volume. */
  readonly index: number;
  readonly id: Buffer;
  /** The table that `location` is of: a refresh may replace it while reads are under way. */
  readonly table: BlockTable;
  readonly location: BlockLocation;
}

/** One ranged read of a pack and the blocks that it serves, in order of offset. */
export interface ReadRange {
  readonly pack: PackPlace;
  readonly start: number;
  readonly length: number;
  readonly blocks: readonly WantedBlock[];
}

/** Reading over a gap is cheaper than another request; about 1 ms at 100 MiB/s. */
const WORTH_READING_OVER = 128 * 1024;

/** Few, long reads: blocks in order of pack and offset, neighbours joined into ranges of at most `rangeBytes`. */
export const planRanges = (wanted: readonly WantedBlock[], rangeBytes: number): ReadRange[] => {
  const sorted = wanted.toSorted(
    (a, b) => a.location.pack - b.location.pack || a.location.offset - b.location.offset || a.index - b.index,
  );
  const ranges: ReadRange[] = [];
  let blocks: WantedBlock[] = [];
  let start = 0;
  let end = 0;
  const close = (): void => {
    const [first] = blocks;
    if (first) ranges.push({ pack: first.table.pack(first.location.pack), start, length: end - start, blocks });
    blocks = [];
  };
  for (const block of sorted) {
    const { pack, offset, length } = block.location;
    const [first] = blocks;
    const joins =
      first?.location.pack === pack &&
      first.table === block.table &&
      offset - end <= WORTH_READING_OVER &&
      offset + length - start <= rangeBytes;
    if (!joins) {
      close();
      start = offset;
      end = offset;
    }
    blocks.push(block);
    end = Math.max(end, offset + length);
  }
  close();
  return ranges;
};
