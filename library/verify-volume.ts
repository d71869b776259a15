import { PAGE_BLOCKS } from './block.ts';
import { inParallel } from './in-parallel.ts';
import type { Library } from './library.ts';
import { sampleBlocks } from './sample-blocks.ts';
import type { VolumeMap } from './volume-map.ts';
import { type BlockRun, openVolumeReader } from './volume-reader.ts';

export type VerifyDepth = 'sample' | 'full';

export interface VerifyOptions {
  /** Absent: a sample. */
  readonly depth?: VerifyDepth | undefined;
  /** What an incremental was compared with: half of a sample is of what it has not got. */
  readonly parent?: VolumeMap | undefined;
  /** In [0, 1). */
  readonly random: () => number;
  /** Reads runs where all is read back; this thread if nothing else is said. */
  readonly runReader?: RunReader | undefined;
  /** Told again and again: how many were read back. */
  readonly onBlock?: ((done: number) => void) | undefined;
  readonly signal: AbortSignal;
}

/** Reads runs of blocks back, in this thread or in others. */
export interface RunReader {
  /** As many may be asked for at a time. */
  readonly atOnce: number;
  /** How many blocks with data there were. Rejects with CorruptObject or MissingObject. */
  readBack(map: VolumeMap, run: BlockRun): Promise<number>;
}

/** A second's work, and much longer than what is read of a pack at a time. */
const RUN_BLOCKS = 512;

/**
 * Reads blocks back from the library: all with data, or a sample of them. Each is fetched, decrypted,
 * decompressed and compared with its id by the reader. Answers with their number; throws CorruptObject or MissingObject.
 */
export const verifyVolume = (library: Library, map: VolumeMap, options: VerifyOptions): Promise<number> =>
  options.depth === 'full' ? verifyAll(library, map, options) : verifySample(library, map, options);

const verifyAll = async (library: Library, map: VolumeMap, options: VerifyOptions): Promise<number> => {
  const { signal, onBlock, runReader } = options;
  let blocks = 0;
  if (runReader) {
    await inParallel(runsOf(map), { atOnce: runReader.atOnce, signal }, async (run) => {
      const more = await runReader.readBack(map, run);
      blocks += more;
      onBlock?.(blocks);
    });
    return blocks;
  }
  for await (const _ of openVolumeReader(library, map, { lend: true }).blocks(map.pages.map(({ page }) => page))) {
    signal.throwIfAborted();
    blocks += 1;
    onBlock?.(blocks);
  }
  return blocks;
};

const runsOf = function* (map: VolumeMap): Generator<BlockRun> {
  for (const { page, id } of map.pages) {
    if (id === 'zero') continue;
    const first = page * PAGE_BLOCKS;
    for (let from = first; from < first + PAGE_BLOCKS; from += RUN_BLOCKS) yield { from, to: from + RUN_BLOCKS };
  }
};

/** Reads one run back: see RunReader. */
export const readRunBack = async (
  library: Library,
  map: VolumeMap,
  run: BlockRun,
  signal?: AbortSignal,
): Promise<number> => {
  let blocks = 0;
  for await (const _ of openVolumeReader(library, map, { lend: true }).blocks([run])) {
    signal?.throwIfAborted();
    blocks += 1;
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
