import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { bucketAccess, objectArn } from './buckets.ts';
import {
  CHECKSUM_HEADERS,
  checksumHeaders,
  checksumMembers,
  checksumOutput,
  claimedChecksum,
  verifyBody,
} from './checksums.ts';
import { bodyMember, objectMembers, presentHeaders, type S3, storeBody } from './context.ts';
import { invalidRequest } from './errors.ts';
import {
  KEPT_HEADERS,
  keptHeaders,
  keptMembers,
  refuseOtherEncryption,
  WRITE_HEADERS,
  writeMembers,
} from './object-headers.ts';
import { lockForNewVersion, parseRetention } from './object-lock.ts';
import { requestFields } from './request-fields.ts';

const input = z.strictObject({
  ...objectMembers,
  ...keptMembers,
  ...writeMembers,
  ...checksumMembers,
  IfNoneMatch: z.literal('*').optional(),
  IfMatch: z.string().optional(),
  Body: bodyMember,
});

const DAY_MS = 86_400_000;

interface WriteRequest {
  readonly IfNoneMatch?: string | undefined;
  readonly IfMatch?: string | undefined;
  readonly ACL?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly StorageClass?: string | undefined;
  readonly ObjectLockMode?: string | undefined;
  readonly ObjectLockRetainUntilDate?: string | undefined;
  readonly ObjectLockLegalHoldStatus?: string | undefined;
}

/** The permissions and conditions of any write of an object; `creates` is false for the steps of a multipart upload. */
export const writeAccess = (s3: S3, bucketName: string, key: string, given: WriteRequest, creates = true) => {
  const bucket = s3.buckets.open(bucketName);
  const until = given.ObjectLockRetainUntilDate;
  const days = until === undefined ? undefined : Math.ceil((Date.parse(until) - s3.kernel.clock.now()) / DAY_MS);
  const context = {
    's3:if-none-match': given.IfNoneMatch,
    's3:if-match': given.IfMatch,
    's3:ObjectCreationOperation': String(creates),
    's3:x-amz-acl': given.ACL,
    's3:x-amz-server-side-encryption': given.ServerSideEncryption,
    // Requests with these are refused as not implemented before they get here.
    's3:x-amz-server-side-encryption-aws-kms-key-id': undefined,
    's3:x-amz-server-side-encryption-customer-algorithm': undefined,
    's3:x-amz-storage-class': given.StorageClass,
    's3:object-lock-mode': given.ObjectLockMode,
    's3:object-lock-retain-until-date': until,
    's3:object-lock-remaining-retention-days': days === undefined ? undefined : String(days),
    's3:object-lock-legal-hold': given.ObjectLockLegalHoldStatus,
  };
  const access = (action: string) => bucketAccess(bucket, action, objectArn(bucketName, key), context);
  return [
    access('s3:PutObject'),
    ...(given.ObjectLockMode !== undefined ? [access('s3:PutObjectRetention')] : []),
    ...(given.ObjectLockLegalHoldStatus !== undefined ? [access('s3:PutObjectLegalHold')] : []),
  ];
};

export const putObject = (s3: S3): Operation =>
  operation({
    name: 'PutObject',
    input,
    route: { method: 'PUT', path: '/{Bucket}/{Key+}' },
    redact: ['Body'],
    parse: (request, params) => ({
      ...requestFields(request, params, {
        headers: {
          ...KEPT_HEADERS,
          ...WRITE_HEADERS,
          ...CHECKSUM_HEADERS,
          'content-md5': 'ContentMD5',
          'if-none-match': 'IfNoneMatch',
          'if-match': 'IfMatch',
        },
        metadata: true,
      }),
      Body: request.body,
    }),
    access: (given) => writeAccess(s3, given.Bucket, given.Key, given),
    async run(given, call) {
      refuseOtherEncryption(given.ServerSideEncryption);
      const bucket = s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      const now = s3.kernel.clock.now();
      const lock = lockForNewVersion(
        bucket,
        {
          retention: parseRetention(given.ObjectLockMode, given.ObjectLockRetainUntilDate, now),
          legalHold:
            given.ObjectLockLegalHoldStatus === undefined ? undefined : given.ObjectLockLegalHoldStatus === 'ON',
        },
        now,
      );
      if (given.ObjectLockMode !== undefined && given.ContentMD5 === undefined && !claimedChecksum(given))
        throw invalidRequest(
          'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
        );
      const { md5, checksum } = verifyBody(given, given.Body);
      const version = await s3.objects.write(given.Bucket, given.Key, given, async () => ({
        etag: md5.toString('hex'),
        size: given.Body.length,
        pieces: given.Body.length > 0 ? [await storeBody(s3, bucket, given.Body)] : [],
        headers: keptHeaders(given),
        ...(checksum && { checksum }),
        ...lock,
      }));
      return {
        ETag: `"${version.etag}"`,
        ServerSideEncryption: 'AES256',
        ...(bucket.versioning && { VersionId: version.versionId }),
        ...checksumOutput(version.checksum),
      };
    },
    render: (output) => ({
      status: 200,
      headers: {
        etag: output.ETag,
        'x-amz-server-side-encryption': output.ServerSideEncryption,
        ...presentHeaders({ 'x-amz-version-id': output.VersionId }),
        ...checksumHeaders(output),
      },
    }),
  });
