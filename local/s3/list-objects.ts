import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { bucketMembers, type S3, xmlResponse } from './context.ts';
import { listPage, renderPage } from './list-page.ts';
import { encodeKey, maxKeysOf } from './listing.ts';
import { listingAccess } from './listing-access.ts';
import { requestFields } from './request-fields.ts';

export const listObjectsV2 = (s3: S3): Operation =>
  operation({
    name: 'ListObjectsV2',
    input: z.strictObject({
      ...bucketMembers,
      Prefix: z.string().optional(),
      Delimiter: z.string().optional(),
      MaxKeys: z.union([z.string(), z.number()]).optional(),
      ContinuationToken: z.string().optional(),
      StartAfter: z.string().optional(),
      EncodingType: z.literal('url').optional(),
      FetchOwner: z.union([z.string(), z.boolean()]).optional(),
    }),
    route: { method: 'GET', path: '/{Bucket}', query: ['list-type'] },
    parse: (request, params) =>
      requestFields(request, params, {
        query: {
          prefix: 'Prefix',
          delimiter: 'Delimiter',
          'max-keys': 'MaxKeys',
          'continuation-token': 'ContinuationToken',
          'start-after': 'StartAfter',
          'encoding-type': 'EncodingType',
          'fetch-owner': 'FetchOwner',
        },
      }),
    access: (given) => [listingAccess(s3, 's3:ListBucket', given)],
    run(given, call) {
      s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      const prefix = given.Prefix ?? '';
      const maxKeys = maxKeysOf(given.MaxKeys);
      const after =
        given.ContinuationToken === undefined
          ? (given.StartAfter ?? '')
          : Buffer.from(given.ContinuationToken, 'base64url').toString('utf8');
      const page = listPage(s3, { bucket: given.Bucket, prefix, delimiter: given.Delimiter, after, maxKeys });
      const encode = (text: string) => encodeKey(text, given.EncodingType);
      return {
        Name: given.Bucket,
        Prefix: encode(prefix),
        ...(given.Delimiter !== undefined && { Delimiter: encode(given.Delimiter) }),
        ...(given.StartAfter !== undefined && { StartAfter: encode(given.StartAfter) }),
        ...(given.ContinuationToken !== undefined && { ContinuationToken: given.ContinuationToken }),
        ...(given.EncodingType !== undefined && { EncodingType: given.EncodingType }),
        MaxKeys: maxKeys,
        KeyCount: page.contents.length + page.groups.length,
        IsTruncated: page.truncated,
        ...(page.truncated && { NextContinuationToken: Buffer.from(page.last).toString('base64url') }),
        ...renderPage(page, given.EncodingType),
      };
    },
    render: (output) => xmlResponse('ListBucketResult', output),
  });
