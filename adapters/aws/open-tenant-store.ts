import { S3Client } from '@aws-sdk/client-s3';
import type { CountCall } from '../../core/contracts/billed-calls.ts';
import type { LibraryRef, SessionCredentials } from '../../core/contracts/orders.ts';
import type { DeletableStore } from '../../core/ports/object-store.ts';
import { createDiskStore } from '../disk/disk-store.ts';
import { countS3Answers } from './billed-answers.ts';
import { liveCredentials } from './live-credentials.ts';
import type { LockSetting } from './s3-object-lock.ts';
import { createS3ObjectStore } from './s3-object-store.ts';
import { s3ClientSettings } from './s3-retry.ts';

export interface TenantStoreOptions {
  readonly credentials: () => SessionCredentials;
  /** Buckets as a part of the path: where S3 is not AWS's own. */
  readonly pathStyle: boolean;
  readonly lock?: LockSetting | undefined;
  readonly count?: CountCall;
}

/** The place that a library reference names: one tenant's, and only with credentials that reach it. */
export const openTenantStore = (
  library: LibraryRef,
  { credentials, pathStyle, lock, count }: TenantStoreOptions,
): { readonly store: DeletableStore; close(): void } => {
  if (library.kind === 'disk') return { store: createDiskStore({ folder: library.path }), close: () => undefined };
  const client = new S3Client({
    ...s3ClientSettings,
    region: library.region,
    credentials: liveCredentials(credentials),
    forcePathStyle: pathStyle,
  });
  if (count) countS3Answers(client, count);
  const store = createS3ObjectStore({ client, bucket: library.bucket, prefix: library.prefix, lock });
  return { store, close: () => client.destroy() };
};
