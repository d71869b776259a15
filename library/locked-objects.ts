import type { LockingStore, ObjectLock, ObjectStore, VersionedStore } from '../core/ports/object-store.ts';
import { MissingObject, type ObjectKind } from './errors.ts';
import { inParallel } from './in-parallel.ts';

const LOCKED = ['keys', 'packs', 'pages', 'maps', 'points'];

/**
 * Whether objects of this name are created locked, where the library has a lock: all that a restore cannot do without.
 * Not the index, which is rebuilt from the packs (locked, its objects could not be merged and would grow in number), nor
 * what maintenance writes for itself.
 */
export const isLockedKind = (key: string): boolean => key === 'format' || LOCKED.includes(key.split('/')[0] as string);

export const canLock = (store: ObjectStore): store is LockingStore => 'lockedUntil' in store && 'keepUntil' in store;
export const showsVersions = (store: ObjectStore): store is VersionedStore => canLock(store) && 'versions' in store;

const KINDS: Readonly<Record<string, ObjectKind>> = {
  format: 'format',
  keys: 'key',
  packs: 'pack',
  pages: 'page',
  maps: 'map',
  points: 'point',
};

export const kindOf = (key: string): ObjectKind => KINDS[key.split('/')[0] as string] ?? 'block';

/** Locks an object for at least so long. True if that took a change. Throws `MissingObject`. */
export const keepAtLeast = async (
  store: LockingStore,
  key: string,
  lock: ObjectLock,
  versionId?: string,
): Promise<boolean> => {
  const there = await store.lockedUntil(key, versionId);
  if (there === undefined) throw new MissingObject({ key, kind: kindOf(key) });
  if (there >= lock.until) return false;
  try {
    await store.keepUntil(key, lock, versionId);
  } catch (error) {
    // another was faster, and locked it for longer
    if (((await store.lockedUntil(key, versionId)) ?? 0) >= lock.until) return false;
    throw error;
  }
  return true;
};

interface Named {
  readonly key: string;
  readonly versionId?: string | undefined;
}

const CALLS_AT_ONCE = 8;

/** Locks each for at least so long; returns how many that changed. */
export const keepAllAtLeast = async (
  store: LockingStore,
  objects: Iterable<Named>,
  lock: ObjectLock,
  signal?: AbortSignal,
): Promise<number> => {
  let changed = 0;
  await inParallel(objects, { atOnce: CALLS_AT_ONCE, signal }, async ({ key, versionId }) => {
    if (await keepAtLeast(store, key, lock, versionId)) changed++;
  });
  return changed;
};

/** Of these objects, those that nothing keeps now; in their order. */
export const unlockedOf = async <T extends Named>(
  store: ObjectStore,
  objects: readonly T[],
  now: number,
  signal?: AbortSignal,
): Promise<T[]> => {
  if (!canLock(store)) return [...objects];
  const free = new Set<T>();
  await inParallel(objects, { atOnce: CALLS_AT_ONCE, signal }, async (object) => {
    if (((await store.lockedUntil(object.key, object.versionId)) ?? 0) <= now) free.add(object);
  });
  return objects.filter((object) => free.has(object));
};
