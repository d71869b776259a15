import type { LockingStore, ObjectLock } from '../core/ports/object-store.ts';
import { blocksInPage } from './block.ts';
import type { BlockPage } from './block-page.ts';
import type { Library } from './library.ts';
import { keepAllAtLeast } from './locked-objects.ts';
import { FORMAT_KEY, packName, pageName } from './names.ts';
import { type PageEntry, readPageObject } from './page-object.ts';
import type { VolumeMap } from './volume-map.ts';

/** An object, and the version of it that counts, where that is known. */
export interface Place {
  readonly key: string;
  readonly versionId?: string | undefined;
}

/** The packs that hold these blocks, by their names; blocks that no index names are left out. */
export const packsOf = (
  { index: { table } }: Library,
  page: BlockPage,
  isWanted: (at: number) => boolean,
): Map<string, Place> => {
  const packs = new Map<string, Place>();
  const seen = new Set<number>();
  for (let at = 0; at < page.blockCount; at++) {
    const id = page.id(at);
    const entry = id && isWanted(at) ? table.find(id) : -1;
    if (entry < 0) continue;
    const { pack } = table.location(entry);
    if (seen.has(pack)) continue;
    seen.add(pack);
    const { id: packId, versionId } = table.pack(pack);
    packs.set(packId, { key: packName(packId), versionId });
  }
  return packs;
};

/** Whether there is a block in it that no index names. */
export const isMissingBlock = ({ index: { table } }: Library, page: BlockPage): boolean => {
  for (let at = 0; at < page.blockCount; at++) {
    const id = page.id(at);
    if (id && table.find(id) < 0) return true;
  }
  return false;
};

export const pagePlace = ({ id, versionId }: PageEntry): Place => ({ key: pageName(id), versionId });

export const readEntry = (library: Library, { blockCount }: VolumeMap, entry: PageEntry): Promise<BlockPage> =>
  readPageObject(library, entry, blocksInPage(blockCount, entry.page));

/** The library's format and keys: without them nothing can be read. */
export const lockKeys = async ({ store: listing }: Library, store: LockingStore, lock: ObjectLock): Promise<number> => {
  const keys: Place[] = [{ key: FORMAT_KEY }];
  for await (const { key } of listing.list('keys/')) keys.push({ key });
  return keepAllAtLeast(store, keys, lock);
};
