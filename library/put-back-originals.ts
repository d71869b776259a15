import type { ObjectVersion, VersionedStore } from '../core/ports/object-store.ts';
import { asBuffer } from './byte-cursor.ts';
import { isLoss, ObjectRetained } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import { identityInKeyObject } from './key-object.ts';
import { isLockedKind } from './locked-objects.ts';
import type { MaintenanceOptions } from './maintenance.ts';
import { FORMAT_KEY } from './names.ts';

const CALLS_AT_ONCE = 8;

/** All versions of one name. */
interface Versions {
  readonly key: string;
  readonly versions: ObjectVersion[];
}

const byKey = async function* (store: VersionedStore, prefix: string): AsyncGenerator<Versions> {
  let current: Versions | undefined;
  for await (const version of store.versions(prefix)) {
    if (current?.key === version.key) {
      current.versions.push(version);
      continue;
    }
    if (current) yield current;
    current = { key: version.key, versions: [version] };
  }
  if (current) yield current;
};

/** Without the ones that somebody has locked. */
const remove = async (store: VersionedStore, { key, versionId }: ObjectVersion): Promise<void> => {
  try {
    await store.delete(key, versionId);
  } catch (error) {
    if (!(error instanceof ObjectRetained)) throw error;
  }
};

const isKeyObject = (key: string, bytes: Uint8Array): boolean => {
  try {
    identityInKeyObject(Number(key.slice('keys/'.length)), bytes);
    return true;
  } catch (error) {
    if (!isLoss(error)) throw error;
    return false;
  }
};

/** True if something hid the original. */
const putBack = async (store: VersionedStore, { key, versions }: Versions): Promise<boolean> => {
  const original = versions.findLast(({ isMarker }) => !isMarker);
  if (!original || original.isLatest) return false;
  if (((await store.lockedUntil(key, original.versionId)) ?? 0) === 0) return false;
  const bytes = asBuffer((await store.get(key, original.versionId))?.bytes ?? Buffer.alloc(0));
  if (key.startsWith('keys/') && !isKeyObject(key, bytes)) return false;
  const isThere = async (): Promise<boolean> => {
    const now = await store.get(key);
    return now !== undefined && asBuffer(now.bytes).equals(bytes);
  };
  // put back by an earlier run
  if (await isThere()) return false;
  for (const version of versions) if (version !== original) await remove(store, version);
  if (await isThere()) return true;
  // What hides it is locked itself: a delete marker hides that, and a copy of the original takes the name.
  await store.delete(key);
  await store.putNew(key, bytes);
  return true;
};

/**
 * In a bucket with Object Lock whoever may delete can only hide: by a delete marker, or by another object of that name.
 * Every name of a library is written once, so that its oldest version is the one that counts. Where that is locked and
 * something hides it, this takes away what does. Reads the list of all versions; returns the names that it has put right.
 */
export const putBackOriginals = async (
  store: VersionedStore,
  { signal, onProgress, prefix = '' }: MaintenanceOptions & { readonly prefix?: string } = {},
): Promise<readonly string[]> => {
  const restored: string[] = [];
  let seen = 0;
  await inParallel(byKey(store, prefix), { atOnce: CALLS_AT_ONCE, signal }, async (versions) => {
    if (versions.versions.length > 1 && isLockedKind(versions.key) && (await putBack(store, versions)))
      restored.push(versions.key);
    seen++;
    onProgress?.(seen, seen, 'objects');
  });
  return restored.sort();
};

/**
 * Puts format and keys back, and hides what somebody added under the name of a key and is none (its version stays): else
 * nobody could open the library, a repair neither. Returns the names that it has put right.
 */
export const mendKeys = async (store: VersionedStore): Promise<readonly string[]> => {
  const restored: string[] = [];
  for (const prefix of [FORMAT_KEY, 'keys/']) restored.push(...(await putBackOriginals(store, { prefix })));
  const [whole, broken]: [string[], string[]] = [[], []];
  for await (const { key } of store.list('keys/')) {
    const found = await store.get(key);
    if (found) (isKeyObject(key, found.bytes) ? whole : broken).push(key);
  }
  if (whole.length === 0) return restored;
  for (const key of broken) await store.delete(key);
  return [...restored, ...broken];
};

/** Opens a library's keys, as `open` does; mends them first where they cannot be read. */
export const openMended = async <T>(store: VersionedStore, open: () => Promise<T>): Promise<T> => {
  try {
    return await open();
  } catch (error) {
    if (!isLoss(error)) throw error;
  }
  await mendKeys(store);
  return open();
};
