import type { Kernel } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';
import type { Piece } from './bodies.ts';
import type { Checksum, ChecksumAlgorithm } from './checksums.ts';
import { noSuchUpload } from './errors.ts';
import type { Lockable } from './object-lock.ts';
import type { ObjectHeaders } from './objects.ts';

export interface Upload extends Lockable {
  readonly uploadId: string;
  readonly bucket: string;
  readonly key: string;
  /** ms since 1970 */
  readonly initiated: number;
  readonly headers: ObjectHeaders;
  readonly checksumAlgorithm?: ChecksumAlgorithm;
  readonly checksumType?: 'COMPOSITE' | 'FULL_OBJECT';
}

export interface Part {
  readonly number: number;
  /** Without quotes: the part's MD5. */
  readonly etag: string;
  readonly piece: Piece;
  /** ms since 1970 */
  readonly modified: number;
  readonly checksum?: Checksum;
}

/** Multipart uploads that are neither completed nor aborted, and their parts. */
export class Uploads {
  readonly #uploads: Table<Upload>;
  readonly #parts: Table<Part>;

  constructor(kernel: Kernel) {
    this.#uploads = kernel.store.table<Upload>('s3.uploads');
    this.#parts = kernel.store.table<Part>('s3.parts');
  }

  /** Throws NoSuchUpload, also for an upload of another key. */
  open(uploadId: string, bucket: string, key: string): Upload {
    const upload = this.#uploads.get(uploadId);
    if (!upload || upload.bucket !== bucket || upload.key !== key) throw noSuchUpload(uploadId);
    return upload;
  }

  put(upload: Upload): void {
    this.#uploads.put(upload.uploadId, upload);
  }

  /** Returns the part that it replaces. */
  putPart(uploadId: string, part: Part): Part | undefined {
    const id = `${uploadId}/${String(part.number).padStart(5, '0')}`;
    const replaced = this.#parts.get(id);
    this.#parts.put(id, part);
    return replaced;
  }

  /** In order of their numbers. */
  parts(uploadId: string): Part[] {
    return Array.from(this.#parts.entries(`${uploadId}/`), ({ value }) => value);
  }

  /** Forgets the upload; its parts' files are the caller's to keep or remove. */
  forget(uploadId: string): void {
    for (const { key } of [...this.#parts.entries(`${uploadId}/`)]) this.#parts.delete(key);
    this.#uploads.delete(uploadId);
  }

  ofBucket(bucket: string): Upload[] {
    return Array.from(this.#uploads.entries(), ({ value }) => value).filter((upload) => upload.bucket === bucket);
  }

  *allPieces(): Iterable<Piece> {
    for (const { value } of this.#parts.entries()) yield value.piece;
  }

  bytesUsed(bucket: string): number {
    let bytes = 0;
    for (const upload of this.ofBucket(bucket))
      for (const part of this.parts(upload.uploadId)) bytes += part.piece.size;
    return bytes;
  }
}
