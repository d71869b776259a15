import type { ObjectStore } from '../core/ports/object-store.ts';
import { asBuffer } from './byte-cursor.ts';
import { ConflictingObject } from './errors.ts';

/**
 * Writes an object under a fresh random name and returns its version. The name can only be taken by this very write,
 * whose first answer was lost: what is there is compared.
 */
export const putFresh = async (store: ObjectStore, key: string, bytes: Buffer): Promise<string | undefined> => {
  const put = await store.putNew(key, bytes);
  if (put.outcome === 'created') return put.versionId;
  const found = await store.get(key);
  if (!found || !asBuffer(found.bytes).equals(bytes)) throw new ConflictingObject(key, 'a random name was taken');
  return found.versionId;
};
