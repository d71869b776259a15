import type { Kernel } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';
import type { Bodies, Piece } from './bodies.ts';
import type { Buckets } from './buckets.ts';
import type { Checksum } from './checksums.ts';
import { conditionalConflict, noSuchBucket, noSuchKey, preconditionFailed } from './errors.ts';
import { assertUnlocked, type Lockable } from './object-lock.ts';

/** Headers that an object keeps and gives back. */
export interface ObjectHeaders {
  readonly ContentType?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly Expires?: string | undefined;
  readonly StorageClass?: string | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

/** What a write brings; the version id and time are given when it is committed. */
export interface Draft extends Lockable {
  /** Without quotes. */
  readonly etag: string;
  readonly size: number;
  readonly pieces: readonly Piece[];
  readonly headers: ObjectHeaders;
  readonly checksum?: Checksum;
  readonly partCount?: number;
}

export interface Version extends Draft {
  readonly versionId: string;
  /** ms since 1970 */
  readonly modified: number;
  readonly deleteMarker?: true;
}

export interface StoredObject {
  readonly key: string;
  /** Newest first; never empty. */
  readonly versions: readonly Version[];
}

export interface WriteCondition {
  /** Only `*`: create only. */
  readonly IfNoneMatch?: string | undefined;
  readonly IfMatch?: string | undefined;
}

export interface Deletion {
  readonly versionId?: string;
  readonly deleteMarker: boolean;
}

export const unquote = (etag: string): string => etag.replace(/^"(.*)"$/, '$1');

/** The version that a plain GET sees: none if there is no object or a delete marker hides it. */
export const visible = (object: StoredObject | undefined): Version | undefined => {
  const newest = object?.versions[0];
  return newest && !newest.deleteMarker ? newest : undefined;
};

/** Objects and their versions. The record's commit, in one transaction, decides every race. */
export class Objects {
  readonly #kernel: Kernel;
  readonly #buckets: Buckets;
  readonly #bodies: Bodies;
  readonly #table: Table<StoredObject>;
  /** Create-only writes under way, by bucket and key; `deleted` once somebody deleted the key meanwhile. */
  readonly #creating = new Map<string, { deleted: boolean }>();

  constructor(kernel: Kernel, buckets: Buckets, bodies: Bodies) {
    this.#kernel = kernel;
    this.#buckets = buckets;
    this.#bodies = bodies;
    this.#table = kernel.store.table<StoredObject>('s3.objects');
  }

  find(bucket: string, key: string): StoredObject | undefined {
    return this.#table.get(`${bucket}/${key}`);
  }

  *list(bucket: string, prefix = ''): Iterable<StoredObject> {
    for (const { value } of this.#table.entries(`${bucket}/${prefix}`)) yield value;
  }

  *all(): Iterable<StoredObject> {
    for (const { value } of this.#table.entries()) yield value;
  }

  isEmpty(bucket: string): boolean {
    for (const _ of this.#table.entries(`${bucket}/`)) return false;
    return true;
  }

  /**
   * Writes a new version. `prepare` stores the body; `alongside` runs in the transaction that makes it visible.
   * Throws PreconditionFailed, ConditionalRequestConflict, NoSuchBucket, and what `prepare` throws.
   */
  async write(
    bucket: string,
    key: string,
    condition: WriteCondition,
    prepare: () => Promise<Draft>,
    alongside: () => void = () => undefined,
  ): Promise<Version> {
    const id = `${bucket}/${key}`;
    assertCondition(condition, this.find(bucket, key), key);
    const createOnly = condition.IfNoneMatch !== undefined;
    if (createOnly && this.#creating.has(id)) throw conditionalConflict('If-None-Match', key);
    const race = { deleted: false };
    if (createOnly) this.#creating.set(id, race);
    try {
      const draft = await prepare();
      try {
        if (race.deleted) throw conditionalConflict('If-None-Match', key);
        return this.#commit(bucket, key, condition, draft, alongside);
      } catch (error) {
        // A multipart object's parts were there before and stay for another attempt.
        if (draft.partCount === undefined) await this.#bodies.remove(draft.pieces);
        throw error;
      }
    } finally {
      if (createOnly) this.#creating.delete(id);
    }
  }

  #commit(bucketName: string, key: string, condition: WriteCondition, draft: Draft, alongside: () => void): Version {
    const { version, replaced } = this.#kernel.store.transaction(() => {
      const bucket = this.#buckets.find(bucketName);
      if (!bucket) throw noSuchBucket(bucketName);
      const object = this.find(bucketName, key);
      assertCondition(condition, object, key);
      const versionId = bucket.versioning === 'Enabled' ? this.#newVersionId() : 'null';
      const version: Version = { ...draft, versionId, modified: this.#kernel.clock.now() };
      const others = object?.versions ?? [];
      const replaced = versionId === 'null' ? others.filter((other) => other.versionId === 'null') : [];
      const kept = others.filter((other) => !replaced.includes(other));
      this.#table.put(`${bucketName}/${key}`, { key, versions: [version, ...kept] });
      alongside();
      return { version, replaced };
    });
    void this.#bodies.remove(replaced.flatMap((old) => old.pieces));
    return version;
  }

  /** A plain DELETE: hides the object if the bucket is versioned, removes it if not. */
  async delete(bucketName: string, key: string, ifMatch?: string): Promise<Deletion> {
    this.#noteDeletion(bucketName, key);
    const { result, removed } = this.#kernel.store.transaction(() => {
      const object = this.find(bucketName, key);
      if (ifMatch !== undefined) assertCondition({ IfMatch: ifMatch }, object, key);
      const status = this.#buckets.open(bucketName).versioning;
      const versions = object?.versions ?? [];
      if (status === undefined) {
        if (object) this.#table.delete(`${bucketName}/${key}`);
        return { result: { deleteMarker: false }, removed: versions };
      }
      const versionId = status === 'Enabled' ? this.#newVersionId() : 'null';
      const marker: Version = {
        versionId,
        modified: this.#kernel.clock.now(),
        deleteMarker: true,
        etag: '',
        size: 0,
        pieces: [],
        headers: {},
      };
      const removed = versionId === 'null' ? versions.filter((other) => other.versionId === 'null') : [];
      const kept = versions.filter((other) => !removed.includes(other));
      this.#table.put(`${bucketName}/${key}`, { key, versions: [marker, ...kept] });
      return { result: { versionId, deleteMarker: true }, removed };
    });
    await this.#bodies.remove(removed.flatMap((old) => old.pieces));
    return result;
  }

  /** Removes one version for good. Throws AccessDenied if it is locked; an absent one is no error, as in S3. */
  async deleteVersion(bucket: string, key: string, versionId: string, bypassGovernance: boolean): Promise<Deletion> {
    this.#noteDeletion(bucket, key);
    const removed = this.#kernel.store.transaction(() => {
      const object = this.find(bucket, key);
      const version = object?.versions.find((other) => other.versionId === versionId);
      if (!object || !version) return undefined;
      assertUnlocked(version, this.#kernel.clock.now(), bypassGovernance);
      const versions = object.versions.filter((other) => other !== version);
      if (versions.length > 0) this.#table.put(`${bucket}/${key}`, { key, versions });
      else this.#table.delete(`${bucket}/${key}`);
      return version;
    });
    if (removed) await this.#bodies.remove(removed.pieces);
    return { versionId, deleteMarker: removed?.deleteMarker ?? false };
  }

  /** Changes the lock of one version in place; `change` may throw. */
  changeLock(bucket: string, key: string, versionId: string | undefined, change: (version: Version) => Version): void {
    this.#kernel.store.transaction(() => {
      const object = this.find(bucket, key);
      const target = versionId ?? visible(object)?.versionId;
      if (!object || target === undefined || !object.versions.some((version) => version.versionId === target))
        throw noSuchKey(key);
      const versions = object.versions.map((version) => (version.versionId === target ? change(version) : version));
      this.#table.put(`${bucket}/${key}`, { key, versions });
    });
  }

  bytesUsed(bucket: string): number {
    let bytes = 0;
    for (const object of this.list(bucket)) for (const version of object.versions) bytes += version.size;
    return bytes;
  }

  #newVersionId(): string {
    return Buffer.from(this.#kernel.randomHex(24), 'hex').toString('base64url');
  }

  #noteDeletion(bucket: string, key: string): void {
    const race = this.#creating.get(`${bucket}/${key}`);
    if (race) race.deleted = true;
  }
}

const assertCondition = (condition: WriteCondition, object: StoredObject | undefined, key: string): void => {
  const current = visible(object);
  if (condition.IfNoneMatch !== undefined && current) throw preconditionFailed('If-None-Match');
  if (condition.IfMatch === undefined) return;
  if (!current) throw noSuchKey(key);
  if (condition.IfMatch !== '*' && unquote(condition.IfMatch) !== current.etag) throw preconditionFailed('If-Match');
};
