/** An object as it was read, and the version of it that was read where the store keeps versions. */
export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly versionId?: string;
}

export interface PutOutcome {
  /** `exists`: the name was taken, by whatever content; the object there is untouched. */
  readonly outcome: 'created' | 'exists';
  /** Of the object that was created, where the store keeps versions. */
  readonly versionId?: string;
}

export interface ObjectInfo {
  readonly size: number;
  /** `null` for what was made while a bucket that has known versions kept none: to be deleted under that name. */
  readonly versionId?: string;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
}

/**
 * Where one tenant's library is kept. Keys are relative to the tenant's own place, of `[a-z0-9-]` parts joined by `/`.
 *
 * Absence is an answer (`undefined`), every other failure is thrown: no implementation turns one into the other.
 * Each call has a deadline; whoever implements this retries, nobody above does.
 */
export interface ObjectStore {
  /**
   * Creates the object, or leaves what is there as it is. Atomic: no reader ever sees a part of it. Durable when the
   * promise resolves. Of any number of callers at once, at most one is told `created` — and when an answer was lost on
   * the way, none may be: the object is then there, and the caller compares it.
   * Throws `LibraryFull` when there is no room; then nothing is left behind.
   */
  putNew(key: string, bytes: Uint8Array): Promise<PutOutcome>;

  /** The whole object as it was created; sees every object whose `putNew` has resolved anywhere. */
  get(key: string, versionId?: string): Promise<StoredObject | undefined>;

  /** `length` bytes from `start`; fewer, or none, only where the object ends before. */
  getRange(key: string, start: number, length: number, versionId?: string): Promise<Uint8Array | undefined>;

  head(key: string): Promise<ObjectInfo | undefined>;

  /**
   * Every object whose key starts with `prefix` (`''` or ending in `/`), in no promised order, all pages of it. Objects
   * created or deleted meanwhile may be missed or named; every other is named exactly once.
   */
  list(prefix: string): AsyncIterable<ListedObject>;
}

/** How long an object is kept from everybody, from its creation on (S3 Object Lock). */
export interface ObjectLock {
  readonly mode: 'governance' | 'compliance';
  /** ms since 1970 */
  readonly until: number;
}

/** A store whose objects can be locked; those that backups need are created so. */
export interface LockingStore extends ObjectStore {
  /** ms since 1970; 0: it is not locked; undefined: there is no such object, or no such version. */
  lockedUntil(key: string, versionId?: string): Promise<number | undefined>;
  /** Locks an object for longer. Whoever asks for less than there is is refused, by an error. */
  keepUntil(key: string, lock: ObjectLock, versionId?: string): Promise<void>;
}

export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
  /** Bytes; 0 of a delete marker. */
  readonly size: number;
  /** Says that the object is deleted, and hides the versions before it. */
  readonly isMarker: boolean;
  /** What a read without a version finds. */
  readonly isLatest: boolean;
}

/** A store that may delete and shows every version. */
export interface VersionedStore extends DeletableStore, LockingStore {
  /** Those of a key together; of those that are no marker, the newest first. `prefix` as for `list`. */
  versions(prefix: string): AsyncIterable<ObjectVersion>;
}

/** A store that may delete: only prune is given one (writers hold no delete right). */
export interface DeletableStore extends ObjectStore {
  /**
   * Deletes the object, or exactly that version of it. What is not there is deleted already. Throws the library's
   * `ObjectRetained` where the version's retention forbids it for now.
   */
  delete(key: string, versionId?: string): Promise<void>;
}
