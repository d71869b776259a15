import type { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';

/** EBS's block: what snapshots count in. */
export const BLOCK_SIZE = 524_288;
export const GIB = 1_073_741_824;
export const BLOCKS_PER_GIB = GIB / BLOCK_SIZE;

const zeroBlock: Buffer = globalThis.Buffer.alloc(BLOCK_SIZE);

/** Whether all of `data` (at most one block) is zero: memcmp, about 40 GiB/s. */
export const isZero = (data: Buffer): boolean =>
  data.length === BLOCK_SIZE ? data.equals(zeroBlock) : data.equals(zeroBlock.subarray(0, data.length));

/** A block of zeros, not to be changed. */
export const zeros = (length: number): Buffer => zeroBlock.subarray(0, length);

export const sha256 = (data: Buffer): Buffer => hash('sha256', data, 'buffer');

export const ZERO_BLOCK_SHA256: Buffer = sha256(zeroBlock);
