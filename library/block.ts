import { createHash } from 'node:crypto';

/** Bytes of a block: the EBS unit. */
export const BLOCK_BYTES = 524_288;
/** Blocks of a map page: 2 GiB of a volume. */
export const PAGE_BLOCKS = 4_096;

const zeroBlock = Buffer.alloc(BLOCK_BYTES);

/** What SHA-256 (and so EBS) says of a block of zeros. */
export const ZERO_BLOCK_SHA256: Buffer = createHash('sha256').update(zeroBlock).digest();

/** memcmp stops at the first difference: 42 GiB/s over zeros, nothing at all over data. */
export const isZeroBlock = (plain: Uint8Array): boolean =>
  plain.length === BLOCK_BYTES && Buffer.compare(plain, zeroBlock) === 0;

export const pageOf = (blockIndex: number): number => Math.floor(blockIndex / PAGE_BLOCKS);

export const pagesOf = (volumeBlocks: number): number => Math.ceil(volumeBlocks / PAGE_BLOCKS);

/** All pages are full but a volume's last. */
export const blocksInPage = (volumeBlocks: number, page: number): number =>
  Math.max(0, Math.min(PAGE_BLOCKS, volumeBlocks - page * PAGE_BLOCKS));

/** Volumes are whole GiB, so blocks are always whole. */
export const blocksOfVolume = (sizeBytes: number): number => {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes <= 0 || sizeBytes % BLOCK_BYTES !== 0)
    throw new RangeError(`a volume of ${sizeBytes} bytes is not whole blocks`);
  return sizeBytes / BLOCK_BYTES;
};
