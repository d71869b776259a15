import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { bucketMembers, isoTime, type S3, xmlResponse } from './context.ts';
import { byBytes, encodeKey, groupOf, maxKeysOf } from './listing.ts';
import { listingAccess } from './listing-access.ts';
import type { StoredObject, Version } from './objects.ts';
import { requestFields } from './request-fields.ts';

export const listObjectVersions = (s3: S3): Operation =>
  operation({
    name: 'ListObjectVersions',
    input: z.strictObject({
      ...bucketMembers,
      Prefix: z.string().optional(),
      Delimiter: z.string().optional(),
      MaxKeys: z.union([z.string(), z.number()]).optional(),
      KeyMarker: z.string().optional(),
      VersionIdMarker: z.string().optional(),
      EncodingType: z.literal('url').optional(),
    }),
    route: { method: 'GET', path: '/{Bucket}', query: ['versions'] },
    parse: (request, params) =>
      requestFields(request, params, {
        query: {
          prefix: 'Prefix',
          delimiter: 'Delimiter',
          'max-keys': 'MaxKeys',
          'key-marker': 'KeyMarker',
          'version-id-marker': 'VersionIdMarker',
          'encoding-type': 'EncodingType',
        },
      }),
    access: (given) => [listingAccess(s3, 's3:ListBucketVersions', given)],
    run(given, call) {
      s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      const prefix = given.Prefix ?? '';
      const maxKeys = maxKeysOf(given.MaxKeys);
      const encode = (text: string) => encodeKey(text, given.EncodingType);
      const entries: { object: StoredObject; version: Version }[] = [];
      const groups: string[] = [];
      let next: { NextKeyMarker: string; NextVersionIdMarker?: string } | undefined;
      let last: typeof next;
      for (const { object, version } of versionsAfter(s3.objects.list(given.Bucket, prefix), given)) {
        const group = groupOf(object.key, prefix, given.Delimiter);
        if (group !== undefined && (group === groups.at(-1) || group === given.KeyMarker)) continue;
        if (entries.length + groups.length >= maxKeys) {
          next = last;
          break;
        }
        if (group === undefined) {
          entries.push({ object, version });
          last = { NextKeyMarker: encode(object.key), NextVersionIdMarker: version.versionId };
        } else {
          groups.push(group);
          last = { NextKeyMarker: encode(group) };
        }
      }
      const common = ({ object, version }: (typeof entries)[number]) => ({
        Key: encode(object.key),
        VersionId: version.versionId,
        IsLatest: object.versions[0]?.versionId === version.versionId,
        LastModified: isoTime(version.modified),
      });
      return {
        Name: given.Bucket,
        Prefix: encode(prefix),
        KeyMarker: encode(given.KeyMarker ?? ''),
        VersionIdMarker: given.VersionIdMarker ?? '',
        MaxKeys: maxKeys,
        ...(given.Delimiter !== undefined && { Delimiter: encode(given.Delimiter) }),
        ...(given.EncodingType !== undefined && { EncodingType: given.EncodingType }),
        IsTruncated: next !== undefined,
        ...next,
        Versions: entries
          .filter(({ version }) => !version.deleteMarker)
          .map((entry) => ({
            ...common(entry),
            ETag: `"${entry.version.etag}"`,
            Size: entry.version.size,
            StorageClass: entry.version.headers.StorageClass ?? 'STANDARD',
          })),
        DeleteMarkers: entries.filter(({ version }) => version.deleteMarker).map(common),
        CommonPrefixes: groups.map((group) => ({ Prefix: encode(group) })),
      };
    },
    render: ({ Versions, DeleteMarkers, ...rest }) =>
      xmlResponse('ListVersionsResult', { ...rest, Version: Versions, DeleteMarker: DeleteMarkers }),
  });

/** All versions behind the markers, by key, then newest first. */
function* versionsAfter(
  objects: Iterable<StoredObject>,
  markers: { readonly KeyMarker?: string | undefined; readonly VersionIdMarker?: string | undefined },
): Iterable<{ object: StoredObject; version: Version }> {
  for (const object of objects) {
    const order = markers.KeyMarker === undefined ? 1 : byBytes(object.key, markers.KeyMarker);
    if (order < 0 || (order === 0 && markers.VersionIdMarker === undefined)) continue;
    const marked = object.versions.findIndex((version) => version.versionId === markers.VersionIdMarker);
    const from = order === 0 ? marked + 1 : 0;
    for (const version of object.versions.slice(from)) yield { object, version };
  }
}
