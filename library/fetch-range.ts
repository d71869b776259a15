import type { ObjectStore } from '../core/ports/object-store.ts';
import { asBuffer } from './byte-cursor.ts';
import { CorruptObject, type LossError, MissingObject } from './errors.ts';
import { packName } from './names.ts';
import { canReadRange } from './range-reader.ts';
import type { ReadRange } from './read-plan.ts';

export interface FetchedRange {
  readonly range: ReadRange;
  /** Where `bytes` are, unless the store made room for them. */
  readonly memory: Buffer;
  /** A pack that is missing or too short is not thrown: its blocks may have been moved elsewhere. */
  readonly bytes: Buffer | LossError;
}

/** Reads a range of a pack, into `memory` where the store can and there is room. */
export const fetchRange = async (store: ObjectStore, range: ReadRange, memory: Buffer): Promise<FetchedRange> => {
  const { id, versionId } = range.pack;
  const key = packName(id);
  const bytes = await read(store, key, range, memory, versionId);
  if (!bytes) return { range, memory, bytes: new MissingObject({ key, kind: 'pack' }) };
  if (bytes.length < range.length)
    return { range, memory, bytes: new CorruptObject({ key, kind: 'pack', check: 'it ends too early' }) };
  return { range, memory, bytes: asBuffer(bytes) };
};

const read = async (
  store: ObjectStore,
  key: string,
  { start, length }: ReadRange,
  memory: Buffer,
  versionId: string | undefined,
): Promise<Uint8Array | undefined> => {
  if (memory.length < length || !canReadRange(store)) return store.getRange(key, start, length, versionId);
  const came = await store.readRange(key, start, memory.subarray(0, length), versionId);
  return came === undefined ? undefined : memory.subarray(0, came);
};
