import { encodeIndex } from './index-object.ts';
import type { Library } from './library.ts';
import { indexName, RANDOM_ID_BYTES } from './names.ts';
import { ENTRY_BYTES, type PackContents } from './pack-contents.ts';
import { putFresh } from './put-fresh.ts';
import { SALT_BYTES, sealObject } from './seal.ts';

/** 9 MiB an object. */
const INDEX_BLOCKS = 262_144;

/** Writes index objects for these packs, of bounded size; returns how many, and their bytes. */
export const writeIndexes = async (
  { store, keys, random, index }: Library,
  packs: readonly PackContents[],
): Promise<{ readonly objects: number; readonly bytes: number }> => {
  let objects = 0;
  let bytes = 0;
  for (const batch of batches(packs)) {
    const id = Buffer.from(random(RANDOM_ID_BYTES)).toString('hex');
    const key = indexName(id);
    const object = sealObject(keys, 'index', key, random(SALT_BYTES), encodeIndex({ supersedes: [], packs: batch }));
    await putFresh(store, key, object);
    index.add(id, batch);
    objects++;
    bytes += object.length;
  }
  return { objects, bytes };
};

const batches = function* (packs: readonly PackContents[]): Generator<PackContents[]> {
  let batch: PackContents[] = [];
  let blocks = 0;
  for (const pack of packs) {
    batch.push(pack);
    blocks += pack.entries.length / ENTRY_BYTES;
    if (blocks < INDEX_BLOCKS) continue;
    yield batch;
    batch = [];
    blocks = 0;
  }
  if (batch.length > 0) yield batch;
};
