import { PAGE_BLOCKS } from './block.ts';
import type { Library } from './library.ts';
import type { VolumeMap } from './volume-map.ts';
import { openVolumeReader } from './volume-reader.ts';

/** Of each volume. A pack that is missing or damaged as a whole is found by far fewer. */
const SAMPLE_BLOCKS = 16;

export type VerifyDepth = 'sample' | 'full';

export interface VerifyOptions {
  /** Absent: a sample. */
  readonly depth?: VerifyDepth | undefined;
  /** In [0, 1). */
  readonly random: () => number;
  /** Told after each block: how many were read back. */
  readonly onBlock?: ((done: number) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Reads blocks back from the library: all with data, or a sample of them chosen at random. Each is fetched, decrypted,
 * decompressed and compared with its id by the reader. Answers with their number; throws CorruptObject or MissingObject.
 */
export const verifyVolume = (library: Library, map: VolumeMap, options: VerifyOptions): Promise<number> =>
  options.depth === 'full' ? verifyAll(library, map, options) : verifySample(library, map, options);

const verifyAll = async (library: Library, map: VolumeMap, { signal, onBlock }: VerifyOptions): Promise<number> => {
  let blocks = 0;
  for await (const _ of openVolumeReader(library, map, { lend: true }).blocks(map.pages.map(({ page }) => page))) {
    signal.throwIfAborted();
    blocks += 1;
    onBlock?.(blocks);
  }
  return blocks;
};

const verifySample = async (
  library: Library,
  map: VolumeMap,
  { random, signal, onBlock }: VerifyOptions,
): Promise<number> => {
  const reader = openVolumeReader(library, map);
  const chosen = sampleOf(map.dataBlocks, SAMPLE_BLOCKS, random);
  let before = 0;
  let at = 0;
  for (const entry of map.pages) {
    const after = before + entry.dataBlocks;
    if (at < chosen.length && (chosen[at] ?? 0) < after) {
      const page = await reader.page(entry.page);
      let ordinal = before;
      for (let i = 0; i < page.blockCount && at < chosen.length; i += 1) {
        if (page.isZero(i)) continue;
        if (ordinal === chosen[at]) {
          signal.throwIfAborted();
          await reader.block(entry.page * PAGE_BLOCKS + i);
          at += 1;
          onBlock?.(at);
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
