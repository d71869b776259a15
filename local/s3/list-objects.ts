import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { bucketAccess, bucketArn } from './buckets.ts';
import { bucketMembers, isoTime, type S3, xmlResponse } from './context.ts';
import { byBytes, encodeKey, groupOf, maxKeysOf } from './listing.ts';
import { type Version, visible } from './objects.ts';
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
    access: (given) => {
      const bucket = s3.buckets.open(given.Bucket);
      // Absent parameters count as empty strings in conditions on them.
      return [
        bucketAccess(bucket, 's3:ListBucket', bucketArn(given.Bucket), {
          's3:prefix': given.Prefix ?? '',
          's3:delimiter': given.Delimiter ?? '',
          's3:max-keys': given.MaxKeys === undefined ? undefined : String(given.MaxKeys),
        }),
      ];
    },
    run(given, call) {
      s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      const prefix = given.Prefix ?? '';
      const maxKeys = maxKeysOf(given.MaxKeys);
      const after =
        given.ContinuationToken === undefined
          ? (given.StartAfter ?? '')
          : Buffer.from(given.ContinuationToken, 'base64url').toString('utf8');
      const contents: { key: string; version: Version }[] = [];
      const groups: string[] = [];
      let last = '';
      let truncated = false;
      for (const object of s3.objects.list(given.Bucket, prefix)) {
        const version = visible(object);
        if (!version) continue;
        if (after !== '' && byBytes(object.key, after) <= 0) continue;
        const group = groupOf(object.key, prefix, given.Delimiter);
        // A page that ended with a group goes on behind all of its keys.
        if (group !== undefined && (group === groups.at(-1) || group === after)) continue;
        if (contents.length + groups.length >= maxKeys) {
          truncated = maxKeys > 0;
          break;
        }
        if (group === undefined) contents.push({ key: object.key, version });
        else groups.push(group);
        last = group ?? object.key;
      }
      const encode = (text: string) => encodeKey(text, given.EncodingType);
      return {
        Name: given.Bucket,
        Prefix: encode(prefix),
        ...(given.Delimiter !== undefined && { Delimiter: encode(given.Delimiter) }),
        ...(given.StartAfter !== undefined && { StartAfter: encode(given.StartAfter) }),
        ...(given.ContinuationToken !== undefined && { ContinuationToken: given.ContinuationToken }),
        ...(given.EncodingType !== undefined && { EncodingType: given.EncodingType }),
        MaxKeys: maxKeys,
        KeyCount: contents.length + groups.length,
        IsTruncated: truncated,
        ...(truncated && { NextContinuationToken: Buffer.from(last).toString('base64url') }),
        Contents: contents.map(({ key, version }) => ({
          Key: encode(key),
          LastModified: isoTime(version.modified),
          ETag: `"${version.etag}"`,
          Size: version.size,
          StorageClass: version.headers.StorageClass ?? 'STANDARD',
          ...(version.checksum && {
            ChecksumAlgorithm: version.checksum.algorithm,
            ChecksumType: version.checksum.type,
          }),
        })),
        CommonPrefixes: groups.map((group) => ({ Prefix: encode(group) })),
      };
    },
    render: (output) => xmlResponse('ListBucketResult', output),
  });
