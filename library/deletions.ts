import type { DeletableStore } from '../core/ports/object-store.ts';
import { ObjectRetained } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import { isLockedKind } from './locked-objects.ts';
import type { MaintenanceLease } from './maintenance-lease.ts';

export interface Deleted {
  readonly objects: number;
  readonly bytes: number;
  /** Kept by their retention (S3 Object Lock); the next prune tries again. */
  readonly retained: number;
}

/** The lease is looked at this often; S3 deletes as many in a few seconds. */
const DELETES_BETWEEN_CHECKS = 256;
const DELETES_AT_ONCE = 8;

/** Deletes for one maintenance, by version where the store keeps versions, and counts. */
export class Deletions {
  readonly #store: DeletableStore;
  readonly #lease: MaintenanceLease;
  readonly #signal: AbortSignal | undefined;
  readonly #deleted = { objects: 0, bytes: 0, retained: 0 };
  #left = 0;

  constructor(store: DeletableStore, lease: MaintenanceLease, signal?: AbortSignal) {
    this.#store = store;
    this.#lease = lease;
    this.#signal = signal;
  }

  get deleted(): Deleted {
    return { ...this.#deleted };
  }

  /**
   * `versionId` where it is known; otherwise the store is asked for that of the object in force. False where its retention
   * keeps it.
   */
  async delete(key: string, versionId?: string): Promise<boolean> {
    this.#signal?.throwIfAborted();
    if (this.#left === 0) {
      this.#left = DELETES_BETWEEN_CHECKS;
      await this.#lease.check();
    }
    this.#left--;
    const found = await this.#store.head(key);
    const version = versionId ?? found?.versionId;
    if (!found && version === undefined) return true;
    try {
      await this.#store.delete(key, version);
    } catch (error) {
      if (!(error instanceof ObjectRetained)) throw error;
      this.#deleted.retained++;
      // Nobody asked for this lock (a bucket's default, or somebody who means ill): out of sight it does no harm.
      if (!isLockedKind(key)) await this.#store.delete(key);
      return false;
    }
    this.#deleted.objects++;
    this.#deleted.bytes += found?.size ?? 0;
    return true;
  }

  /** Answers the keys of those that their retention keeps. */
  async deleteAll(
    objects: Iterable<{ readonly key: string; readonly versionId?: string | undefined }>,
    step: () => void = () => undefined,
  ): Promise<ReadonlySet<string>> {
    const retained = new Set<string>();
    await this.#lease.check();
    this.#left = DELETES_BETWEEN_CHECKS;
    await inParallel(objects, { atOnce: DELETES_AT_ONCE, signal: this.#signal }, async ({ key, versionId }) => {
      if (!(await this.delete(key, versionId))) retained.add(key);
      step();
    });
    return retained;
  }

  /** The store for code that deletes by name. */
  asStore(): DeletableStore {
    const store = this.#store;
    return {
      putNew: (key, bytes) => store.putNew(key, bytes),
      get: (key, versionId) => store.get(key, versionId),
      getRange: (key, start, length, versionId) => store.getRange(key, start, length, versionId),
      head: (key) => store.head(key),
      list: (prefix) => store.list(prefix),
      delete: async (key, versionId) => void (await this.delete(key, versionId)),
    };
  }
}
