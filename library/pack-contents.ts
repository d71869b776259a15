import { BLOCK_BYTES } from './block.ts';
import { ENCODINGS } from './block-encoding.ts';
import { MalformedContent } from './byte-cursor.ts';
import { HEADER_BYTES, TAG_BYTES } from './seal.ts';

/** A pack entry: block id (32 bytes), then u32: length of the sealed block in the low 24 bits, encoding in the high 8. */
export const ENTRY_BYTES = 36;
/** So that a block's position fits 12 bits beside its length in the table of all blocks. */
export const MAX_PACK_BLOCKS = 4096;
/** Sealed index's length, number of blocks, magic. */
export const TRAILER_BYTES = 16;
export const TRAILER_MAGIC = Buffer.from('HFSTPACK', 'latin1');
/** The position that seals a pack's own index; blocks count from 0. */
export const PACK_INDEX_POSITION = 0xffff_ffff;

/** What the index says of a pack. `entries` in order of position; a block begins where the one before ends. */
export interface PackContents {
  /** 16 bytes. */
  readonly id: Buffer;
  /** Bytes of the whole object. */
  readonly size: number;
  readonly keyNumber: number;
  readonly salt: Buffer;
  readonly versionId: string | undefined;
  readonly entries: Buffer;
}

export const entryLength = (entries: Buffer, at: number): number => entries.readUInt32LE(at + 32) & 0xff_ffff;
export const entryEncoding = (entries: Buffer, at: number): number => entries[at + 35] as number;

export interface PackBlock {
  readonly id: Buffer;
  readonly offset: number;
  readonly length: number;
  readonly position: number;
  readonly encoding: number;
}

/** Where each block of a pack is, from its entries. */
export const blocksOf = function* (entries: Buffer): Generator<PackBlock> {
  let offset = HEADER_BYTES;
  for (let at = 0, position = 0; at < entries.length; at += ENTRY_BYTES, position++) {
    const length = entryLength(entries, at);
    yield { id: entries.subarray(at, at + 32), offset, length, position, encoding: entryEncoding(entries, at) };
    offset += length;
  }
};

export const writeEntry = (target: Buffer, at: number, id: Buffer, length: number, encoding: number): void => {
  id.copy(target, at, 0, 32);
  target.writeUInt32LE(length | (encoding << 24), at + 32);
};

/** Bytes of the sealed blocks alone, of a pack of so many bytes and blocks. */
export const blockBytesOf = (size: number, blocks: number): number =>
  size - HEADER_BYTES - blocks * ENTRY_BYTES - TAG_BYTES - TRAILER_BYTES;

const sealedIndexBytes = (entries: Buffer): number => entries.length + TAG_BYTES;

/** Throws `MalformedContent` unless the entries can be those of a pack of `size` bytes. */
export const checkEntries = (entries: Buffer, size: number): void => {
  const blocks = entries.length / ENTRY_BYTES;
  if (!Number.isInteger(blocks) || blocks < 1 || blocks > MAX_PACK_BLOCKS)
    throw new MalformedContent(`a pack of ${blocks} blocks`);
  let end = HEADER_BYTES;
  for (let at = 0; at < entries.length; at += ENTRY_BYTES) {
    const length = entryLength(entries, at);
    const encoding = entryEncoding(entries, at);
    const whole = length === BLOCK_BYTES + TAG_BYTES;
    if (length <= TAG_BYTES || length > BLOCK_BYTES + TAG_BYTES || encoding > ENCODINGS.zstd)
      throw new MalformedContent(`a block of ${length} bytes in encoding ${encoding}`);
    if (encoding === ENCODINGS.plain && !whole) throw new MalformedContent('a plain block that is not whole');
    end += length;
  }
  if (end + sealedIndexBytes(entries) + TRAILER_BYTES !== size)
    throw new MalformedContent(`its blocks don't fill a pack of ${size} bytes`);
};
