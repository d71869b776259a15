import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { type ChecksumInput, checksumOutput, claimedChecksum, compositeChecksum } from './checksums.ts';
import { objectMembers, presentHeaders, type S3, xmlResponse } from './context.ts';
import { malformedXml } from './errors.ts';
import { type Draft, unquote } from './objects.ts';
import { writeAccess } from './put-object.ts';
import { requestFields } from './request-fields.ts';
import type { Part, Upload } from './uploads.ts';
import { readXml, xmlList, xmlText } from './xml.ts';

const SMALLEST_PART = 5 * 1024 * 1024;

const PART_CHECKSUMS = ['ChecksumCRC32', 'ChecksumCRC32C', 'ChecksumSHA1', 'ChecksumSHA256'] as const;

const listedPart = z.strictObject({
  PartNumber: z.number().int(),
  ETag: z.string(),
  ChecksumCRC32: z.string().optional(),
  ChecksumCRC32C: z.string().optional(),
  ChecksumSHA1: z.string().optional(),
  ChecksumSHA256: z.string().optional(),
});

const invalidPart = (uploadId: string, number: number) =>
  new AwsError(
    'InvalidPart',
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    400,
    { UploadId: uploadId, PartNumber: String(number) },
  );

interface ListedPart extends ChecksumInput {
  readonly PartNumber: number;
  readonly ETag: string;
}

/** The parts that the caller lists, in order; throws InvalidPartOrder, InvalidPart, EntityTooSmall. */
const chooseParts = (upload: Upload, stored: readonly Part[], listed: readonly ListedPart[]): Part[] => {
  const chosen = listed.map((want, position) => {
    if (position > 0 && want.PartNumber <= (listed[position - 1]?.PartNumber ?? 0))
      throw new AwsError(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
        400,
        { UploadId: upload.uploadId },
      );
    const part = stored.find((other) => other.number === want.PartNumber);
    if (!part || part.etag !== unquote(want.ETag)) throw invalidPart(upload.uploadId, want.PartNumber);
    const claimed = claimedChecksum(want);
    if (claimed && claimed.value !== part.checksum?.value) throw invalidPart(upload.uploadId, want.PartNumber);
    return part;
  });
  for (const part of chosen.slice(0, -1))
    if (part.piece.size < SMALLEST_PART)
      throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
        ETag: part.etag,
        MinSizeAllowed: String(SMALLEST_PART),
        PartNumber: String(part.number),
        ProposedSize: String(part.piece.size),
      });
  return chosen;
};

const assemble = (upload: Upload, parts: readonly Part[]): Draft => {
  const { headers, retention, legalHold, checksumAlgorithm: algorithm } = upload;
  const sums = parts.map((part) => part.checksum?.value).filter((value) => value !== undefined);
  return {
    etag: `${createHash('md5')
      .update(Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex'))))
      .digest('hex')}-${parts.length}`,
    size: parts.reduce((sum, part) => sum + part.piece.size, 0),
    // The parts' files become the object's: nothing is copied.
    pieces: parts.map((part) => part.piece).filter((piece) => piece.size > 0),
    headers,
    partCount: parts.length,
    ...(algorithm && sums.length === parts.length && { checksum: compositeChecksum(algorithm, sums) }),
    ...(retention && { retention }),
    ...(legalHold && { legalHold }),
  };
};

export const completeMultipartUpload = (s3: S3): Operation =>
  operation({
    name: 'CompleteMultipartUpload',
    input: z.strictObject({
      ...objectMembers,
      UploadId: z.string(),
      MultipartUpload: z.strictObject({ Parts: z.array(listedPart).min(1).max(10_000) }),
      IfNoneMatch: z.literal('*').optional(),
      IfMatch: z.string().optional(),
    }),
    route: { method: 'POST', path: '/{Bucket}/{Key+}', query: ['uploadId'] },
    parse: (request, params) => {
      const parts = xmlList(readXml(request.body, 'CompleteMultipartUpload').Part).map((node) => ({
        PartNumber: Number(xmlText(node.PartNumber)),
        ETag: xmlText(node.ETag),
        ...Object.fromEntries(
          PART_CHECKSUMS.filter((name) => node[name] !== undefined).map((name) => [name, xmlText(node[name])]),
        ),
      }));
      if (parts.length === 0 || parts.some((part) => !Number.isInteger(part.PartNumber))) throw malformedXml();
      return {
        ...requestFields(request, params, {
          headers: { 'if-none-match': 'IfNoneMatch', 'if-match': 'IfMatch' },
          query: { uploadId: 'UploadId' },
          bodyChecksum: true,
        }),
        MultipartUpload: { Parts: parts },
      };
    },
    access: (given) =>
      writeAccess(s3, given.Bucket, given.Key, { IfNoneMatch: given.IfNoneMatch, IfMatch: given.IfMatch }),
    async run(given, call) {
      const bucket = s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      let unused: Part[] = [];
      const version = await s3.objects.write(
        given.Bucket,
        given.Key,
        given,
        async () => {
          const upload = s3.uploads.open(given.UploadId, given.Bucket, given.Key);
          const stored = s3.uploads.parts(given.UploadId);
          const chosen = chooseParts(upload, stored, given.MultipartUpload.Parts);
          unused = stored.filter((part) => !chosen.includes(part));
          return assemble(upload, chosen);
        },
        () => s3.uploads.forget(given.UploadId),
      );
      await s3.bodies.remove(unused.map((part) => part.piece));
      return {
        Location: `/${given.Bucket}/${given.Key}`,
        Bucket: given.Bucket,
        Key: given.Key,
        ETag: `"${version.etag}"`,
        ...checksumOutput(version.checksum),
        ...(bucket.versioning && { VersionId: version.versionId }),
      };
    },
    render: ({ VersionId, ...output }) => {
      const response = xmlResponse('CompleteMultipartUploadResult', { ...output });
      return { ...response, headers: { ...response.headers, ...presentHeaders({ 'x-amz-version-id': VersionId }) } };
    },
  });
