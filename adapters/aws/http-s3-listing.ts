import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { ObjectVersion } from '../../core/ports/object-store.ts';

const Listing = z.object({
  ListBucketResult: z.object({
    IsTruncated: z.string(),
    NextContinuationToken: z.string().optional(),
    Contents: z.array(z.object({ Key: z.string(), Size: z.coerce.number() })).default([]),
  }),
});

const Version = z.object({
  Key: z.string(),
  VersionId: z.string(),
  IsLatest: z.string(),
  Size: z.coerce.number().default(0),
});
const Versions = z.object({
  ListVersionsResult: z.object({
    IsTruncated: z.string(),
    NextKeyMarker: z.string().optional(),
    NextVersionIdMarker: z.string().optional(),
    Version: z.array(Version).default([]),
    DeleteMarker: z.array(Version).default([]),
  }),
});

const LISTS = new Set(['Contents', 'Version', 'DeleteMarker']);
const parser = new XMLParser({ parseTagValue: false, isArray: (name) => LISTS.has(name) });

const decoded = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));

export interface ListingPage {
  readonly objects: readonly { readonly key: string; readonly size: number }[];
  /** Where the next page starts; undefined after the last. */
  readonly next: string | undefined;
}

/** An answer to ListObjectsV2 with `encoding-type=url`. Throws for what is none, which is then asked for again. */
export const readListing = (body: Uint8Array): ListingPage => {
  const parsed = Listing.safeParse(parser.parse(Buffer.from(body)));
  if (!parsed.success) throw new Error('an answer that is no listing', { cause: parsed.error });
  const { IsTruncated, NextContinuationToken, Contents } = parsed.data.ListBucketResult;
  return {
    objects: Contents.map(({ Key, Size }) => ({ key: decoded(Key), size: Size })),
    next: IsTruncated === 'true' ? NextContinuationToken : undefined,
  };
};

export interface VersionsPage {
  /** Those of a key together; of those that are no marker, the newest first. */
  readonly versions: readonly ObjectVersion[];
  readonly next: { readonly key: string; readonly version: string } | undefined;
}

/** An answer to ListObjectVersions with `encoding-type=url`. Throws for what is none, which is then asked for again. */
export const readVersions = (body: Uint8Array): VersionsPage => {
  const parsed = Versions.safeParse(parser.parse(Buffer.from(body)));
  if (!parsed.success) throw new Error('an answer that is no listing of versions', { cause: parsed.error });
  const {
    IsTruncated,
    NextKeyMarker,
    NextVersionIdMarker,
    Version: data,
    DeleteMarker,
  } = parsed.data.ListVersionsResult;
  const versionOf =
    (isMarker: boolean) =>
    ({ Key, VersionId, IsLatest, Size }: z.infer<typeof Version>): ObjectVersion => ({
      key: decoded(Key),
      versionId: VersionId,
      size: Size,
      isMarker,
      isLatest: IsLatest === 'true',
    });
  return {
    // Stable: what S3 said first of a key, the newest, stays first.
    versions: [...DeleteMarker.map(versionOf(true)), ...data.map(versionOf(false))].sort((a, b) =>
      a.key < b.key ? -1 : Number(a.key > b.key),
    ),
    next:
      IsTruncated === 'true' ? { key: decoded(NextKeyMarker ?? ''), version: NextVersionIdMarker ?? '' } : undefined,
  };
};
