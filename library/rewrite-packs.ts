import { asBuffer } from './byte-cursor.ts';
import { type CorruptObject, isLoss, type LossError } from './errors.ts';
import { writeIndexes } from './index-batches.ts';
import type { Library } from './library.ts';
import { counting, type MaintenanceOptions } from './maintenance.ts';
import { packName } from './names.ts';
import { DEFAULT_PACK_BYTES } from './pack-buffer.ts';
import { ENTRY_BYTES, entryEncoding, entryLength, type PackContents } from './pack-contents.ts';
import { readPackContents } from './pack-object.ts';
import { PackStream } from './pack-stream.ts';
import { Frames, HEADER_BYTES } from './seal.ts';

export interface PackToCopy {
  readonly id: string;
  /** Bytes of the object. */
  readonly size: number;
  /** As an index said; without it the pack's own index is read. */
  readonly contents?: PackContents;
}

export interface RewriteOptions extends MaintenanceOptions {
  /** Which blocks of a pack are copied. */
  readonly isWanted: (id: Buffer, packId: string) => boolean;
  /** Told of a pack, or a block of it, that cannot be read; the rest is copied. */
  readonly onDamage: (packId: string, error: LossError) => void;
  readonly packBytes?: number;
}

export interface Rewritten {
  readonly packs: number;
  readonly blocks: number;
  /** Of the new objects. */
  readonly bytes: number;
}

/** What is copied is named by the index after so many packs, so that a prune that dies has not done it all in vain. */
const PACKS_BETWEEN_INDEXES = 256;
const READ_BYTES = 4 * 1024 * 1024;

interface Run {
  readonly start: number;
  length: number;
  readonly blocks: { readonly at: number; readonly position: number; readonly offset: number }[];
}

/** Wanted blocks that lie together, in reads of bounded length. */
const runsOf = (entries: Buffer, isWanted: (id: Buffer) => boolean): Run[] => {
  const runs: Run[] = [];
  let offset = HEADER_BYTES;
  for (let at = 0, position = 0; at < entries.length; at += ENTRY_BYTES, position++) {
    const length = entryLength(entries, at);
    if (isWanted(entries.subarray(at, at + 32))) {
      const last = runs.at(-1);
      const joins = last && last.start + last.length === offset && last.length + length <= READ_BYTES;
      const run = joins ? last : { start: offset, length: 0, blocks: [] };
      if (!joins) runs.push(run);
      run.length += length;
      run.blocks.push({ at, position, offset });
    }
    offset += length;
  }
  return runs;
};

/**
 * Copies wanted blocks into new packs, which the index names on return. Each pack has a key of its own, so blocks are
 * opened and sealed again, not compressed again.
 */
export const rewritePacks = async (
  library: Library,
  packs: readonly PackToCopy[],
  { isWanted, onDamage, packBytes = DEFAULT_PACK_BYTES, ...options }: RewriteOptions,
): Promise<Rewritten> => {
  const { store, keys } = library;
  const progress = counting(options, 'packs', packs.length);
  const total = { packs: 0, blocks: 0, bytes: 0 };
  const open = (): PackStream => new PackStream(library, { packBytes, openPacks: 2 });
  let stream = open();

  const flush = async (): Promise<void> => {
    const written = await stream.end();
    for (const { size } of written) total.bytes += size;
    total.packs += written.length;
    total.bytes += (await writeIndexes(library, written)).bytes;
    stream = open();
  };

  const copy = async ({ id, size, contents }: PackToCopy): Promise<void> => {
    const from = contents ?? (await readPackContents(store, keys, id, size));
    const { entries, versionId, keyNumber, salt } = from;
    const key = packName(id);
    const frames = new Frames(keys, 'pack', key, { keyNumber, salt });
    for (const { start, length, blocks } of runsOf(entries, (block) => isWanted(block, id))) {
      options.signal?.throwIfAborted();
      const bytes = asBuffer((await store.getRange(key, start, length, versionId)) ?? Buffer.alloc(0));
      for (const { at, position, offset } of blocks) {
        const sealed = bytes.subarray(offset - start, offset - start + entryLength(entries, at));
        const opened = openOrTell(frames, position, sealed, (error) => onDamage(id, error));
        if (!opened) continue;
        await stream.prepare();
        stream.append(entries.subarray(at, at + 32), { encoding: entryEncoding(entries, at), bytes: opened });
        total.blocks++;
      }
    }
  };

  try {
    for (const pack of packs) {
      options.signal?.throwIfAborted();
      try {
        await copy(pack);
      } catch (error) {
        if (!isLoss(error)) throw error;
        onDamage(pack.id, error);
      }
      progress.step();
      if (progress.done % PACKS_BETWEEN_INDEXES === 0) await flush();
    }
    await flush();
  } catch (error) {
    await stream.abort();
    throw error;
  }
  return total;
};

const openOrTell = (
  frames: Frames,
  position: number,
  sealed: Buffer,
  tell: (error: CorruptObject) => void,
): Buffer | undefined => {
  try {
    return frames.open(position, sealed);
  } catch (error) {
    tell(error as CorruptObject);
    return undefined;
  }
};
