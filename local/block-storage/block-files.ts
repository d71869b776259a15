import { mkdirSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { BLOCK_SIZE, sha256 } from './block-size.ts';
import type { OpenFiles } from './open-files.ts';

/** One file holds 1 TiB of blocks: ext4 takes no file above 16 TiB, a volume may have 64. */
const BLOCKS_PER_FILE = 2 ** 21;
const HASH_SIZE = 32;

/**
 * Blocks that snapshots brought in, each at its own offset in sparse files: `<folder>/<name>/<n>.data`, and its
 * SHA-256 in `<n>.sha256`, 32 bytes a block; zeros mean: not computed (or, of a snapshot being written: not written).
 */
export class BlockFiles {
  readonly #folder: string;
  readonly #files: OpenFiles;
  readonly #made = new Set<string>();

  constructor(folder: string, files: OpenFiles) {
    this.#folder = folder;
    this.#files = files;
  }

  /** Reads consecutive blocks into `into`, whole blocks long. */
  read(name: string, index: number, into: Buffer): void {
    this.#eachFile(name, 'data', index, into, BLOCK_SIZE, (fd, part, at) => {
      const got = readSync(fd, part, 0, part.length, at);
      // Past the file's end lies a hole that no later block has closed.
      if (got < part.length) part.fill(0, got);
    });
  }

  /** Writes consecutive blocks. */
  write(name: string, index: number, data: Buffer): void {
    this.#eachFile(name, 'data', index, data, BLOCK_SIZE, (fd, part, at) => {
      writeSync(fd, part, 0, part.length, at);
    });
  }

  /** The kept SHA-256 of a block, or undefined. */
  keptHash(name: string, index: number): Buffer | undefined {
    const hash = this.hashes(name, index, 1);
    return hash.readBigUInt64LE(0) === 0n ? undefined : hash;
  }

  /** A block's SHA-256, computed from `data` the first time. */
  hash(name: string, index: number, data: Buffer): Buffer {
    const kept = this.keptHash(name, index);
    if (kept) return kept;
    const hash = sha256(data);
    this.keepHash(name, index, hash);
    return hash;
  }

  keepHash(name: string, index: number, hash: Buffer): void {
    this.#eachFile(name, 'sha256', index, hash, HASH_SIZE, (fd, part, at) => {
      writeSync(fd, part, 0, part.length, at);
    });
  }

  forgetHash(name: string, index: number): void {
    this.keepHash(name, index, Buffer.alloc(HASH_SIZE));
  }

  /** 32 bytes for each of `count` blocks; zeros where none is kept. */
  hashes(name: string, index: number, count: number): Buffer {
    const into = Buffer.alloc(count * HASH_SIZE);
    this.#eachFile(name, 'sha256', index, into, HASH_SIZE, (fd, part, at) => {
      readSync(fd, part, 0, part.length, at);
    });
    return into;
  }

  /** Which 2,097,152-block files a name has, as first block indexes. */
  filesOf(name: string): number[] {
    this.#make(name);
    return readdirSync(join(this.#folder, name))
      .filter((file) => file.endsWith('.sha256'))
      .map((file) => Number.parseInt(file, 10) * BLOCKS_PER_FILE)
      .sort((a, b) => a - b);
  }

  remove(name: string): void {
    this.#make(name);
    const folder = join(this.#folder, name);
    for (const file of readdirSync(folder)) this.#files.close(join(folder, file));
    rmSync(folder, { recursive: true, force: true });
    this.#made.delete(name);
  }

  #make(name: string): void {
    if (this.#made.has(name)) return;
    mkdirSync(join(this.#folder, name), { recursive: true });
    this.#made.add(name);
  }

  #eachFile(
    name: string,
    kind: 'data' | 'sha256',
    index: number,
    buffer: Buffer,
    unit: number,
    use: (fd: number, part: Buffer, at: number) => void,
  ): void {
    this.#make(name);
    for (let done = 0; done < buffer.length; ) {
      const block = index + done / unit;
      const file = Math.floor(block / BLOCKS_PER_FILE);
      const within = block - file * BLOCKS_PER_FILE;
      const length = Math.min(buffer.length - done, (BLOCKS_PER_FILE - within) * unit);
      const fd = this.#files.descriptor(join(this.#folder, name, `${file}.${kind}`));
      use(fd, buffer.subarray(done, done + length), within * unit);
      done += length;
    }
  }
}

export { BLOCKS_PER_FILE };
