import { isoTime, type S3 } from './context.ts';
import { byBytes, encodeKey, groupOf } from './listing.ts';
import { type Version, visible } from './objects.ts';

export interface ListPage {
  readonly contents: readonly { readonly key: string; readonly version: Version }[];
  readonly groups: readonly string[];
  readonly truncated: boolean;
  /** The key or the group that ends the page. */
  readonly last: string;
}

interface Wanted {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string | undefined;
  /** The key or the group behind which the page begins; `''`: at the start. */
  readonly after: string;
  readonly maxKeys: number;
}

/** A page of what both listings of objects show. */
export const listPage = (s3: S3, { bucket, prefix, delimiter, after, maxKeys }: Wanted): ListPage => {
  const contents: { key: string; version: Version }[] = [];
  const groups: string[] = [];
  let last = '';
  let truncated = false;
  for (const object of s3.objects.list(bucket, prefix)) {
    const version = visible(object);
    if (!version) continue;
    if (after !== '' && byBytes(object.key, after) <= 0) continue;
    const group = groupOf(object.key, prefix, delimiter);
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
  return { contents, groups, truncated, last };
};

/** The members that both answers have. */
export const renderPage = ({ contents, groups }: ListPage, encoding: string | undefined) => ({
  Contents: contents.map(({ key, version }) => ({
    Key: encodeKey(key, encoding),
    LastModified: isoTime(version.modified),
    ETag: `"${version.etag}"`,
    Size: version.size,
    StorageClass: version.headers.StorageClass ?? 'STANDARD',
    ...(version.checksum && {
      ChecksumAlgorithm: version.checksum.algorithm,
      ChecksumType: version.checksum.type,
    }),
  })),
  CommonPrefixes: groups.map((group) => ({ Prefix: encodeKey(group, encoding) })),
});
