import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { bucketMembers, type S3, xmlResponse } from './context.ts';
import { listPage, renderPage } from './list-page.ts';
import { encodeKey, maxKeysOf } from './listing.ts';
import { listingAccess } from './listing-access.ts';
import { requestFields } from './request-fields.ts';

/** The older listing, which boto3's resources and other programs still use. */
export const listObjects = (s3: S3): Operation =>
  operation({
    name: 'ListObjects',
    input: z.strictObject({
      ...bucketMembers,
      Prefix: z.string().optional(),
      Delimiter: z.string().optional(),
      MaxKeys: z.union([z.string(), z.number()]).optional(),
      Marker: z.string().optional(),
      EncodingType: z.literal('url').optional(),
    }),
    route: { method: 'GET', path: '/{Bucket}' },
    parse: (request, params) =>
      requestFields(request, params, {
        query: {
          prefix: 'Prefix',
          delimiter: 'Delimiter',
          'max-keys': 'MaxKeys',
          marker: 'Marker',
          'encoding-type': 'EncodingType',
        },
      }),
    access: (given) => [listingAccess(s3, 's3:ListBucket', given)],
    run(given, call) {
      s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      const prefix = given.Prefix ?? '';
      const after = given.Marker ?? '';
      const maxKeys = maxKeysOf(given.MaxKeys);
      const page = listPage(s3, { bucket: given.Bucket, prefix, delimiter: given.Delimiter, after, maxKeys });
      const encode = (text: string) => encodeKey(text, given.EncodingType);
      return {
        Name: given.Bucket,
        Prefix: encode(prefix),
        Marker: encode(after),
        ...(given.Delimiter !== undefined && { Delimiter: encode(given.Delimiter) }),
        ...(given.EncodingType !== undefined && { EncodingType: given.EncodingType }),
        MaxKeys: maxKeys,
        IsTruncated: page.truncated,
        // without a delimiter callers go on behind the last key
        ...(page.truncated && given.Delimiter !== undefined && { NextMarker: encode(page.last) }),
        ...renderPage(page, given.EncodingType),
      };
    },
    render: (output) => xmlResponse('ListBucketResult', output),
  });
