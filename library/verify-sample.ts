import { PAGE_BLOCKS } from './block.ts';
import type { Library } from './library.ts';
import { readPage, type VolumeMap } from './volume-map.ts';
import { openVolumeReader } from './volume-reader.ts';

/** Of each volume. A pack that is missing or damaged as a whole is found by far fewer. */
const SAMPLE_BLOCKS = 16;

export interface SampleOptions {
  /** In [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/**
 * Reads blocks back from the library, chosen at random among those with data (all, if there are fewer): fetched,
 * decrypted, decompressed and compared with their ids by the reader. Answers with their number; throws CorruptObject
 * or MissingObject.
 */
export const verifySample = async (
  library: Library,
  map: VolumeMap,
  { random, signal }: SampleOptions,
): Promise<number> => {
  const reader = openVolumeReader(library, map);
  const chosen = sampleOf(map.dataBlocks, SAMPLE_BLOCKS, random);
  let before = 0;
  let at = 0;
  for (const entry of map.pages) {
    const after = before + entry.dataBlocks;
    if (at < chosen.length && (chosen[at] ?? 0) < after) {
      const page = await readPage(library, map, entry.page);
      let ordinal = before;
      for (let i = 0; i < page.blockCount && at < chosen.length; i += 1) {
        if (page.isZero(i)) continue;
        if (ordinal === chosen[at]) {
          signal.throwIfAborted();
          await reader.block(entry.page * PAGE_BLOCKS + i);
          at += 1;
        }
        ordinal += 1;
      }
    }
    before = after;
  }
  return at;
};

/** Up to `size` different whole numbers below `count`, ascending. */
const sampleOf = (count: number, size: number, random: () => number): number[] => {
  if (count <= size) return Array.from({ length: count }, (_, i) => i);
  const chosen = new Set<number>();
  while (chosen.size < size) chosen.add(Math.floor(random() * count));
  return [...chosen].sort((a, b) => a - b);
};
