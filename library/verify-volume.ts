import type { Library } from './library.ts';
import { sampleBlocks } from './sample-blocks.ts';
import type { VolumeMap } from './volume-map.ts';
import { openVolumeReader } from './volume-reader.ts';

export type VerifyDepth = 'sample' | 'full';

export interface VerifyOptions {
  /** Absent: a sample. */
  readonly depth?: VerifyDepth | undefined;
  /** What an incremental was compared with: half of a sample is of what it has not got. */
  readonly parent?: VolumeMap | undefined;
  /** In [0, 1). */
  readonly random: () => number;
  /** Told after each block: how many were read back. */
  readonly onBlock?: ((done: number) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Reads blocks back from the library: all with data, or a sample of them. Each is fetched, decrypted,
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

const verifySample = async (library: Library, map: VolumeMap, options: VerifyOptions): Promise<number> => {
  const { signal, onBlock } = options;
  const reader = openVolumeReader(library, map);
  let done = 0;
  for await (const index of sampleBlocks(library, map, reader, options)) {
    signal.throwIfAborted();
    await reader.block(index);
    done += 1;
    onBlock?.(done);
  }
  return done;
};
