import { crc32 } from 'node:zlib';
import type {
  ListedObject,
  ObjectInfo,
  ObjectLock,
  ObjectVersion,
  PutOutcome,
  StoredObject,
  VersionedStore,
} from '../../core/ports/object-store.ts';
import type { RangeReader } from '../../library/range-reader.ts';
import type { HttpAnswer } from './http-exchange.ts';
import { createHttpS3Calls, type HttpS3Calls, type HttpS3Options, type S3Call } from './http-s3-calls.ts';
import { type LockSetting, lockFor, lockModeOf, NEVER_LOCKED, NO_SUCH_VERSION } from './s3-object-lock.ts';
import { nameOf, retainedOr, type S3RetrySettings, s3CallWithRetry, s3RetryDefaults, statusOf } from './s3-retry.ts';

export interface HttpObjectStoreOptions extends HttpS3Options {
  /** The tenant's own, with or without a slash at its end; `''` is the whole bucket. */
  readonly prefix: string;
  readonly retry?: Partial<S3RetrySettings>;
  readonly lock?: LockSetting | undefined;
  /**
   * Where a version is not there, what is there under its name is read. Only for who checks all that it reads: a copy of a
   * bucket has other versions than the bucket, unless S3's replication made it.
   */
  readonly elseLatest?: boolean;
}

/** Only these say that an object is not there. Without s3:ListBucket S3 answers 403, which stays an error. */
const ABSENT = new Set(['NoSuchKey', 'NoSuchVersion', 'NotFound']);

const version = (versionId: string | undefined): { versionId?: string } =>
  // buckets that were never versioned answer nothing, suspended ones `null`
  versionId === undefined || versionId === 'null' ? {} : { versionId };

const versionOf = ({ headers }: HttpAnswer): { versionId?: string } => version(headers['x-amz-version-id']);

const rangeOf = (start: number, length: number): string => `bytes=${start}-${start + length - 1}`;

/** CRC-32 as S3 wants it: S3 refuses what arrived otherwise. */
const checksum = (bytes: Uint8Array): string => {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(bytes));
  return value.toString('base64');
};

const lockHeaders = (lock: ObjectLock | undefined): Readonly<Record<string, string>> =>
  lock
    ? {
        'x-amz-object-lock-mode': lockModeOf(lock),
        'x-amz-object-lock-retain-until-date': new Date(lock.until).toISOString(),
        // S3's documentation asks for it, or for Content-MD5, with whatever is locked
        'x-amz-sdk-checksum-algorithm': 'CRC32',
      }
    : {};

class HttpObjectStore implements VersionedStore, RangeReader {
  readonly #calls: HttpS3Calls;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #retry: S3RetrySettings;
  readonly #lock: LockSetting | undefined;
  readonly #elseLatest: boolean;

  constructor(calls: HttpS3Calls, { bucket, prefix, retry, lock, elseLatest = false }: HttpObjectStoreOptions) {
    this.#calls = calls;
    this.#bucket = bucket;
    this.#prefix = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
    this.#retry = { ...s3RetryDefaults, ...retry };
    this.#lock = lock;
    this.#elseLatest = elseLatest;
  }

  putNew(key: string, bytes: Uint8Array): Promise<PutOutcome> {
    const headers = {
      'if-none-match': '*',
      'x-amz-checksum-crc32': checksum(bytes),
      ...lockHeaders(lockFor(this.#lock, key)),
    };
    return this.#retrying('PutObject', key, async (signal) => {
      try {
        const put = { method: 'PUT', key: this.#prefix + key, headers, body: bytes } as const;
        return { outcome: 'created', ...versionOf(await this.#calls.call(put, signal)) };
      } catch (error) {
        // after a lost answer this may be our own object: the port leaves that to the caller
        if (statusOf(error) === 412) return { outcome: 'exists' };
        throw error;
      }
    });
  }

  async get(key: string, versionId?: string): Promise<StoredObject | undefined> {
    const answer = await this.#get(key, versionId);
    return answer && { bytes: answer.body, ...versionOf(answer) };
  }

  async getRange(key: string, start: number, length: number, versionId?: string): Promise<Uint8Array | undefined> {
    return this.#getRange(key, versionId, { headers: { range: rangeOf(start, length) } });
  }

  async readRange(key: string, start: number, into: Uint8Array, versionId?: string): Promise<number | undefined> {
    const read = { headers: { range: rangeOf(start, into.length) }, into };
    return (await this.#getRange(key, versionId, read))?.length;
  }

  /** A GET of one byte: HEAD answers a missing bucket and a missing object alike. No object of a library is empty. */
  async head(key: string): Promise<ObjectInfo | undefined> {
    const answer = await this.#get(key, undefined, { headers: { range: 'bytes=0-0' } });
    if (!answer) return undefined;
    const size = Number(answer.headers['content-range']?.split('/')[1] ?? answer.body.length);
    const versionId = answer.headers['x-amz-version-id'];
    return { size, ...(versionId === undefined ? {} : { versionId }) };
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    // Loaded by the thread that lists: the others can do without.
    const { readListing } = await import('./http-s3-listing.ts');
    let token: string | undefined;
    do {
      const query = {
        'list-type': '2',
        'encoding-type': 'url',
        prefix: this.#prefix + prefix,
        'continuation-token': token,
      };
      const page = await this.#retrying('ListObjectsV2', prefix, async (signal) =>
        readListing((await this.#calls.call({ method: 'GET', query }, signal)).body),
      );
      for (const { key, size } of page.objects) yield { key: key.slice(this.#prefix.length), size };
      token = page.next;
    } while (token !== undefined);
  }

  async delete(key: string, versionId?: string): Promise<void> {
    const call = { method: 'DELETE', key: this.#prefix + key, query: { versionId } } as const;
    await this.#retrying('DeleteObject', key, async (signal) => {
      await this.#calls.call(call, signal).catch(retainedOr(`${this.#prefix}${key}`));
    });
  }

  lockedUntil(key: string, versionId?: string): Promise<number | undefined> {
    const get = { method: 'GET', key: this.#prefix + key, query: { retention: '', versionId } } as const;
    return this.#retrying('GetObjectRetention', key, async (signal) => {
      try {
        const text = Buffer.from((await this.#calls.call(get, signal)).body).toString('utf8');
        const until = Date.parse(/<RetainUntilDate>([^<]+)</.exec(text)?.[1] ?? '');
        if (Number.isNaN(until)) throw new Error('an answer that is no retention');
        return until;
      } catch (error) {
        if (NEVER_LOCKED.has(nameOf(error))) return 0;
        if (NO_SUCH_VERSION.has(nameOf(error))) return undefined;
        throw error;
      }
    });
  }

  async keepUntil(key: string, lock: ObjectLock, versionId?: string): Promise<void> {
    const date = new Date(lock.until).toISOString();
    const body = Buffer.from(
      `<Retention xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Mode>${lockModeOf(lock)}</Mode><RetainUntilDate>${date}</RetainUntilDate></Retention>`,
    );
    const headers = { 'content-type': 'application/xml', 'x-amz-checksum-crc32': checksum(body) };
    const query = { retention: '', versionId };
    const put = { method: 'PUT', key: this.#prefix + key, query, headers, body } as const;
    await this.#retrying('PutObjectRetention', key, (signal) => this.#calls.call(put, signal));
  }

  async *versions(prefix: string): AsyncGenerator<ObjectVersion> {
    const { readVersions } = await import('./http-s3-listing.ts');
    let next: { readonly key: string; readonly version: string } | undefined;
    do {
      const query = {
        versions: '',
        'encoding-type': 'url',
        prefix: this.#prefix + prefix,
        'key-marker': next?.key,
        'version-id-marker': next?.version,
      };
      const page = await this.#retrying('ListObjectVersions', prefix, async (signal) =>
        readVersions((await this.#calls.call({ method: 'GET', query }, signal)).body),
      );
      for (const found of page.versions) yield { ...found, key: found.key.slice(this.#prefix.length) };
      next = page.next;
    } while (next !== undefined);
  }

  async #getRange(key: string, versionId: string | undefined, what: Partial<S3Call>): Promise<Uint8Array | undefined> {
    try {
      return (await this.#get(key, versionId, what))?.body;
    } catch (error) {
      if (statusOf(error) === 416) return new Uint8Array(0);
      throw error;
    }
  }

  async #get(key: string, versionId: string | undefined, what: Partial<S3Call> = {}): Promise<HttpAnswer | undefined> {
    if (versionId === undefined || !this.#elseLatest) return this.#getExactly(key, versionId, what);
    const found = await this.#getExactly(key, versionId, what).catch((error: unknown) => {
      // of an id in another form than the store's own, some say that it is none
      if (nameOf(error) !== 'InvalidArgument') throw error;
    });
    return found ?? this.#getExactly(key, undefined, what);
  }

  #getExactly(key: string, versionId: string | undefined, what: Partial<S3Call>): Promise<HttpAnswer | undefined> {
    const get = { method: 'GET', key: this.#prefix + key, query: { versionId }, ...what } as const;
    return this.#retrying('GetObject', key, async (signal) => {
      try {
        return await this.#calls.call(get, signal);
      } catch (error) {
        if (statusOf(error) === 404 && ABSENT.has(nameOf(error))) return undefined;
        throw error;
      }
    });
  }

  #retrying<T>(operation: string, key: string, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return s3CallWithRetry(this.#retry, `${operation} s3://${this.#bucket}/${this.#prefix}${key}`, call);
  }
}

/** The S3 store (s3-object-store.ts) without the SDK, for access nodes: the same permissions, the same promises. */
export const openHttpObjectStore = (
  options: HttpObjectStoreOptions,
): { readonly store: VersionedStore & RangeReader; close(): void } => {
  const calls = createHttpS3Calls(options);
  return { store: new HttpObjectStore(calls, options), close: () => calls.close() };
};
