import { hash } from 'node:crypto';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { BLOCK_BYTES } from './block.ts';
import { releaseBytes } from './release-bytes.ts';

/** How a block is kept in a pack. Numbers are part of the format. */
export const ENCODINGS = { plain: 0, zstd: 1 } as const;

export type Level = 'fast' | 'default';

/** zstd's chunk is its output buffer: with one that always holds the result it never has to join pieces. */
const CHUNK_BYTES = 640 * 1024;

const options = (level: number) => ({
  chunkSize: CHUNK_BYTES,
  params: { [constants.ZSTD_c_compressionLevel]: level },
});
const LEVELS = { fast: options(1), default: options(3) } as const;

/** Kept only when it saves at least 1/32: otherwise reading would pay for nothing. */
const WORTH_IT = BLOCK_BYTES - BLOCK_BYTES / 32;

export interface EncodedBlock {
  readonly encoding: number;
  /** `plain` itself where compression does not pay. */
  readonly bytes: Uint8Array;
}

export const encodeBlock = (plain: Uint8Array, level: Level): EncodedBlock => {
  const compressed = zstdCompressSync(plain, LEVELS[level]);
  if (compressed.length <= WORTH_IT) return { encoding: ENCODINGS.zstd, bytes: compressed };
  releaseBytes(compressed);
  return { encoding: ENCODINGS.plain, bytes: plain };
};

/** Undefined where the bytes are not of a whole block in that encoding. */
export const decodeBlock = (encoding: number, bytes: Buffer): Buffer | undefined => {
  try {
    const plain =
      encoding === ENCODINGS.zstd
        ? zstdDecompressSync(bytes, { chunkSize: CHUNK_BYTES, maxOutputLength: BLOCK_BYTES })
        : encoding === ENCODINGS.plain
          ? bytes
          : undefined;
    return plain?.length === BLOCK_BYTES ? plain : undefined;
  } catch {
    return undefined;
  }
};

export const sha256 = (plain: Uint8Array): Buffer => hash('sha256', plain, 'buffer');
