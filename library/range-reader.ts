import type { ObjectStore } from '../core/ports/object-store.ts';

/** A store that can read into memory of the caller's. */
export interface RangeReader {
  /**
   * As `ObjectStore.getRange`, for `into.length` bytes: answers with how many came. If it throws, `into` may hold
   * anything, and nothing is written to it any more.
   */
  readRange(key: string, start: number, into: Uint8Array, versionId?: string): Promise<number | undefined>;
}

export const canReadRange = (store: ObjectStore): store is ObjectStore & RangeReader => 'readRange' in store;
