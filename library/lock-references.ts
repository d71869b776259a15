import type { LockingStore, ObjectLock } from '../core/ports/object-store.ts';
import { inParallel } from './in-parallel.ts';
import type { Library } from './library.ts';
import { keepAllAtLeast } from './locked-objects.ts';
import { isMissingBlock, lockKeys, type Place, packsOf, pagePlace, readEntry } from './locked-places.ts';
import { READS_AT_ONCE } from './maintenance.ts';
import { mapName } from './names.ts';
import type { VolumeMap } from './volume-map.ts';

export interface MapToLock {
  readonly map: VolumeMap;
  readonly parent?: VolumeMap | undefined;
  /** Until when the control plane has noted that all behind the parent is kept (ms since 1970). Absent: it has not. */
  readonly parentKeptUntil?: number | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Keeps what a map that is about to be written refers to at least as long as the map itself. What it shares with its
 * parent is looked at only where the parent is kept less long: once an epoch. For the rest, one question for each
 * page that is not the parent's, and for each pack that holds blocks which the parent's page does not have: in proportion
 * to what has changed. The keys are asked about each time: they are few, and a point is kept no longer than they are.
 *
 * How long the parent is kept is the control plane's word, and the lock of the parent's map must bear it out. The lock alone
 * says nothing: whoever may extend locks can extend a map's and leave what is behind it to end.
 * Throws `MissingObject`, `CorruptObject`.
 */
export const lockReferences = async (
  library: Library,
  store: LockingStore,
  lock: ObjectLock,
  { map, parent, parentKeptUntil = 0, signal }: MapToLock,
): Promise<void> => {
  const isKept = async ({ recoveryPointId, volumeId }: VolumeMap): Promise<boolean> =>
    parentKeptUntil >= lock.until && ((await store.lockedUntil(mapName(recoveryPointId, volumeId))) ?? 0) >= lock.until;
  const trusted = parent && (await isKept(parent)) ? parent : undefined;
  const fresh = map.pages.filter(({ id, page }) => id !== 'zero' && trusted?.pages[page]?.id !== id);
  const packs = new Map<string, Place>();
  let refreshed = false;
  await inParallel(fresh, { atOnce: READS_AT_ONCE, signal }, async (entry) => {
    const page = await readEntry(library, map, entry);
    // this thread's view of the index may be older than what the segments have written since
    if (!refreshed && isMissingBlock(library, page)) {
      refreshed = true;
      await library.index.refresh();
    }
    const before = trusted?.pages[entry.page];
    const old = before && before.id !== 'zero' && trusted ? await readEntry(library, trusted, before) : undefined;
    const isNew = (at: number): boolean => {
      const known = old && at < old.blockCount ? old.id(at) : undefined;
      return known === undefined || !page.id(at)?.equals(known);
    };
    for (const [id, place] of packsOf(library, page, isNew)) packs.set(id, place);
  });
  await lockKeys(library, store, lock);
  await keepAllAtLeast(store, packs.values(), lock, signal);
  await keepAllAtLeast(store, fresh.map(pagePlace), lock, signal);
};
