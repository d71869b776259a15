import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { CHECKSUM_HEADERS, checksumHeaders, checksumMembers, checksumOutput, verifyBody } from './checksums.ts';
import { bodyMember, objectMembers, type S3, storeBody } from './context.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { writeAccess } from './put-object.ts';
import { requestFields } from './request-fields.ts';

export const uploadPart = (s3: S3): Operation =>
  operation({
    name: 'UploadPart',
    input: z.strictObject({
      ...objectMembers,
      ...checksumMembers,
      UploadId: z.string(),
      PartNumber: z.union([z.string(), z.number()]),
      Body: bodyMember,
    }),
    route: { method: 'PUT', path: '/{Bucket}/{Key+}', query: ['partNumber', 'uploadId'] },
    redact: ['Body'],
    parse: (request, params) => ({
      ...requestFields(request, params, {
        headers: { ...CHECKSUM_HEADERS, 'content-md5': 'ContentMD5' },
        query: { partNumber: 'PartNumber', uploadId: 'UploadId' },
      }),
      Body: request.body,
    }),
    access: (given) => writeAccess(s3, given.Bucket, given.Key, {}, false),
    async run(given, call) {
      const bucket = s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      const number = Number(given.PartNumber);
      if (!Number.isInteger(number) || number < 1 || number > 10_000)
        throw invalidArgument(
          'partNumber',
          String(given.PartNumber),
          'Part number must be an integer between 1 and 10000, inclusive',
        );
      const upload = s3.uploads.open(given.UploadId, given.Bucket, given.Key);
      const { md5, checksum } = verifyBody(given, given.Body);
      if (checksum && upload.checksumAlgorithm && checksum.algorithm !== upload.checksumAlgorithm)
        throw invalidRequest(
          `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksumAlgorithm.toLowerCase()}, actual checksum Type: ${checksum.algorithm.toLowerCase()}`,
        );
      const piece = await storeBody(s3, bucket, given.Body);
      try {
        const replaced = s3.kernel.store.transaction(() => {
          // The upload may have been completed or aborted while the body was being written.
          s3.uploads.open(given.UploadId, given.Bucket, given.Key);
          return s3.uploads.putPart(given.UploadId, {
            number,
            etag: md5.toString('hex'),
            piece,
            modified: s3.kernel.clock.now(),
            ...(checksum && { checksum }),
          });
        });
        if (replaced) await s3.bodies.remove([replaced.piece]);
      } catch (error) {
        await s3.bodies.remove([piece]);
        throw error;
      }
      return { ETag: `"${md5.toString('hex')}"`, ServerSideEncryption: 'AES256', ...checksumOutput(checksum) };
    },
    render: (output) => ({
      status: 200,
      headers: {
        etag: output.ETag,
        'x-amz-server-side-encryption': output.ServerSideEncryption,
        // A part's checksum has no type of its own.
        ...checksumHeaders({ ...output, ChecksumType: undefined }),
      },
    }),
  });
