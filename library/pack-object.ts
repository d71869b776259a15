import type { ObjectStore } from '../core/ports/object-store.ts';
import { decodeBlock, sha256 } from './block-encoding.ts';
import { asBuffer } from './byte-cursor.ts';
import { CorruptObject, MissingObject } from './errors.ts';
import { packName } from './names.ts';
import {
  blocksOf,
  checkEntries,
  ENTRY_BYTES,
  PACK_INDEX_POSITION,
  type PackContents,
  TRAILER_BYTES,
  TRAILER_MAGIC,
} from './pack-contents.ts';
import { releaseBytes } from './release-bytes.ts';
import { decodeHeader, Frames, framesOf, HEADER_BYTES, type SealedHeader, TAG_BYTES } from './seal.ts';
import type { TenantKeys } from './tenant-key-ring.ts';

/** Where a pack's sealed index is, from its trailer. */
const decodeTrailer = (key: string, size: number, trailer: Buffer): { start: number; length: number } => {
  const length = trailer.length === TRAILER_BYTES ? trailer.readUInt32LE(0) : 0;
  const blocks = trailer.length === TRAILER_BYTES ? trailer.readUInt32LE(4) : 0;
  const start = size - TRAILER_BYTES - length;
  if (!trailer.subarray(8).equals(TRAILER_MAGIC) || blocks * ENTRY_BYTES + TAG_BYTES !== length || start < HEADER_BYTES)
    throw new CorruptObject({ key, kind: 'pack', check: 'its trailer is not that of a pack' });
  return { start, length };
};

const range = async (store: ObjectStore, key: string, start: number, length: number): Promise<Buffer> => {
  const bytes = await store.getRange(key, start, length);
  if (!bytes) throw new MissingObject({ key, kind: 'pack' });
  return asBuffer(bytes);
};

const packFrames = (keys: TenantKeys, name: string, header: SealedHeader, sealedIndex: Buffer): Frames =>
  framesOf(keys, { kind: 'pack', name, header }, { position: PACK_INDEX_POSITION, sealed: sealedIndex });

const openContents = (frames: Frames, sealedIndex: Buffer, size: number): Buffer => {
  const entries = frames.open(PACK_INDEX_POSITION, sealedIndex);
  try {
    checkEntries(entries, size);
  } catch (cause) {
    throw new CorruptObject({ key: frames.name, kind: 'pack', check: 'its index is malformed', cause });
  }
  return entries;
};

/** Reads a pack's own index, without its blocks. `size` is the object's, from a listing. */
export const readPackContents = async (
  store: ObjectStore,
  keys: TenantKeys,
  id: string,
  size: number,
): Promise<PackContents> => {
  const key = packName(id);
  const least = HEADER_BYTES + TRAILER_BYTES;
  if (size < least) throw new CorruptObject({ key, kind: 'pack', check: `${size} bytes are too few` });
  const [header, trailer] = await Promise.all([
    range(store, key, 0, HEADER_BYTES),
    range(store, key, size - TRAILER_BYTES, TRAILER_BYTES),
  ]);
  const { start, length } = decodeTrailer(key, size, trailer);
  const sealedIndex = await range(store, key, start, length);
  const { keyNumber, salt } = decodeHeader('pack', key, header);
  const frames = packFrames(keys, key, { keyNumber, salt }, sealedIndex);
  const entries = openContents(frames, sealedIndex, size);
  const found = (await store.head(key))?.versionId;
  // of a bucket that keeps no versions (now): it is read by its name
  const versionId = found === 'null' ? undefined : found;
  return { id: Buffer.from(id, 'hex'), size, keyNumber, salt, versionId, entries };
};

/** What a whole pack says of itself. Throws `CorruptObject`. */
export const openPack = (keys: TenantKeys, id: string, bytes: Buffer): PackContents => {
  const key = packName(id);
  const { keyNumber, salt } = decodeHeader('pack', key, bytes);
  const { start, length } = decodeTrailer(key, bytes.length, bytes.subarray(-TRAILER_BYTES));
  const sealedIndex = bytes.subarray(start, start + length);
  const frames = packFrames(keys, key, { keyNumber, salt }, sealedIndex);
  const entries = openContents(frames, sealedIndex, bytes.length);
  return { id: Buffer.from(id, 'hex'), size: bytes.length, keyNumber, salt, versionId: undefined, entries };
};

/** Reads a whole pack and checks every block in it; returns how many there are. */
export const verifyPack = async (store: ObjectStore, keys: TenantKeys, id: string): Promise<number> => {
  const key = packName(id);
  const found = await store.get(key);
  if (!found) throw new MissingObject({ key, kind: 'pack' });
  const bytes = asBuffer(found.bytes);
  const { entries, ...header } = openPack(keys, id, bytes);
  const frames = new Frames(keys, 'pack', key, header);
  for (const block of blocksOf(entries))
    openBlock(keys, frames, { ...block, sealed: bytes.subarray(block.offset, block.offset + block.length) });
  return entries.length / ENTRY_BYTES;
};

export interface SealedBlock {
  readonly position: number;
  readonly sealed: Buffer;
  readonly encoding: number;
  /** The id that the block must have. */
  readonly id: Buffer;
}

/** Decrypts, decompresses and checks one block against its id. */
export const openBlock = (
  keys: TenantKeys,
  frames: Frames,
  { position, sealed, encoding, id }: SealedBlock,
): { readonly plain: Buffer; readonly sha: Buffer } => {
  const corrupt = (check: string) =>
    new CorruptObject({ key: frames.name, kind: 'pack', check: `${check} at position ${position}` });
  const opened = frames.open(position, sealed);
  const plain = decodeBlock(encoding, opened);
  if (plain?.buffer !== opened.buffer) releaseBytes(opened);
  if (!plain) throw corrupt('a block that does not decompress to its size');
  const sha = sha256(plain);
  if (!keys.blockId(sha).equals(id)) throw corrupt('a block that is not the one named');
  return { plain, sha };
};
