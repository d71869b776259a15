import type { ObjectStore } from '../core/ports/object-store.ts';
import { LibraryIndex, type SharedLibraryIndex } from './library-index.ts';
import { PackBufferPool } from './pack-buffer.ts';
import type { Random } from './recovery-key.ts';
import { type SharedTenantKeys, TenantKeys } from './tenant-key-ring.ts';

interface Outside {
  /** The tenant's own place. */
  readonly store: ObjectStore;
  /** Unpredictable bytes: everything that is sealed rests on it. */
  readonly random: Random;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** One tenant's library, opened. */
export interface Library extends Outside {
  readonly keys: TenantKeys;
  readonly index: LibraryIndex;
  readonly packBuffers: PackBufferPool;
}

/** What a worker thread needs beside its own store. Holds the tenant's keys: for threads of this process only. */
export interface SharedLibrary {
  readonly keys: SharedTenantKeys;
  readonly index: SharedLibraryIndex;
}

/** Reads nothing yet: `library.index.refresh()` loads the index. */
export const openLibrary = ({ keys, ...outside }: Outside & { readonly keys: TenantKeys }): Library => ({
  ...outside,
  keys,
  index: new LibraryIndex(outside.store, keys),
  packBuffers: new PackBufferPool(),
});

/** Structured-cloneable; the index travels as shared memory, not as a copy. */
export const shareLibrary = (library: Library): SharedLibrary => ({
  keys: library.keys.share(),
  index: library.index.share(),
});

interface Attached extends Outside {
  readonly shared: SharedLibrary;
  /** Has the thread that shares its library bring the index up to date: `library.index.shareFresh()` there. */
  readonly askForFresh?: () => Promise<SharedLibraryIndex>;
}

/**
 * In a worker thread. Its index stays as it was shared: what came later is stored again at worst, or asked for on demand.
 * Without `askForFresh` a copy of all of it is loaded then.
 */
export const attachLibrary = ({ shared, askForFresh, ...outside }: Attached): Library => {
  const keys = new TenantKeys(shared.keys);
  const index = new LibraryIndex(outside.store, keys, shared.index, askForFresh);
  return { ...outside, keys, index, packBuffers: new PackBufferPool() };
};
