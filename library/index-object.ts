import { ByteReader, ByteWriter } from './byte-cursor.ts';
import { CorruptObject } from './errors.ts';
import { indexName, RANDOM_ID_BYTES } from './names.ts';
import { checkEntries, ENTRY_BYTES, MAX_PACK_BLOCKS, type PackContents } from './pack-contents.ts';
import { openObject, SALT_BYTES } from './seal.ts';
import type { TenantKeys } from './tenant-key-ring.ts';

/** Which blocks a batch of packs holds; `supersedes` names indexes whose contents it repeats (merging). */
export interface IndexContents {
  readonly supersedes: readonly string[];
  readonly packs: readonly PackContents[];
}

export const encodeIndex = ({ supersedes, packs }: IndexContents): Buffer => {
  const content = new ByteWriter().u32(supersedes.length);
  for (const id of supersedes) content.bytes(Buffer.from(id, 'hex'));
  content.u32(packs.length);
  for (const { id, size, keyNumber, salt, versionId, entries } of packs) {
    content
      .bytes(id)
      .u32(size)
      .u32(keyNumber)
      .bytes(salt)
      .text(versionId ?? '');
    content.u32(entries.length / ENTRY_BYTES).bytes(entries);
  }
  return content.done();
};

const decodeContent = (content: Buffer): IndexContents => {
  const reader = new ByteReader(content);
  const supersedes = Array.from({ length: bounded(reader, RANDOM_ID_BYTES) }, () =>
    reader.bytes(RANDOM_ID_BYTES).toString('hex'),
  );
  const packs = Array.from({ length: bounded(reader, RANDOM_ID_BYTES) }, (): PackContents => {
    const id = reader.bytes(RANDOM_ID_BYTES);
    const size = reader.u32();
    const keyNumber = reader.u32();
    const salt = reader.bytes(SALT_BYTES);
    const versionId = reader.text() || undefined;
    const entries = reader.bytes(Math.min(reader.u32(), MAX_PACK_BLOCKS + 1) * ENTRY_BYTES);
    checkEntries(entries, size);
    return { id, size, keyNumber, salt, versionId, entries };
  });
  reader.end();
  return { supersedes, packs };
};

/** A count that the bytes left can hold, so that a wrong one costs no memory. */
const bounded = (reader: ByteReader, least: number): number => Math.min(reader.u32(), Math.ceil(reader.left / least));

export const openIndex = (keys: TenantKeys, id: string, object: Uint8Array): IndexContents => {
  const key = indexName(id);
  const content = openObject(keys, 'index', key, object);
  try {
    return decodeContent(content);
  } catch (cause) {
    throw new CorruptObject({ key, kind: 'index', check: 'malformed', cause });
  }
};
