import { CorruptObject, MissingObject } from './errors.ts';
import { writeIndexes } from './index-batches.ts';
import type { Library } from './library.ts';
import { packName } from './names.ts';
import { ENTRY_BYTES, type PackContents } from './pack-contents.ts';
import { readPackContents } from './pack-object.ts';

export interface RebuiltIndex {
  readonly packs: number;
  readonly blocks: number;
  readonly indexObjects: number;
  /** Packs whose own index cannot be read: what only they hold is lost. */
  readonly damaged: readonly CorruptObject[];
}

/** 36 bytes a block in memory until they are written. */
const PACKS_AT_ONCE = 4096;
const READS_AT_ONCE = 8;

/**
 * Writes index objects from the packs alone, or from those that `isWanted` says. What an index already said is then said
 * twice, which is harmless.
 */
export const rebuildIndex = async (
  library: Library,
  isWanted: (packId: string) => boolean | Promise<boolean> = () => true,
): Promise<RebuiltIndex> => {
  const { store, keys } = library;
  const damaged: CorruptObject[] = [];
  const total = { packs: 0, blocks: 0, indexObjects: 0 };
  let found: PackContents[] = [];

  const read = async ({ key, size }: { key: string; size: number }): Promise<void> => {
    const id = key.slice(key.lastIndexOf('/') + 1);
    try {
      if (!/^[0-9a-f]{32}$/.test(id) || packName(id) !== key)
        throw new CorruptObject({ key, kind: 'pack', check: 'its name is not that of a pack' });
      if (!(await isWanted(id))) return;
      found.push(await readPackContents(store, keys, id, size));
    } catch (error) {
      if (error instanceof CorruptObject) damaged.push(error);
      else if (!(error instanceof MissingObject)) throw error; // pruned since it was listed
    }
  };
  const write = async (): Promise<void> => {
    const packs = found;
    found = [];
    total.packs += packs.length;
    total.blocks += packs.reduce((sum, { entries }) => sum + entries.length / ENTRY_BYTES, 0);
    total.indexObjects += (await writeIndexes(library, packs)).objects;
  };

  let reading: Promise<void>[] = [];
  for await (const pack of store.list('packs/')) {
    reading.push(read(pack));
    if (reading.length < READS_AT_ONCE) continue;
    await Promise.all(reading);
    reading = [];
    if (found.length >= PACKS_AT_ONCE) await write();
  }
  await Promise.all(reading);
  await write();
  return { ...total, damaged };
};
