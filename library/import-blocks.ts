import { closeSync, openSync, readSync } from 'node:fs';
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import { BLOCK_BYTES, isZeroBlock } from './block.ts';
import { sha256 } from './block-encoding.ts';
import { ImageChanged } from './errors.ts';
import { type ImageState, refuseChangedImage } from './image-state.ts';
import type { Library } from './library.ts';
import { openSegmentWriter, type SegmentBlocks } from './segment-writer.ts';
import { SharedTurns } from './shared-turns.ts';
import type { ImportTask } from './thread-messages.ts';

/** Of one turn: 4 MiB, read in order, and after each of them uploads go on. */
export const BLOCKS_OF_A_TURN = 8;

/**
 * This thread's part of an image: read, hash, deduplicate, compress, seal and pack, block by block in one buffer. Node
 * cannot ask for holes (SEEK_HOLE): they are read as the zeros that they are, and found by comparing.
 */
export const importBlocks = async (library: Library, task: ImportTask): Promise<SegmentBlocks> => {
  const { path, image, changed, blocks, parent, level, openPacks, pages, volumeBlocks } = task;
  const turns = new SharedTurns(task.turns);
  const writer = openSegmentWriter(library, {
    volumeBlocks,
    pages,
    parent,
    unlisted: changed ? 'parent' : 'zero',
    level,
    openPacks,
  });
  const count = changed ? changed.length : blocks.to - blocks.from;
  const plain = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  const file = openSync(path, 'r');
  try {
    refuseChangedImage(path, image, file);
    const most = Math.ceil(count / BLOCKS_OF_A_TURN);
    for (let turn = turns.take(most); turn !== undefined; turn = turns.take(most)) {
      const from = turn * BLOCKS_OF_A_TURN;
      const to = Math.min(count, from + BLOCKS_OF_A_TURN);
      for (let at = from; at < to; at++) {
        const index = changed ? (changed[at] as number) : blocks.from + at;
        if (!readBlock(file, image, index, plain)) throw new ImageChanged(path);
        if (isZeroBlock(plain)) writer.addZero(index);
        else {
          while (!writer.ready(index)) await writer.prepare(index);
          writer.add(index, plain, sha256(plain));
        }
      }
      turns.add(to - from);
      await turnOfOthers();
    }
    refuseChangedImage(path, image, file);
    return await writer.finishBlocks();
  } catch (error) {
    turns.stop();
    await writer.abort().catch(() => undefined);
    throw error;
  } finally {
    closeSync(file);
  }
};

/** The last block may be shorter, and zero where the image has ended. False if the image ends before it should. */
const readBlock = (file: number, { size }: ImageState, index: number, plain: Buffer): boolean => {
  const start = index * BLOCK_BYTES;
  const length = Math.min(BLOCK_BYTES, Number(size) - start);
  for (let filled = 0; filled < length; ) {
    const came = readSync(file, plain, filled, length - filled, start + filled);
    if (came === 0) return false;
    filled += came;
  }
  plain.fill(0, length);
  return true;
};
