import type { Readable } from 'node:stream';
import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Access, type Call, type Operation, operation, type WireRequest } from '../kernel/service.ts';
import { bucketAccess, bucketArn, objectArn } from './buckets.ts';
import { checksumHeaders, checksumOutput } from './checksums.ts';
import { isoTime, objectMembers, presentHeaders, type S3 } from './context.ts';
import { noSuchKey, noSuchVersion } from './errors.ts';
import { renderKeptHeaders } from './object-headers.ts';
import { type Version, visible } from './objects.ts';
import { assertReadConditions, rangeOf } from './read-conditions.ts';
import { requestFields } from './request-fields.ts';

const input = z.strictObject({
  ...objectMembers,
  VersionId: z.string().optional(),
  Range: z.string().optional(),
  IfMatch: z.string().optional(),
  IfNoneMatch: z.string().optional(),
  IfModifiedSince: z.string().optional(),
  IfUnmodifiedSince: z.string().optional(),
  /** `ENABLED`: the answer carries the object's checksum. */
  ChecksumMode: z.string().optional(),
});

type Input = z.infer<typeof input>;

/** Throws NoSuchKey, NoSuchVersion, or MethodNotAllowed for a delete marker named by its version id. */
export const findVersion = (s3: S3, bucket: string, key: string, versionId: string | undefined): Version => {
  const object = s3.objects.find(bucket, key);
  if (versionId === undefined) {
    const version = visible(object);
    if (version) return version;
    throw object
      ? new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key, 'x-amz-delete-marker': 'true' })
      : noSuchKey(key);
  }
  const version = object?.versions.find((other) => other.versionId === versionId);
  if (!version) throw noSuchVersion(key, versionId);
  if (version.deleteMarker)
    throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, {
      'x-amz-delete-marker': 'true',
    });
  return version;
};

/**
 * Reading needs the object's permission; of a key that is absent, S3 tells so only to those who may list the bucket
 * (everybody else gets AccessDenied, for the list permission).
 */
export const readAccess = (
  s3: S3,
  given: { Bucket: string; Key: string; VersionId?: string | undefined },
): Access[] => {
  const bucket = s3.buckets.open(given.Bucket);
  const action = given.VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  const read = bucketAccess(bucket, action, objectArn(given.Bucket, given.Key), { 's3:VersionId': given.VersionId });
  const exists = given.VersionId !== undefined || visible(s3.objects.find(given.Bucket, given.Key)) !== undefined;
  return exists
    ? [read]
    : [read, bucketAccess(bucket, 's3:ListBucket', bucketArn(given.Bucket), { 's3:prefix': given.Key })];
};

const parse = (request: WireRequest, params: Readonly<Record<string, string>>) =>
  requestFields(request, params, {
    headers: {
      range: 'Range',
      'if-match': 'IfMatch',
      'if-none-match': 'IfNoneMatch',
      'if-modified-since': 'IfModifiedSince',
      'if-unmodified-since': 'IfUnmodifiedSince',
      'x-amz-checksum-mode': 'ChecksumMode',
    },
    query: { versionId: 'VersionId' },
  });

const describe = (s3: S3, given: Input, call: Call) => {
  const bucket = s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
  const version = findVersion(s3, given.Bucket, given.Key, given.VersionId);
  assertReadConditions(given, version);
  const range = rangeOf(given.Range, version.size);
  const span = range ?? { start: 0, end: version.size };
  const output = {
    ETag: `"${version.etag}"`,
    LastModified: isoTime(version.modified),
    ContentLength: span.end - span.start,
    ...version.headers,
    AcceptRanges: 'bytes',
    ServerSideEncryption: 'AES256',
    ...(range && { ContentRange: `bytes ${range.start}-${range.end - 1}/${version.size}` }),
    ...(bucket.versioning && { VersionId: version.versionId }),
    // A checksum is of the whole object: clients would hold a range against it.
    ...(given.ChecksumMode === 'ENABLED' && !range ? checksumOutput(version.checksum) : {}),
    ...(version.retention && {
      ObjectLockMode: version.retention.mode,
      ObjectLockRetainUntilDate: isoTime(version.retention.until),
    }),
    ...(version.legalHold && { ObjectLockLegalHoldStatus: 'ON' }),
  };
  return { version, span, output };
};

type Described = ReturnType<typeof describe>['output'];

const headersOf = (output: Described): Record<string, string> => ({
  ...renderKeptHeaders(output),
  etag: output.ETag,
  'last-modified': new Date(output.LastModified).toUTCString(),
  'content-length': String(output.ContentLength),
  'accept-ranges': output.AcceptRanges,
  'x-amz-server-side-encryption': output.ServerSideEncryption,
  ...presentHeaders({
    'content-range': output.ContentRange,
    'x-amz-version-id': output.VersionId,
    'x-amz-object-lock-mode': output.ObjectLockMode,
    'x-amz-object-lock-retain-until-date': output.ObjectLockRetainUntilDate,
    'x-amz-object-lock-legal-hold': output.ObjectLockLegalHoldStatus,
  }),
  ...checksumHeaders(output),
});

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** `Body` is a Buffer up to 64 MiB and a stream above. */
export const getObject = (s3: S3): Operation =>
  operation({
    name: 'GetObject',
    input,
    route: { method: 'GET', path: '/{Bucket}/{Key+}' },
    parse,
    access: (given) => readAccess(s3, given),
    async run(given, call): Promise<Described & { Body: Buffer | Readable }> {
      for (let attempt = 1; ; attempt++) {
        const { version, span, output } = describe(s3, given, call);
        try {
          return { ...output, Body: await s3.bodies.read(version.pieces, span) };
        } catch (error) {
          // Between record and file, the object was replaced: its new version is the answer.
          if (attempt === 5 || !isMissing(error)) throw error;
        }
      }
    },
    render: (output) => ({
      status: output.ContentRange === undefined ? 200 : 206,
      headers: headersOf(output),
      body: output.Body,
    }),
  });

export const headObject = (s3: S3): Operation =>
  operation({
    name: 'HeadObject',
    input,
    route: { method: 'HEAD', path: '/{Bucket}/{Key+}' },
    parse,
    access: (given) => readAccess(s3, given),
    run: (given, call) => describe(s3, given, call).output,
    render: (output) => ({
      status: output.ContentRange === undefined ? 200 : 206,
      headers: headersOf(output),
    }),
  });
