import { BLOCK_BYTES } from '../core/contracts/ids.ts';

/** Buffers of a block's size, kept for the next order: what is allocated outside the heap comes back late. */
export interface BlockBuffers {
  take(): Buffer;
  give(buffer: Buffer): void;
}

export const createBlockBuffers = (): BlockBuffers => {
  const free: Buffer[] = [];
  return {
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES),
    give: (buffer) => void free.push(buffer),
  };
};
