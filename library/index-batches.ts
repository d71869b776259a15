import { encodeIndex } from './index-object.ts';
import type { Library } from './library.ts';
import { indexName, RANDOM_ID_BYTES } from './names.ts';
import { ENTRY_BYTES, type PackContents } from './pack-contents.ts';
import { putFresh } from './put-fresh.ts';
import { SALT_BYTES, sealObject } from './seal.ts';

/** An index object ends with the pack that reaches this: 9 MiB. */
export const INDEX_BLOCKS = 262_144;

/** Writes one index object; returns its bytes. */
export const writeIndex = async (
  { store, keys, random, index }: Library,
  packs: readonly PackContents[],
  supersedes: readonly string[] = [],
): Promise<number> => {
  const id = Buffer.from(random(RANDOM_ID_BYTES)).toString('hex');
  const key = indexName(id);
  const object = sealObject(keys, 'index', key, random(SALT_BYTES), encodeIndex({ supersedes, packs }));
  await putFresh(store, key, object);
  index.add(id, packs);
  return object.length;
};

/** Writes index objects for these packs, of bounded size; returns how many, and their bytes. */
export const writeIndexes = async (
  library: Library,
  packs: readonly PackContents[],
): Promise<{ readonly objects: number; readonly bytes: number }> => {
  let objects = 0;
  let bytes = 0;
  for (const batch of inBatches(packs, blocksOf)) {
    bytes += await writeIndex(library, batch);
    objects++;
  }
  return { objects, bytes };
};

const blocksOf = ({ entries }: PackContents): number => entries.length / ENTRY_BYTES;

/** Neighbours together until they have `INDEX_BLOCKS` blocks. */
export const inBatches = function* <T>(items: Iterable<T>, blocks: (item: T) => number): Generator<T[]> {
  let batch: T[] = [];
  let sum = 0;
  for (const item of items) {
    batch.push(item);
    sum += blocks(item);
    if (sum < INDEX_BLOCKS) continue;
    yield batch;
    batch = [];
    sum = 0;
  }
  if (batch.length > 0) yield batch;
};
