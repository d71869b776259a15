import { ListObjectVersionsCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { AuditAnchor } from '../../core/contracts/audit.ts';
import { readAnchor } from '../../core/domain/audit-chain.ts';
import type { AuditAnchorStore } from '../../core/ports/audit.ts';
import { awsName, callOwn } from './classify.ts';

/** No library's: those have their service hypervisor's id as prefix. */
export const ANCHOR_PREFIX = 'audit-anchors/';
const DIGITS = 15;
const DAY_MS = 86_400_000;

export interface AnchorPlace {
  readonly client: S3Client;
  readonly bucket: string;
  /** For so many days nobody can remove an anchor (Object Lock, compliance). Who only lists needs none. */
  readonly lock?: { readonly days: number; readonly now: () => number };
}

/** All that an anchor says is in its name: listing is reading. */
const keyOf = ({ seq, hash }: AuditAnchor): string => `${ANCHOR_PREFIX}${String(seq).padStart(DIGITS, '0')}-${hash}`;
const anchorOf = (key: string): AuditAnchor | undefined =>
  readAnchor(key.slice(ANCHOR_PREFIX.length).replace(/^0*(\d+)-/, '$1:'));

/**
 * Small objects, beside the libraries. Listed by their versions: one that somebody has put a delete marker on is still
 * shown. Needs s3:PutObject, s3:PutObjectRetention to keep; s3:ListBucketVersions to list.
 */
export const createS3AuditAnchors = ({ client, bucket, lock }: AnchorPlace): AuditAnchorStore => ({
  keep: (anchor) =>
    callOwn('s3:PutObject', async () => {
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: keyOf(anchor),
            Body: JSON.stringify(anchor),
            ContentType: 'application/json',
            // the library's bucket is written once
            IfNoneMatch: '*',
            // what is locked has to come with one
            ChecksumAlgorithm: 'CRC32',
            ...(lock && {
              ObjectLockMode: 'COMPLIANCE',
              ObjectLockRetainUntilDate: new Date(lock.now() + lock.days * DAY_MS),
            }),
          }),
        );
      } catch (error) {
        if (awsName(error) !== 'PreconditionFailed') throw error;
      }
    }),
  list: ({ limit, next }) =>
    callOwn('s3:ListObjectVersions', async () => {
      const items = new Map<string, AuditAnchor>();
      let after = next;
      for (;;) {
        const { Versions, DeleteMarkers, IsTruncated, NextKeyMarker } = await client.send(
          new ListObjectVersionsCommand({
            Bucket: bucket,
            Prefix: ANCHOR_PREFIX,
            MaxKeys: limit,
            ...(after === undefined ? {} : { KeyMarker: ANCHOR_PREFIX + after }),
          }),
        );
        for (const { Key = '' } of [...(Versions ?? []), ...(DeleteMarkers ?? [])]) {
          const anchor = anchorOf(Key);
          if (anchor) items.set(Key, anchor);
        }
        after = NextKeyMarker?.slice(ANCHOR_PREFIX.length);
        if (!IsTruncated || after === undefined) return { items: sorted(items) };
        // a page may end within the versions of one name: KeyMarker alone goes on behind that name
        if (items.size > 0) return { items: sorted(items), next: after };
      }
    }),
});

const sorted = (items: ReadonlyMap<string, AuditAnchor>): readonly AuditAnchor[] =>
  [...items].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, anchor]) => anchor);
