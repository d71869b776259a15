import type { Kernel, ServiceFactory } from '../kernel/service.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './bucket-operations.ts';
import { deleteBucketPolicy, getBucketPolicy, putBucketPolicy } from './bucket-policy.ts';
import {
  getBucketVersioning,
  getObjectLockConfiguration,
  putBucketVersioning,
  putObjectLockConfiguration,
} from './bucket-versioning.ts';
import { Buckets } from './buckets.ts';
import { completeMultipartUpload } from './complete-multipart-upload.ts';
import { openS3, type S3 } from './context.ts';
import { copyObject } from './copy-object.ts';
import { createMultipartUpload } from './create-multipart-upload.ts';
import { deleteObject, deleteObjects } from './delete-object.ts';
import { getObject, headObject } from './get-object.ts';
import { listObjectVersions } from './list-object-versions.ts';
import { listObjectsV2 } from './list-objects.ts';
import { listObjects } from './list-objects-v1.ts';
import { abortMultipartUpload, listMultipartUploads, listParts } from './multipart-uploads.ts';
import { getObjectLegalHold, getObjectRetention, putObjectLegalHold, putObjectRetention } from './object-retention.ts';
import { putObject } from './put-object.ts';
import { uploadPart } from './upload-part.ts';

const OPERATIONS = [
  listBuckets,
  createBucket,
  headBucket,
  deleteBucket,
  getBucketLocation,
  putBucketPolicy,
  getBucketPolicy,
  deleteBucketPolicy,
  putBucketVersioning,
  getBucketVersioning,
  putObjectLockConfiguration,
  getObjectLockConfiguration,
  listObjects,
  listObjectsV2,
  listObjectVersions,
  listMultipartUploads,
  deleteObjects,
  putObject,
  copyObject,
  getObject,
  headObject,
  deleteObject,
  createMultipartUpload,
  uploadPart,
  completeMultipartUpload,
  abortMultipartUpload,
  listParts,
  putObjectRetention,
  getObjectRetention,
  putObjectLegalHold,
  getObjectLegalHold,
];

const referencedFiles = (s3: S3): Set<string> => {
  const files = new Set<string>();
  for (const object of s3.objects.all())
    for (const version of object.versions) for (const piece of version.pieces) files.add(piece.file);
  for (const piece of s3.uploads.allPieces()) files.add(piece.file);
  return files;
};

/** S3 with path-style requests, on files in the data folder. */
export const createS3: ServiceFactory = (kernel) => {
  const s3 = openS3(kernel);
  return {
    name: 's3',
    protocol: 'rest-xml',
    eventSource: 's3.amazonaws.com',
    operations: OPERATIONS.map((create) => create(s3)),
    start() {
      s3.bodies.sweep(referencedFiles(s3));
    },
  };
};

/**
 * Limits what a bucket holds (all versions and open parts), so that tests can fill it up: writes beyond answer
 * InternalError (500), as they do when the disk itself is full. `undefined` lifts the limit. Kept across restarts.
 */
export const setBucketQuota = (kernel: Kernel, bucketName: string, bytes: number | undefined): void => {
  const buckets = new Buckets(kernel);
  const { quotaBytes: _, ...bucket } = buckets.open(bucketName);
  buckets.put(bytes === undefined ? bucket : { ...bucket, quotaBytes: bytes });
};
