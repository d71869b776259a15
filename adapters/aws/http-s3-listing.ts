import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';

const Listing = z.object({
  ListBucketResult: z.object({
    IsTruncated: z.string(),
    NextContinuationToken: z.string().optional(),
    Contents: z.array(z.object({ Key: z.string(), Size: z.coerce.number() })).default([]),
  }),
});

const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'Contents' });

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
    objects: Contents.map(({ Key, Size }) => ({ key: decodeURIComponent(Key.replaceAll('+', ' ')), size: Size })),
    next: IsTruncated === 'true' ? NextContinuationToken : undefined,
  };
};
