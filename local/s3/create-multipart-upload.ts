import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { isChecksumAlgorithm } from './checksums.ts';
import { objectMembers, presentHeaders, type S3, xmlResponse } from './context.ts';
import { notImplemented } from './errors.ts';
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

export const createMultipartUpload = (s3: S3): Operation =>
  operation({
    name: 'CreateMultipartUpload',
    input: z.strictObject({
      ...objectMembers,
      ...keptMembers,
      ...writeMembers,
      ChecksumAlgorithm: z.string().optional(),
      ChecksumType: z.enum(['COMPOSITE', 'FULL_OBJECT']).optional(),
    }),
    route: { method: 'POST', path: '/{Bucket}/{Key+}', query: ['uploads'] },
    parse: (request, params) =>
      requestFields(request, params, {
        headers: {
          ...KEPT_HEADERS,
          ...WRITE_HEADERS,
          'x-amz-checksum-algorithm': 'ChecksumAlgorithm',
          'x-amz-checksum-type': 'ChecksumType',
        },
        metadata: true,
      }),
    access: (given) => writeAccess(s3, given.Bucket, given.Key, given, false),
    run(given, call) {
      refuseOtherEncryption(given.ServerSideEncryption);
      const bucket = s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      const algorithm = given.ChecksumAlgorithm;
      if (algorithm !== undefined && !isChecksumAlgorithm(algorithm)) throw notImplemented('x-amz-checksum-algorithm');
      // Combining the parts' CRCs into one over the whole object is not done here.
      if (given.ChecksumType === 'FULL_OBJECT') throw notImplemented('x-amz-checksum-type');
      const now = s3.kernel.clock.now();
      const hold = given.ObjectLockLegalHoldStatus;
      const uploadId = s3.kernel.randomHex(32);
      s3.uploads.put({
        uploadId,
        bucket: given.Bucket,
        key: given.Key,
        initiated: now,
        headers: keptHeaders(given),
        ...(algorithm !== undefined && { checksumAlgorithm: algorithm }),
        ...lockForNewVersion(
          bucket,
          {
            retention: parseRetention(given.ObjectLockMode, given.ObjectLockRetainUntilDate, now),
            legalHold: hold === undefined ? undefined : hold === 'ON',
          },
          now,
        ),
      });
      return {
        Bucket: given.Bucket,
        Key: given.Key,
        UploadId: uploadId,
        ...(algorithm !== undefined && { ChecksumAlgorithm: algorithm, ChecksumType: 'COMPOSITE' }),
      };
    },
    render: (output) => {
      const { Bucket, Key, UploadId } = output;
      const response = xmlResponse('InitiateMultipartUploadResult', { Bucket, Key, UploadId });
      const checksum = presentHeaders({
        'x-amz-checksum-algorithm': output.ChecksumAlgorithm,
        'x-amz-checksum-type': output.ChecksumType,
      });
      return { ...response, headers: { ...response.headers, ...checksum } };
    },
  });
