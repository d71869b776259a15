import type { z } from 'zod';
import { bucketAccess, bucketArn } from './buckets.ts';
import type { bucketMembers, S3 } from './context.ts';

interface Listing {
  readonly Bucket: z.infer<(typeof bucketMembers)['Bucket']>;
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: string | number | undefined;
}

/** What a listing is asked for; absent parameters count as empty strings in conditions on them. */
export const listingAccess = (s3: S3, action: string, { Bucket, Prefix, Delimiter, MaxKeys }: Listing) =>
  bucketAccess(s3.buckets.open(Bucket), action, bucketArn(Bucket), {
    's3:prefix': Prefix ?? '',
    's3:delimiter': Delimiter ?? '',
    's3:max-keys': MaxKeys === undefined ? undefined : String(MaxKeys),
  });
