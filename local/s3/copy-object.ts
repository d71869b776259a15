import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { checksumOutput } from './checksums.ts';
import { assertQuota, isoTime, objectMembers, presentHeaders, type S3, xmlResponse } from './context.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { findVersion, readAccess } from './get-object.ts';
import {
  KEPT_HEADERS,
  keptHeaders,
  keptMembers,
  refuseOtherEncryption,
  WRITE_HEADERS,
  writeMembers,
} from './object-headers.ts';
import { lockForNewVersion, parseRetention } from './object-lock.ts';
import { writeAccess } from './put-object.ts';
import { requestFields } from './request-fields.ts';

/** S3's own limit for copying in one request; larger objects need UploadPartCopy, which is not here. */
const LARGEST_COPY = 5 * 1024 ** 3;

/** `/bucket/key?versionId=…`, URL-encoded, with or without the leading slash. */
const parseSource = (source: string): { Bucket: string; Key: string; VersionId?: string } => {
  const [path = '', version] = source.split('?versionId=');
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decodeURIComponent(path)) ?? [];
  if (!bucket || !key)
    throw invalidArgument(
      'x-amz-copy-source',
      source,
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  return { Bucket: bucket, Key: key, ...(version !== undefined && { VersionId: version }) };
};

export const copyObject = (s3: S3): Operation =>
  operation({
    name: 'CopyObject',
    input: z.strictObject({
      ...objectMembers,
      ...keptMembers,
      ...writeMembers,
      CopySource: z.string(),
      MetadataDirective: z.enum(['COPY', 'REPLACE']).optional(),
      IfNoneMatch: z.literal('*').optional(),
      IfMatch: z.string().optional(),
    }),
    route: { method: 'PUT', path: '/{Bucket}/{Key+}', header: ['x-amz-copy-source'] },
    parse: (request, params) =>
      requestFields(request, params, {
        headers: {
          ...KEPT_HEADERS,
          ...WRITE_HEADERS,
          'x-amz-copy-source': 'CopySource',
          'x-amz-metadata-directive': 'MetadataDirective',
          'if-none-match': 'IfNoneMatch',
          'if-match': 'IfMatch',
        },
        metadata: true,
      }),
    access: (given) => [
      ...readAccess(s3, parseSource(given.CopySource)),
      ...writeAccess(s3, given.Bucket, given.Key, given),
    ],
    async run(given, call) {
      refuseOtherEncryption(given.ServerSideEncryption);
      const bucket = s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      const source = parseSource(given.CopySource);
      const original = findVersion(s3, source.Bucket, source.Key, source.VersionId);
      if (original.size > LARGEST_COPY)
        throw invalidRequest(
          'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120',
        );
      const replace = given.MetadataDirective === 'REPLACE';
      if (!replace && source.Bucket === given.Bucket && source.Key === given.Key && source.VersionId === undefined)
        throw invalidRequest(
          "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        );
      const now = s3.kernel.clock.now();
      const hold = given.ObjectLockLegalHoldStatus;
      const lock = lockForNewVersion(
        bucket,
        {
          retention: parseRetention(given.ObjectLockMode, given.ObjectLockRetainUntilDate, now),
          legalHold: hold === undefined ? undefined : hold === 'ON',
        },
        now,
      );
      const version = await s3.objects.write(given.Bucket, given.Key, given, async () => {
        assertQuota(s3, bucket, original.size);
        return {
          etag: original.etag,
          size: original.size,
          pieces: await s3.bodies.copy(original.pieces),
          headers: replace ? keptHeaders(given) : original.headers,
          ...(original.checksum && { checksum: original.checksum }),
          ...lock,
        };
      });
      return {
        CopyObjectResult: {
          ETag: `"${version.etag}"`,
          LastModified: isoTime(version.modified),
          ...checksumOutput(version.checksum),
        },
        ...(bucket.versioning && { VersionId: version.versionId }),
      };
    },
    render: (output) => {
      const response = xmlResponse('CopyObjectResult', { ...output.CopyObjectResult });
      return {
        ...response,
        headers: { ...response.headers, ...presentHeaders({ 'x-amz-version-id': output.VersionId }) },
      };
    },
  });
