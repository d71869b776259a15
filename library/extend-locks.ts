import type { LockingStore, ObjectLock } from '../core/ports/object-store.ts';
import { blocksInPage } from './block.ts';
import type { BlockPage } from './block-page.ts';
import { isLoss, type LossError } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import type { Library } from './library.ts';
import { keepAllAtLeast, keepAtLeast } from './locked-objects.ts';
import { counting, type MaintenanceOptions, READS_AT_ONCE } from './maintenance.ts';
import { FORMAT_KEY, mapName, packName, pageName, pointName } from './names.ts';
import { type PageEntry, readPageObject } from './page-object.ts';
import { readPoint } from './recovery-point.ts';
import { readMap, type VolumeMap } from './volume-map.ts';

/**
 * What holds at any time: the lock of a map ends no later than that of any page and pack that the map refers to, and that
 * of a point no later than those of its maps. So one look at a map tells how long all behind it is kept; nothing else
 * needs to be noted, and nobody can forge it.
 */
export interface LockInput {
  readonly mode: ObjectLock['mode'];
  readonly points: readonly { readonly recoveryPointId: string; readonly until: number }[];
}

/** JSON-safe. */
export interface ExtendedLocks {
  /** Whose every object is kept for as long as was asked. */
  readonly done: readonly string[];
  /** Recovery points that cannot be read whole: what can be read of them is locked. */
  readonly damaged: readonly { readonly recoveryPointId: string; readonly problem: string }[];
  /** Objects whose lock was extended. */
  readonly packs: number;
  readonly pages: number;
  readonly others: number;
}

interface Place {
  readonly key: string;
  readonly versionId?: string | undefined;
}

/** The packs that hold these blocks, by their names; blocks that no index names are left out. */
const packsOf = (
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

const isMissingBlock = ({ index: { table } }: Library, page: BlockPage): boolean => {
  for (let at = 0; at < page.blockCount; at++) {
    const id = page.id(at);
    if (id && table.find(id) < 0) return true;
  }
  return false;
};

/** The library's format and keys: without them nothing can be read. */
const lockKeys = async ({ store: listing }: Library, store: LockingStore, lock: ObjectLock): Promise<number> => {
  const keys: Place[] = [{ key: FORMAT_KEY }];
  for await (const { key } of listing.list('keys/')) keys.push({ key });
  return keepAllAtLeast(store, keys, lock);
};

/**
 * Keeps what a map that is about to be written refers to at least as long as the map itself. What it shares with its
 * parent is looked at only where the parent's own lock ends earlier: once an epoch. For the rest, one question for each
 * page that is not the parent's, and for each pack that holds blocks which the parent's page does not have: in proportion
 * to what has changed. The keys are asked about each time: they are few, and a point is kept no longer than they are.
 * Throws `MissingObject`, `CorruptObject`.
 */
export const lockReferences = async (
  library: Library,
  store: LockingStore,
  lock: ObjectLock,
  {
    map,
    parent,
    signal,
  }: { readonly map: VolumeMap; readonly parent?: VolumeMap | undefined; readonly signal?: AbortSignal },
): Promise<void> => {
  const parentUntil = parent && (await store.lockedUntil(mapName(parent.recoveryPointId, parent.volumeId)));
  const trusted = parentUntil !== undefined && parentUntil >= lock.until ? parent : undefined;
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

const pagePlace = ({ id, versionId }: PageEntry): Place => ({ key: pageName(id), versionId });

const readEntry = (library: Library, { blockCount }: VolumeMap, entry: PageEntry): Promise<BlockPage> =>
  readPageObject(library, entry, blocksInPage(blockCount, entry.page));

/**
 * Keeps these recovery points, and all that they need, for longer: packs, then pages, then maps, then points, so that it may
 * die anywhere and be run again. A map whose lock is long enough costs one question; of the others each pack and page
 * is asked for once, and changed at most once.
 */
export const extendLocks = async (
  library: Library,
  store: LockingStore,
  { mode, points }: LockInput,
  options: MaintenanceOptions = {},
): Promise<ExtendedLocks> => {
  const total = { packs: 0, pages: 0, others: 0 };
  const done: string[] = [];
  const damaged: { recoveryPointId: string; problem: string }[] = [];
  if (points.length === 0) return { done, damaged, ...total };
  await library.index.refresh();
  const latest = Math.max(...points.map(({ until }) => until));
  total.others += await lockKeys(library, store, { mode, until: latest });
  const progress = counting(options, 'recovery points', points.length);
  // Those that are kept longest come first: what they share with others is then kept long enough for these.
  const ordered = points.toSorted((a, b) => b.until - a.until);
  const [pagesDone, packsDone] = [new Set<string>(), new Set<string>()];

  const lockMap = async (map: VolumeMap, lock: ObjectLock, tell: (error: LossError) => void): Promise<void> => {
    const pages = map.pages.filter(({ id }) => id !== 'zero' && !pagesDone.has(id));
    let isWhole = true;
    const lost = (error: unknown): void => {
      if (!isLoss(error)) throw error;
      isWhole = false;
      tell(error);
    };
    const packs = new Map<string, Place>();
    const readable: PageEntry[] = [];
    await inParallel(pages, { atOnce: READS_AT_ONCE, signal: options.signal }, async (entry) => {
      try {
        const page = await readEntry(library, map, entry);
        for (const [id, place] of packsOf(library, page, () => true)) if (!packsDone.has(id)) packs.set(id, place);
        readable.push(entry);
      } catch (error) {
        lost(error);
      }
    });
    await inParallel(packs, { atOnce: READS_AT_ONCE, signal: options.signal }, async ([id, { key, versionId }]) => {
      try {
        if (await keepAtLeast(store, key, lock, versionId)) total.packs++;
        packsDone.add(id);
      } catch (error) {
        lost(error);
      }
    });
    total.pages += await keepAllAtLeast(store, readable.map(pagePlace), lock, options.signal);
    // Of a page whose packs are not all there, the next map that refers to it is to know too.
    if (isWhole) for (const { id } of readable) pagesDone.add(id);
  };

  for (const { recoveryPointId, until } of ordered) {
    options.signal?.throwIfAborted();
    const lock = { mode, until };
    let problem: LossError | undefined;
    const tell = (error: LossError): void => {
      problem ??= error;
    };
    try {
      const { volumes } = await readPoint(library, recoveryPointId);
      for (const { volumeId, mapVersionId } of volumes) {
        const key = mapName(recoveryPointId, volumeId);
        const there = await store.lockedUntil(key, mapVersionId);
        if (there !== undefined && there >= until) continue;
        await lockMap(await readMap(library, recoveryPointId, volumeId, mapVersionId), lock, tell);
        // A map that promised what is not there would be believed by the next backup.
        if (problem === undefined && (await keepAtLeast(store, key, lock, mapVersionId))) total.others++;
      }
      if (problem === undefined && (await keepAtLeast(store, pointName(recoveryPointId), lock))) total.others++;
    } catch (error) {
      if (!isLoss(error)) throw error;
      tell(error);
    }
    if (problem === undefined) done.push(recoveryPointId);
    else damaged.push({ recoveryPointId, problem: problem.message });
    progress.step();
  }
  return { done, damaged, ...total };
};
