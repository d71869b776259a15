import { AwsError } from '../kernel/errors.ts';
import type { Access, Call, Kernel, PolicyDocument } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';
import { noSuchBucket } from './errors.ts';

export interface DefaultRetention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly days?: number;
  readonly years?: number;
}

export interface Bucket {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** ms since 1970 */
  readonly createdAt: number;
  readonly versioning?: 'Enabled' | 'Suspended';
  /** As it was put, byte for byte. */
  readonly policy?: string;
  /** With users and roles by unique id; absent in data folders from before it was kept. */
  readonly pinnedPolicy?: PolicyDocument;
  readonly objectLock?: { readonly defaultRetention?: DefaultRetention };
  /** Bytes of all versions and open parts together; not an AWS notion, see `setBucketQuota`. */
  readonly quotaBytes?: number;
}

export const bucketArn = (bucket: string) => `arn:aws:s3:::${bucket}`;
export const objectArn = (bucket: string, key: string) => `arn:aws:s3:::${bucket}/${key}`;

/** Buckets of all accounts: their names are global. */
export class Buckets {
  readonly #table: Table<Bucket>;

  constructor(kernel: Kernel) {
    this.#table = kernel.store.table<Bucket>('s3.buckets');
  }

  find(name: string): Bucket | undefined {
    return this.#table.get(name);
  }

  /** Throws NoSuchBucket; PermanentRedirect for a call to another region than the bucket's. */
  open(name: string, call?: Call, expectedOwner?: string): Bucket {
    const bucket = this.#table.get(name);
    if (!bucket) throw noSuchBucket(name);
    if (call && call.region !== bucket.region)
      throw new AwsError(
        'PermanentRedirect',
        'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
        301,
        { Bucket: name, Endpoint: `s3.${bucket.region}.amazonaws.com`, 'x-amz-bucket-region': bucket.region },
      );
    if (expectedOwner !== undefined && expectedOwner !== bucket.accountId)
      throw new AwsError('AccessDenied', 'Access Denied', 403);
    return bucket;
  }

  put(bucket: Bucket): void {
    this.#table.put(bucket.name, bucket);
  }

  delete(name: string): void {
    this.#table.delete(name);
  }

  *ofAccount(accountId: string): Iterable<Bucket> {
    for (const { value } of this.#table.entries()) if (value.accountId === accountId) yield value;
  }
}

/**
 * One permission on a bucket or its objects, with the bucket's own policy and owner. Every condition key of the action
 * must be named: undefined says that the request has no value for it, an unnamed one would fail closed.
 */
export const bucketAccess = (
  bucket: Bucket,
  action: string,
  resource: string,
  context: Record<string, string | undefined> = {},
): Access => ({
  action,
  resource,
  resourceAccountId: bucket.accountId,
  context: {
    's3:ResourceAccount': bucket.accountId,
    ...Object.fromEntries(Object.entries(context).map(([key, value]) => [key, value ?? []])),
  },
  ...(bucket.policy !== undefined && {
    resourcePolicy: bucket.pinnedPolicy ?? (JSON.parse(bucket.policy) as PolicyDocument),
  }),
});
