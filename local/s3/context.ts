import { z } from 'zod';
import type { Kernel, WireResponse } from '../kernel/service.ts';
import { Bodies, type Piece } from './bodies.ts';
import { type Bucket, Buckets } from './buckets.ts';
import { internalError } from './errors.ts';
import { Objects } from './objects.ts';
import { Uploads } from './uploads.ts';
import { type XmlValue, xmlDocument } from './xml.ts';

/** What S3's operations work on. */
export interface S3 {
  readonly kernel: Kernel;
  readonly buckets: Buckets;
  readonly objects: Objects;
  readonly uploads: Uploads;
  readonly bodies: Bodies;
}

export const openS3 = (kernel: Kernel): S3 => {
  const buckets = new Buckets(kernel);
  const bodies = new Bodies(kernel);
  return { kernel, buckets, bodies, objects: new Objects(kernel, buckets, bodies), uploads: new Uploads(kernel) };
};

/** Throws InternalError if the bucket's quota does not leave room for `bytes` more. */
export const assertQuota = (s3: S3, bucket: Bucket, bytes: number): void => {
  if (bucket.quotaBytes === undefined) return;
  const used = s3.objects.bytesUsed(bucket.name) + s3.uploads.bytesUsed(bucket.name);
  if (used + bytes > bucket.quotaBytes) throw internalError();
};

/** Stores a body within the bucket's quota. Throws InternalError, leaving nothing, if disk or quota is full. */
export const storeBody = async (s3: S3, bucket: Bucket, body: Buffer): Promise<Piece> => {
  assertQuota(s3, bucket, body.length);
  return s3.bodies.write(body);
};

export const bucketMembers = {
  Bucket: z.string().min(1),
  ExpectedBucketOwner: z.string().optional(),
};

/** Bytes, or from inside the cloud text as well. */
export const bodyMember = z
  .union([z.instanceof(Uint8Array), z.string()])
  .default('')
  .transform((body) => (Buffer.isBuffer(body) ? body : Buffer.from(body)));

export const objectMembers = {
  ...bucketMembers,
  Key: z
    .string()
    .min(1)
    .refine((key) => Buffer.byteLength(key) <= 1024, 'Your key is too long'),
};

export const xmlResponse = (root: string, value: Readonly<Record<string, XmlValue>>): WireResponse => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: xmlDocument(root, value),
});

/** Leaves out headers without a value. */
export const presentHeaders = (headers: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined));

export const isoTime = (time: number): string => new Date(time).toISOString();
