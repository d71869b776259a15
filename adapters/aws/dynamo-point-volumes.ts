/**
 * The volumes of a recovery point: items of their own beside the point's, because 128 volumes with their page counts
 * outgrow the 400 KB of one item. A set is written under a version (its content's hash) before the point's item names
 * it, so a reader sees one set or the other, whole. The largest volume, 64 TiB, has 32,768 pages: 64 KiB here.
 */
import { createHash } from 'node:crypto';
import type { RecoveryPointVolume } from '../../core/domain/recovery-point.ts';
import { type Item, recordOf } from './dynamo-item.ts';

export const volumesVersion = (volumes: readonly RecoveryPointVolume[]): string =>
  createHash('sha256').update(JSON.stringify(volumes)).digest('hex').slice(0, 32);

const prefix = (version: string): string => `VOLUME#${version}#`;

export const volumeItems = (pk: string, volumes: readonly RecoveryPointVolume[]): Item[] => {
  const version = volumesVersion(volumes);
  return volumes.map(({ pageDataBlocks, ...volume }, index) => ({
    ...volume,
    pk,
    sk: `${prefix(version)}${String(index).padStart(4, '0')}`,
    // An empty binary value is refused by some implementations of DynamoDB.
    ...(pageDataBlocks.length === 0 ? {} : { pages: encodePages(pageDataBlocks) }),
  }));
};

export const isVolumeOf = (version: string, { sk }: Item): boolean => sk.startsWith(prefix(version));
export const isVolume = ({ sk }: Item): boolean => sk.startsWith('VOLUME#');

export const volumeOf = (item: Item): RecoveryPointVolume => {
  const { pages, ...volume } = recordOf<Omit<RecoveryPointVolume, 'pageDataBlocks'> & { pages?: Uint8Array }>(item);
  return { ...volume, pageDataBlocks: pages ? decodePages(pages) : [] };
};

/** Two bytes a page (little endian): a page has at most 4,096 blocks. */
const encodePages = (counts: readonly number[]): Uint8Array => {
  const bytes = Buffer.alloc(counts.length * 2);
  counts.forEach((count, page) => {
    bytes.writeUInt16LE(count, page * 2);
  });
  return bytes;
};

const decodePages = (bytes: Uint8Array): number[] => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 2 }, (_, page) => buffer.readUInt16LE(page * 2));
};
