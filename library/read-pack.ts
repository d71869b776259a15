import { asBuffer } from './byte-cursor.ts';
import { CorruptObject, UnknownKey } from './errors.ts';
import type { Library } from './library.ts';
import { packName } from './names.ts';
import { blocksOf, type PackContents } from './pack-contents.ts';
import { openBlock, openPack } from './pack-object.ts';
import { releaseBytes } from './release-bytes.ts';
import { Frames } from './seal.ts';

export interface PackToRead {
  /** Lower-case hex. */
  readonly id: string;
  readonly versionId: string | undefined;
}

/** What became of reading a whole pack. Structured-cloneable: it may be read in another thread. */
export interface PackReading {
  /** Of the object; undefined where it is not there. */
  readonly size: number | undefined;
  /** What it says of itself, where that can be opened; a thread that is told it finds plain Uint8Arrays. */
  readonly says:
    | (Pick<PackContents, 'keyNumber'> & { readonly salt: Uint8Array; readonly entries: Uint8Array })
    | undefined;
  /** Positions of blocks that are not what they are said to be. */
  readonly bad: readonly number[];
  /** The first thing that is wrong with it. */
  readonly problem: { readonly check: string; readonly unknownKey?: number } | undefined;
}

/** Reads whole packs, in this thread or in others; rejects where the store does. */
export interface PackReader {
  /** As many may be asked for at a time. */
  readonly atOnce: number;
  read(pack: PackToRead): Promise<PackReading>;
}

/** Whole packs in a thread's memory at a time: one is on its way while the other is read. */
export const PACKS_AT_ONCE = 2;

/** Reads in this thread. */
export const packReader = (library: Library): PackReader => ({
  atOnce: PACKS_AT_ONCE,
  read: (pack) => readPack(library, pack),
});

const problemOf = (error: unknown): PackReading['problem'] => {
  if (!(error instanceof CorruptObject)) throw error;
  const { check } = error;
  return error instanceof UnknownKey ? { check, unknownKey: error.keyNumber } : { check };
};

/** The error that a problem was. */
export const errorOfPack = (id: string, { check, unknownKey }: NonNullable<PackReading['problem']>): CorruptObject => {
  const about = { key: packName(id), kind: 'pack' } as const;
  return unknownKey === undefined ? new CorruptObject({ ...about, check }) : new UnknownKey(about, unknownKey);
};

/** Positions of the blocks of `bytes`, a whole pack, that do not open, and the first one's problem. */
export const badBlocks = (
  { keys }: Library,
  { id, entries, ...header }: Pick<PackContents, 'id' | 'keyNumber' | 'salt' | 'entries'>,
  bytes: Buffer,
): Pick<PackReading, 'bad' | 'problem'> => {
  const frames = new Frames(keys, 'pack', packName(id.toString('hex')), header);
  const bad: number[] = [];
  let problem: PackReading['problem'];
  for (const block of blocksOf(entries)) {
    const sealed = bytes.subarray(block.offset, block.offset + block.length);
    try {
      releaseBytes(openBlock(keys, frames, { ...block, sealed }).plain);
    } catch (error) {
      problem ??= problemOf(error);
      bad.push(block.position);
    }
  }
  return { bad, problem };
};

export const readPack = async (library: Library, { id, versionId }: PackToRead): Promise<PackReading> => {
  const found = await library.store.get(packName(id), versionId);
  if (!found) return { size: undefined, says: undefined, bad: [], problem: undefined };
  const bytes = asBuffer(found.bytes);
  const size = bytes.length;
  let contents: PackContents;
  try {
    contents = openPack(library.keys, id, bytes);
  } catch (error) {
    return { size, says: undefined, bad: [], problem: problemOf(error) };
  }
  const { keyNumber, salt, entries } = contents;
  // copies: a view that is sent to another thread takes all of the memory that it looks at along
  const says = { keyNumber, salt: new Uint8Array(salt), entries: new Uint8Array(entries) };
  return { size, says, ...badBlocks(library, contents, bytes) };
};
