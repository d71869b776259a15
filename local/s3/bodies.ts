import { constants, createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { copyFile, open, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { Kernel } from '../kernel/service.ts';
import { internalError } from './errors.ts';

/** A file that holds an object, or one part of a multipart object. */
export interface Piece {
  readonly file: string;
  readonly size: number;
}

/** Bytes from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Above this, an answer is streamed from its files instead of being read into memory. */
const LARGEST_BUFFER = 64 * 1024 * 1024;

const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

/**
 * Object bodies as files, each written once under a name of its own. A body exists for callers only when a record
 * refers to it, so that a crash in between leaves either the old or the new object, and a file for `sweep`.
 */
export class Bodies {
  readonly #folder: string;
  readonly #randomHex: Kernel['randomHex'];
  readonly #made = new Set<string>();

  constructor(kernel: Kernel) {
    this.#folder = kernel.store.folder('s3');
    this.#randomHex = kernel.randomHex;
  }

  /** Throws InternalError, leaving nothing behind, when the disk is full. */
  async write(body: Buffer): Promise<Piece> {
    return this.#create(body.length, async (path) => {
      const handle = await open(path, 'wx');
      try {
        await handle.writeFile(body);
      } finally {
        await handle.close();
      }
    });
  }

  /** Copies of the pieces, sharing blocks with them where the file system can. */
  async copy(pieces: readonly Piece[]): Promise<Piece[]> {
    const copies: Piece[] = [];
    try {
      for (const { file, size } of pieces)
        copies.push(
          await this.#create(size, (path) => copyFile(join(this.#folder, file), path, constants.COPYFILE_FICLONE)),
        );
      return copies;
    } catch (error) {
      await this.remove(copies);
      throw error;
    }
  }

  async #create(size: number, fill: (path: string) => Promise<void>): Promise<Piece> {
    const id = this.#randomHex(16);
    const file = `${id.slice(0, 2)}/${id}`;
    const path = join(this.#folder, file);
    this.#makeFolder(dirname(path));
    try {
      await fill(path);
    } catch (error) {
      await unlink(path).catch(() => undefined);
      throw isFull(error) ? internalError() : error;
    }
    return { file, size };
  }

  async remove(pieces: readonly Piece[]): Promise<void> {
    for (const piece of pieces) await unlink(join(this.#folder, piece.file)).catch(() => undefined);
  }

  /** A Buffer, or for large spans a stream. Rejects with ENOENT if the object was replaced meanwhile. */
  async read(pieces: readonly Piece[], span: Span): Promise<Buffer | Readable> {
    const slices = slicesOf(pieces, span);
    if (span.end - span.start > LARGEST_BUFFER) return Readable.from(this.#stream(slices), { objectMode: false });
    const body = Buffer.allocUnsafe(span.end - span.start);
    let at = 0;
    for (const slice of slices) {
      const handle = await open(join(this.#folder, slice.file), 'r');
      try {
        for (let position = slice.start; position < slice.end; ) {
          const { bytesRead } = await handle.read(body, at, slice.end - position, position);
          if (bytesRead === 0) throw new Error(`object file ${slice.file} is shorter than its record says`);
          position += bytesRead;
          at += bytesRead;
        }
      } finally {
        await handle.close();
      }
    }
    return body;
  }

  async *#stream(slices: readonly (Span & { file: string })[]): AsyncGenerator<Buffer> {
    for (const { file, start, end } of slices)
      yield* createReadStream(join(this.#folder, file), { start, end: end - 1, highWaterMark: 1024 * 1024 });
  }

  /** Removes files that no record refers to: what writers left when they were killed. */
  sweep(referenced: ReadonlySet<string>): number {
    let removed = 0;
    for (const folder of readdirSync(this.#folder)) {
      for (const name of readdirSync(join(this.#folder, folder))) {
        if (referenced.has(`${folder}/${name}`)) continue;
        rmSync(join(this.#folder, folder, name));
        removed++;
      }
    }
    return removed;
  }

  #makeFolder(path: string): void {
    if (this.#made.has(path)) return;
    mkdirSync(path, { recursive: true });
    this.#made.add(path);
  }
}

const slicesOf = (pieces: readonly Piece[], span: Span): (Span & { file: string })[] => {
  const slices: (Span & { file: string })[] = [];
  let offset = 0;
  for (const piece of pieces) {
    const start = Math.max(span.start, offset) - offset;
    const end = Math.min(span.end, offset + piece.size) - offset;
    if (start < end) slices.push({ file: piece.file, start, end });
    offset += piece.size;
  }
  return slices;
};
