import type { BlockFiles } from './block-files.ts';
import { BLOCK_SIZE } from './block-size.ts';
import { type Manifests, PAGE_BLOCKS } from './manifests.ts';
import { atOnce, type Background } from './turns.ts';
import type { VolumeFile } from './volume-file.ts';

const SLICE_BLOCKS = 32;

/**
 * Copies a snapshot's blocks into a new volume's file, which is the volume's base. `done` runs when all is there. Made
 * again after a kill it does the same: nobody writes to a volume that is being filled.
 */
export const fillVolume = (
  blocks: BlockFiles,
  manifests: Manifests,
  background: Background,
  atOnceBlocks: number,
  volume: VolumeFile,
  done: () => void,
): Promise<void> => {
  const { base } = volume.record;
  if (base === undefined) {
    done();
    return Promise.resolve();
  }
  const filling = copyBlocks(blocks, manifests, volume, base);
  if (volume.turns.idle && manifests.get(base).used <= atOnceBlocks) {
    atOnce(filling);
    done();
    return Promise.resolve();
  }
  return background.watch(
    volume.turns.take(async () => {
      await background.run(filling);
      done();
    }),
  );
};

function* copyBlocks(
  blocks: BlockFiles,
  manifests: Manifests,
  volume: VolumeFile,
  base: string,
): Generator<void, void> {
  const slice = Buffer.allocUnsafeSlow(SLICE_BLOCKS * BLOCK_SIZE);
  for (const number of manifests.get(base).pages) {
    const page = manifests.page(base, number);
    for (let at = 0; at < PAGE_BLOCKS; ) {
      const ref = page[at] ?? 0;
      let count = 1;
      while (count < SLICE_BLOCKS && at + count < PAGE_BLOCKS && page[at + count] === ref) count++;
      if (ref !== 0) {
        const index = number * PAGE_BLOCKS + at;
        const data = slice.subarray(0, count * BLOCK_SIZE);
        blocks.read(manifests.deltaName(ref), index, data);
        volume.fill(index * BLOCK_SIZE, data);
        yield;
      }
      at += count;
    }
  }
}
