import { PAGE_BLOCKS } from './block.ts';
import type { BlockPage } from './block-page.ts';
import { isLoss } from './errors.ts';
import type { Library } from './library.ts';
import { readPage, type VolumeMap } from './volume-map.ts';
import type { VolumeReader } from './volume-reader.ts';

/** Of each volume. A pack that is missing or damaged as a whole is found by far fewer. */
const SAMPLE_BLOCKS = 16;

interface SampleOptions {
  /** What an incremental was compared with. */
  readonly parent?: VolumeMap | undefined;
  /** In [0, 1). */
  readonly random: () => number;
}

/** What is to be read back of one page. */
interface Share {
  /** Of the blocks with data. */
  readonly ordinals: number[];
  /** So many more, such as the parent has not got if there are any. */
  fresh: number;
}

/**
 * Blocks of a volume to be read back, page by page: half of them from pages that are not the parent's, and there such as
 * the parent has not got; the rest of all. Pages are taken from the reader, which has each at hand when its blocks come.
 */
export const sampleBlocks = async function* (
  library: Library,
  map: VolumeMap,
  reader: VolumeReader,
  { parent, random }: SampleOptions,
): AsyncGenerator<number> {
  for (const [number, share] of sharesOf(map, parent, random)) {
    const page = await reader.page(number);
    const data = Array.from({ length: page.blockCount }, (_, at) => at).filter((at) => !page.isZero(at));
    const chosen = new Set(share.ordinals.map((ordinal) => data[ordinal] as number));
    if (share.fresh > 0) {
      const before = parent?.pages[number] && (await readIfThere(library, parent, number));
      const isFresh = (at: number): boolean => !sameBlock(page, before, at);
      const rest = data.filter((at) => !chosen.has(at));
      const [fresh, known] = [rest.filter(isFresh), rest.filter((at) => !isFresh(at))];
      const of = (from: number[], count: number) =>
        sampleOf(from.length, count, random).map((at) => from[at] as number);
      for (const at of of(fresh, share.fresh)) chosen.add(at);
      for (const at of of(known, share.fresh - fresh.length)) chosen.add(at);
    }
    for (const at of [...chosen].sort((a, b) => a - b)) yield number * PAGE_BLOCKS + at;
  }
};

/** By page, ascending. */
const sharesOf = (
  map: VolumeMap,
  parent: VolumeMap | undefined,
  random: () => number,
): (readonly [page: number, share: Share])[] => {
  const shares = new Map<number, Share>();
  const shareOf = (page: number): Share => {
    const share = shares.get(page) ?? { ordinals: [], fresh: 0 };
    shares.set(page, share);
    return share;
  };
  const isChanged = ({ page, id }: VolumeMap['pages'][number]) => id !== 'zero' && id !== parent?.pages[page]?.id;
  const changed = parent ? map.pages.filter(isChanged) : [];
  const pages = sampleOf(changed.length, SAMPLE_BLOCKS / 2, random).map((at) => changed[at]);
  let left = SAMPLE_BLOCKS;
  for (const [at, entry] of pages.entries()) {
    if (!entry) continue;
    const fresh = Math.min(entry.dataBlocks, Math.ceil((left - SAMPLE_BLOCKS / 2) / (pages.length - at)));
    shareOf(entry.page).fresh = fresh;
    left -= fresh;
  }
  const ordinals = sampleOf(map.dataBlocks, left, random);
  let before = 0;
  for (const { page, dataBlocks } of map.pages) {
    const after = before + dataBlocks;
    for (const ordinal of ordinals)
      if (ordinal >= before && ordinal < after) shareOf(page).ordinals.push(ordinal - before);
    before = after;
  }
  return [...shares].sort(([a], [b]) => a - b);
};

const sameBlock = (page: BlockPage, before: BlockPage | undefined, at: number): boolean => {
  const [id, known] = [page.id(at), before && at < before.blockCount ? before.id(at) : undefined];
  return id !== undefined && known !== undefined && id.equals(known);
};

/** What the parent has lost is not what is looked for here: without its page, all of this one's blocks may be new. */
const readIfThere = async (library: Library, parent: VolumeMap, page: number): Promise<BlockPage | undefined> => {
  try {
    return await readPage(library, parent, page);
  } catch (error) {
    if (!isLoss(error)) throw error;
    return undefined;
  }
};

/** Up to `size` different whole numbers below `count`, ascending. */
const sampleOf = (count: number, size: number, random: () => number): number[] => {
  if (count <= size) return Array.from({ length: count }, (_, i) => i);
  const chosen = new Set<number>();
  while (chosen.size < size) chosen.add(Math.floor(random() * count));
  return [...chosen].sort((a, b) => a - b);
};
