import type { BilledCall, CountCall } from '../core/contracts/billed-calls.ts';
import type { LibraryAccess, OrderLock, SessionCredentials } from '../core/contracts/orders.ts';
import type { ObjectStore } from '../core/ports/object-store.ts';
import type { KeyWrapper } from '../library/key-wrapper.ts';
import { type Library, openLibrary, type SharedLibrary, shareLibrary } from '../library/library.ts';
import type { LibraryIndex, SharedLibraryIndex } from '../library/library-index.ts';
import { showsVersions } from '../library/locked-objects.ts';
import { openMended } from '../library/put-back-originals.ts';
import type { TenantKeys } from '../library/tenant-key-ring.ts';
import { createTenantKeys, newestKeyNumber, openTenantKeys, rotateTenantKey } from '../library/tenant-keys.ts';

export interface LibrariesOutside {
  openStore(
    library: LibraryAccess['library'],
    credentials: () => SessionCredentials,
    lock: () => OrderLock | undefined,
    count: CountCall,
  ): { readonly store: ObjectStore; close(): void };
  openKeyWrapper(keyArn: string, credentials: () => SessionCredentials, count: CountCall): KeyWrapper;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** What an order is for: a library run works on the library itself, or gives it its next data key. */
type Purpose = 'data' | 'maintenance' | 'rotation';

/**
 * An index takes up to 48 bytes a block, 1.2 GiB for 16 TiB: tenants that no order is for are kept only this many, and
 * beside the one that was used last no more than this.
 */
const IDLE_LIBRARIES = 2;
const IDLE_BYTES = 256 * 2 ** 20;

interface Opened {
  /** Of the order that came last: any of this tenant's may read the index. */
  credentials: SessionCredentials;
  /** As they: what is made here, a tenant's first keys, is kept as long as what that order writes. */
  lock: OrderLock | undefined;
  readonly library: Promise<Library>;
  /** Of its index. */
  readonly bytes: () => number;
  readonly close: () => void;
  /** Of each order that it is lent to: the last of them is told what is called for it. */
  readonly users: CountCall[];
  /** What was called when it was lent to none: the next pays. */
  readonly unpaid: BilledCall[];
}

export interface LentLibrary {
  readonly shared: SharedLibrary;
  /** Brought up to date once more, for all who share it. */
  freshIndex(): Promise<SharedLibraryIndex>;
  /** For as long as the order runs: newer credentials serve the orders after it too. */
  setCredentials(credentials: SessionCredentials): void;
  giveBack(): void;
}

/**
 * The tenants' libraries, opened on the main thread, each with one copy of its index that the worker threads see as
 * shared memory. Keys and index of a tenant leave with the last orders that were for it.
 */
export const createTenantLibraries = (outside: LibrariesOutside) => {
  const opened = new Map<string, Opened>();

  const open = (
    access: LibraryAccess,
    credentials: SessionCredentials,
    purpose: Purpose,
    lock: OrderLock | undefined,
  ): Opened => {
    const count: CountCall = (call) => {
      const payer = entry.users.at(-1);
      if (payer) payer(call);
      else entry.unpaid.push(call);
    };
    const { store, close } = outside.openStore(
      access.library,
      () => entry.credentials,
      () => entry.lock,
      count,
    );
    let index: LibraryIndex | undefined;
    const entry: Opened = {
      credentials,
      lock,
      users: [],
      unpaid: [],
      bytes: () => index?.table.bytes ?? 0,
      close,
      library: (async () => {
        const of = {
          store,
          wrapper: outside.openKeyWrapper(access.kmsKeyArn, () => entry.credentials, count),
          tenant: access.tenantId,
          library: access.libraryId,
        };
        const { recoveryPublicKey } = access;
        const making = { ...of, recoveryPublicKey, random: outside.randomBytes };
        const openKeys = (): Promise<TenantKeys> => openTenantKeys(of);
        const keys = await (purpose === 'maintenance'
          ? lock && showsVersions(store)
            ? openMended(store, openKeys)
            : openKeys()
          : purpose === 'rotation'
            ? rotateTenantKey(making)
            : createTenantKeys(making));
        const library = openLibrary({ store, keys, random: outside.randomBytes, now: outside.now });
        index = library.index;
        return library;
      })(),
    };
    return entry;
  };

  const forgetIdle = (): void => {
    let [kept, bytes] = [0, 0];
    for (const [name, { users, bytes: bytesOf, close }] of [...opened].reverse()) {
      if (users.length > 0) continue;
      if (kept > 0) bytes += bytesOf();
      if (kept < IDLE_LIBRARIES && bytes <= IDLE_BYTES) kept++;
      else {
        opened.delete(name);
        close();
      }
    }
  };

  const use = (entry: Opened, credentials: SessionCredentials, lock: OrderLock | undefined, count: CountCall): void => {
    entry.credentials = credentials;
    entry.lock = lock ?? entry.lock;
    entry.users.push(count);
    for (const call of entry.unpaid.splice(0)) count(call);
  };

  const release = (name: string, entry: Opened, count: CountCall): void => {
    entry.users.splice(entry.users.indexOf(count), 1);
    // One that another has taken the place of, or that is never kept, goes with its last user.
    if (opened.get(name) === entry) forgetIdle();
    else if (entry.users.length === 0) entry.close();
  };

  /**
   * What is kept of that name, with one more user, if its keys are the newest: a key that was added since seals what is
   * written from now on, and what others have sealed with it must be readable here. One LIST of few names.
   */
  const keptOf = async (
    name: string,
    credentials: SessionCredentials,
    lock: OrderLock | undefined,
    count: CountCall,
  ): Promise<Opened | undefined> => {
    for (;;) {
      const kept = opened.get(name);
      if (!kept) return undefined;
      use(kept, credentials, lock, count);
      try {
        const { store, keys } = await kept.library;
        if ((await newestKeyNumber(store)) === keys.current) return kept;
      } catch (error) {
        if (opened.get(name) === kept) opened.delete(name);
        release(name, kept, count);
        throw error;
      }
      if (opened.get(name) === kept) opened.delete(name);
      release(name, kept, count);
    }
  };

  return {
    /**
     * Opens (or makes, if it is the tenant's first) the library, brings its index up to date and lends it. For
     * maintenance it is not made, and its index not read: it may be what is damaged. And it is opened anew each time: a
     * key that has been added since would make what is whole look damaged. `count` is told what is called for it here.
     */
    async lend(
      access: LibraryAccess,
      credentials: SessionCredentials,
      count: CountCall,
      purpose: Purpose = 'data',
      lock?: OrderLock,
    ): Promise<LentLibrary> {
      const isKept = purpose === 'data';
      const name = JSON.stringify(access);
      let entry = isKept ? await keptOf(name, credentials, lock, count) : undefined;
      if (!entry) {
        // another order may have opened it while the keys were looked at
        entry = (isKept ? opened.get(name) : undefined) ?? open(access, credentials, purpose, lock);
        use(entry, credentials, lock, count);
      }
      if (isKept) {
        // Moved to the end: those used last are kept.
        opened.delete(name);
        opened.set(name, entry);
      }
      let lent = true;
      const giveBack = (): void => {
        if (!lent) return;
        lent = false;
        release(name, entry, count);
      };
      try {
        const library = await entry.library;
        if (purpose === 'data') await library.index.refresh();
        return {
          shared: shareLibrary(library),
          freshIndex: () => library.index.shareFresh(),
          setCredentials: (fresh) => {
            entry.credentials = fresh;
          },
          giveBack,
        };
      } catch (error) {
        // What could not be opened must be opened anew by the next order.
        if (opened.get(name) === entry) opened.delete(name);
        giveBack();
        throw error;
      }
    },
  };
};

export type TenantLibraries = ReturnType<typeof createTenantLibraries>;
