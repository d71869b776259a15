import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { bucketAccess, bucketArn, objectArn } from './buckets.ts';
import { checksumOutput } from './checksums.ts';
import { bucketMembers, isoTime, objectMembers, type S3, xmlResponse } from './context.ts';
import { requestFields } from './request-fields.ts';

const MOST_PARTS = 1000;

export const abortMultipartUpload = (s3: S3): Operation =>
  operation({
    name: 'AbortMultipartUpload',
    input: z.strictObject({ ...objectMembers, UploadId: z.string() }),
    route: { method: 'DELETE', path: '/{Bucket}/{Key+}', query: ['uploadId'] },
    parse: (request, params) => requestFields(request, params, { query: { uploadId: 'UploadId' } }),
    access: (given) => [
      bucketAccess(s3.buckets.open(given.Bucket), 's3:AbortMultipartUpload', objectArn(given.Bucket, given.Key)),
    ],
    async run(given, call) {
      s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      const pieces = s3.kernel.store.transaction(() => {
        s3.uploads.open(given.UploadId, given.Bucket, given.Key);
        const parts = s3.uploads.parts(given.UploadId);
        s3.uploads.forget(given.UploadId);
        return parts.map((part) => part.piece);
      });
      await s3.bodies.remove(pieces);
      return {};
    },
    render: () => ({ status: 204 }),
  });

export const listParts = (s3: S3): Operation =>
  operation({
    name: 'ListParts',
    input: z.strictObject({
      ...objectMembers,
      UploadId: z.string(),
      MaxParts: z.union([z.string(), z.number()]).optional(),
      PartNumberMarker: z.union([z.string(), z.number()]).optional(),
    }),
    route: { method: 'GET', path: '/{Bucket}/{Key+}', query: ['uploadId'] },
    parse: (request, params) =>
      requestFields(request, params, {
        query: { uploadId: 'UploadId', 'max-parts': 'MaxParts', 'part-number-marker': 'PartNumberMarker' },
      }),
    access: (given) => [
      bucketAccess(s3.buckets.open(given.Bucket), 's3:ListMultipartUploadParts', objectArn(given.Bucket, given.Key)),
    ],
    run(given, call) {
      s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      const upload = s3.uploads.open(given.UploadId, given.Bucket, given.Key);
      const marker = Number(given.PartNumberMarker ?? 0);
      const maxParts = Math.min(Number(given.MaxParts ?? MOST_PARTS), MOST_PARTS);
      const rest = s3.uploads.parts(given.UploadId).filter((part) => part.number > marker);
      const page = rest.slice(0, maxParts);
      return {
        Bucket: given.Bucket,
        Key: given.Key,
        UploadId: given.UploadId,
        PartNumberMarker: marker,
        MaxParts: maxParts,
        IsTruncated: page.length < rest.length,
        ...(page.length < rest.length && { NextPartNumberMarker: page.at(-1)?.number }),
        StorageClass: upload.headers.StorageClass ?? 'STANDARD',
        ...(upload.checksumAlgorithm && { ChecksumAlgorithm: upload.checksumAlgorithm, ChecksumType: 'COMPOSITE' }),
        Parts: page.map((part) => ({
          PartNumber: part.number,
          LastModified: isoTime(part.modified),
          ETag: `"${part.etag}"`,
          Size: part.piece.size,
          ...checksumOutput(part.checksum),
          ChecksumType: undefined,
        })),
      };
    },
    render: ({ Parts, ...output }) => xmlResponse('ListPartsResult', { ...output, Part: Parts }),
  });

export const listMultipartUploads = (s3: S3): Operation =>
  operation({
    name: 'ListMultipartUploads',
    input: z.strictObject({ ...bucketMembers, Prefix: z.string().optional() }),
    route: { method: 'GET', path: '/{Bucket}', query: ['uploads'] },
    parse: (request, params) => requestFields(request, params, { query: { prefix: 'Prefix' } }),
    access: (given) => [
      bucketAccess(s3.buckets.open(given.Bucket), 's3:ListBucketMultipartUploads', bucketArn(given.Bucket)),
    ],
    // All of them in one page: a local bucket never has more than AWS's 1,000 open.
    run(given, call) {
      s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      const uploads = s3.uploads.ofBucket(given.Bucket).filter((upload) => upload.key.startsWith(given.Prefix ?? ''));
      return {
        Bucket: given.Bucket,
        Prefix: given.Prefix ?? '',
        MaxUploads: MOST_PARTS,
        IsTruncated: false,
        Uploads: uploads
          .sort((a, b) => (a.key === b.key ? a.initiated - b.initiated : a.key < b.key ? -1 : 1))
          .map((upload) => ({
            Key: upload.key,
            UploadId: upload.uploadId,
            Initiated: isoTime(upload.initiated),
            StorageClass: upload.headers.StorageClass ?? 'STANDARD',
          })),
      };
    },
    render: ({ Uploads, ...output }) => xmlResponse('ListMultipartUploadsResult', { ...output, Upload: Uploads }),
  });
