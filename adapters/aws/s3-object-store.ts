import { crc32 } from 'node:zlib';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  GetObjectRetentionCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  PutObjectCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type {
  ListedObject,
  ObjectInfo,
  ObjectLock,
  ObjectVersion,
  PutOutcome,
  StoredObject,
  VersionedStore,
} from '../../core/ports/object-store.ts';
import { type LockSetting, lockFor, lockModeOf, NEVER_LOCKED, NO_SUCH_VERSION } from './s3-object-lock.ts';
import { nameOf, retainedOr, type S3RetrySettings, s3CallWithRetry, s3RetryDefaults, statusOf } from './s3-retry.ts';

export interface S3ObjectStoreOptions {
  /** Built with `s3ClientSettings` (s3-retry.ts). */
  readonly client: S3Client;
  readonly bucket: string;
  /** The tenant's own, with or without a slash at its end; `''` is the whole bucket. */
  readonly prefix: string;
  readonly retry?: Partial<S3RetrySettings>;
  readonly lock?: LockSetting | undefined;
}

/** CRC-32 as S3 wants it: S3 refuses what arrived otherwise, so a retry's reused buffer can do no harm either. */
const checksum = (bytes: Uint8Array): string => {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(bytes));
  return value.toString('base64');
};

/** Only these say that an object is not there. Without s3:ListBucket S3 answers 403, which stays an error. */
const ABSENT = new Set(['NoSuchKey', 'NoSuchVersion', 'NotFound']);

const version = (versionId: string | undefined): { versionId?: string } =>
  // buckets that were never versioned answer nothing, suspended ones `null`
  versionId === undefined || versionId === 'null' ? {} : { versionId };

class S3ObjectStore implements VersionedStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #retry: S3RetrySettings;
  readonly #lock: LockSetting | undefined;

  constructor({ client, bucket, prefix, retry, lock }: S3ObjectStoreOptions) {
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
    this.#retry = { ...s3RetryDefaults, ...retry };
    this.#lock = lock;
  }

  putNew(key: string, bytes: Uint8Array): Promise<PutOutcome> {
    const input = {
      ...this.#at(key),
      Body: bytes,
      ContentLength: bytes.length,
      IfNoneMatch: '*',
      ChecksumCRC32: checksum(bytes),
      ...retention(lockFor(this.#lock, key)),
    };
    return this.#call('PutObject', key, async (abortSignal) => {
      try {
        const { VersionId } = await this.#client.send(new PutObjectCommand(input), { abortSignal });
        return { outcome: 'created', ...version(VersionId) };
      } catch (error) {
        // after a lost answer this may be our own object: the port leaves that to the caller
        if (statusOf(error) === 412) return { outcome: 'exists' };
        throw error;
      }
    });
  }

  async get(key: string, versionId?: string): Promise<StoredObject | undefined> {
    return this.#get(key, versionId, undefined, (answer, bytes) => ({ bytes, ...version(answer.VersionId) }));
  }

  async getRange(key: string, start: number, length: number, versionId?: string): Promise<Uint8Array | undefined> {
    const range = `bytes=${start}-${start + length - 1}`;
    try {
      return await this.#get(key, versionId, range, (_, bytes) => bytes);
    } catch (error) {
      if (statusOf(error) === 416) return new Uint8Array(0);
      throw error;
    }
  }

  /** A GET of one byte: HEAD answers a missing bucket and a missing object alike. No object of a library is empty. */
  async head(key: string): Promise<ObjectInfo | undefined> {
    return this.#get(key, undefined, 'bytes=0-0', (answer) => ({
      size: Number(answer.ContentRange?.split('/')[1] ?? answer.ContentLength),
      ...(answer.VersionId === undefined ? {} : { versionId: answer.VersionId }),
    }));
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    let token: string | undefined;
    do {
      const input = { Bucket: this.#bucket, Prefix: this.#prefix + prefix, ContinuationToken: token };
      const page = await this.#call('ListObjectsV2', prefix, (abortSignal) =>
        this.#client.send(new ListObjectsV2Command(input), { abortSignal }),
      );
      for (const { Key, Size } of page.Contents ?? []) {
        if (Key !== undefined) yield { key: Key.slice(this.#prefix.length), size: Size ?? 0 };
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async delete(key: string, versionId?: string): Promise<void> {
    const input = { ...this.#at(key), VersionId: versionId };
    await this.#call('DeleteObject', key, async (abortSignal) => {
      await this.#client.send(new DeleteObjectCommand(input), { abortSignal }).catch(retainedOr(input.Key));
    });
  }

  lockedUntil(key: string, versionId?: string): Promise<number | undefined> {
    const input = { ...this.#at(key), VersionId: versionId };
    return this.#call('GetObjectRetention', key, async (abortSignal) => {
      try {
        const { Retention } = await this.#client.send(new GetObjectRetentionCommand(input), { abortSignal });
        return Retention?.RetainUntilDate?.getTime() ?? 0;
      } catch (error) {
        if (NEVER_LOCKED.has(nameOf(error))) return 0;
        if (NO_SUCH_VERSION.has(nameOf(error))) return undefined;
        throw error;
      }
    });
  }

  async keepUntil(key: string, lock: ObjectLock, versionId?: string): Promise<void> {
    const Retention = { Mode: lockModeOf(lock), RetainUntilDate: new Date(lock.until) };
    const input = { ...this.#at(key), VersionId: versionId, Retention };
    await this.#call('PutObjectRetention', key, (abortSignal) =>
      this.#client.send(new PutObjectRetentionCommand(input), { abortSignal }),
    );
  }

  async *versions(prefix: string): AsyncGenerator<ObjectVersion> {
    let markers: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> | undefined = {};
    while (markers) {
      const input: ListObjectVersionsCommandInput = { Bucket: this.#bucket, Prefix: this.#prefix + prefix, ...markers };
      const page = await this.#call('ListObjectVersions', prefix, (abortSignal) =>
        this.#client.send(new ListObjectVersionsCommand(input), { abortSignal }),
      );
      const relative = ({ Key = '', VersionId = '', IsLatest = false }) => ({
        key: Key.slice(this.#prefix.length),
        versionId: VersionId,
        isLatest: IsLatest,
      });
      yield* [
        ...(page.DeleteMarkers ?? []).map((each) => ({ ...relative(each), size: 0, isMarker: true })),
        ...(page.Versions ?? []).map((each) => ({ ...relative(each), size: each.Size ?? 0, isMarker: false })),
      ].sort(byKey);
      markers = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
    }
  }

  #get<T>(
    key: string,
    versionId: string | undefined,
    range: string | undefined,
    result: (answer: GetObjectCommandOutput, bytes: Uint8Array) => T,
  ): Promise<T | undefined> {
    const input = { ...this.#at(key), VersionId: versionId, Range: range };
    return this.#call('GetObject', key, async (abortSignal) => {
      try {
        const answer = await this.#client.send(new GetObjectCommand(input), { abortSignal });
        const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array(0);
        if (answer.ContentLength !== undefined && bytes.length !== answer.ContentLength)
          throw new Error(`${bytes.length} bytes came of ${answer.ContentLength}`);
        return result(answer, bytes);
      } catch (error) {
        if (statusOf(error) === 404 && ABSENT.has(nameOf(error))) return undefined;
        throw error;
      }
    });
  }

  #call<T>(operation: string, key: string, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return s3CallWithRetry(this.#retry, `${operation} s3://${this.#bucket}/${this.#prefix}${key}`, call);
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: this.#prefix + key };
  }
}

const retention = (lock: ObjectLock | undefined) =>
  lock
    ? {
        ObjectLockMode: lockModeOf(lock),
        ObjectLockRetainUntilDate: new Date(lock.until),
        // the header that S3's documentation asks for with whatever is locked; the checksum itself is our own
        ChecksumAlgorithm: 'CRC32' as const,
      }
    : {};

/** Stable: what S3 said first of a key, the newest, stays first. */
const byKey = (a: { readonly key: string }, b: { readonly key: string }): number =>
  a.key < b.key ? -1 : Number(a.key > b.key);

/**
 * A library in an S3 bucket. Needs s3:GetObject and s3:PutObject on the prefix, s3:ListBucket on the bucket;
 * s3:GetObjectVersion where it is versioned, s3:GetObjectRetention and s3:PutObjectRetention where it is locked;
 * s3:DeleteObject and s3:DeleteObjectVersion for prune and repair alone, s3:ListBucketVersions for repair.
 */
export const createS3ObjectStore = (options: S3ObjectStoreOptions): VersionedStore => new S3ObjectStore(options);
