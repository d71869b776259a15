import type { DeletableStore, ListedObject } from '../core/ports/object-store.ts';
import { INDEX_BLOCKS, inBatches, writeIndex } from './index-batches.ts';
import { openIndex } from './index-object.ts';
import type { Library } from './library.ts';
import { indexName } from './names.ts';
import { ENTRY_BYTES, type PackContents } from './pack-contents.ts';

export interface MergedIndexes {
  /** Index objects that were replaced, and those that replaced them. */
  readonly merged: number;
  readonly into: number;
}

/** What is already this large is left alone. */
const SMALL_BYTES = (INDEX_BLOCKS / 2) * ENTRY_BYTES;

/**
 * Replaces many small index objects by few large ones: every segment leaves one, and every node must read them all. The
 * new one is written before the old ones are deleted, so that readers always find either. Maintenance: not to be run
 * beside prune, which rewrites indexes too.
 */
export const mergeIndexes = async (library: Library, store: DeletableStore): Promise<MergedIndexes> => {
  const small: ListedObject[] = [];
  for await (const found of store.list('index/')) if (found.size < SMALL_BYTES) small.push(found);
  let merged = 0;
  let into = 0;
  for (const batch of inBatches(small, ({ size }) => size / ENTRY_BYTES)) {
    if (batch.length < 2) continue;
    const packs = new Map<string, PackContents>();
    const replaced: string[] = [];
    for (const { key } of batch) {
      const id = key.slice('index/'.length);
      const found = await store.get(key);
      if (!found) continue; // another run merged it
      for (const pack of openIndex(library.keys, id, found.bytes).packs) packs.set(pack.id.toString('hex'), pack);
      replaced.push(id);
    }
    if (replaced.length < 2) continue;
    await writeIndex(library, [...packs.values()], replaced);
    for (const id of replaced) await store.delete(indexName(id));
    merged += replaced.length;
    into++;
  }
  return { merged, into };
};
