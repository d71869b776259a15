import type { EncodedBlock } from './block-encoding.ts';
import type { Library } from './library.ts';
import type { PackBuffer } from './pack-buffer.ts';
import type { PackContents } from './pack-contents.ts';
import { putFresh } from './put-fresh.ts';

/** Fills packs and uploads each full one while the next fills, in a bounded number of buffers. */
export class PackStream {
  readonly #library: Library;
  readonly #packBytes: number;
  readonly #most: number;
  readonly #uploads = new Set<Promise<void>>();
  readonly #done: PackContents[] = [];
  #open: PackBuffer | undefined;
  #error: unknown;

  constructor(library: Library, { packBytes, openPacks }: { packBytes: number; openPacks: number }) {
    this.#library = library;
    this.#packBytes = packBytes;
    this.#most = openPacks;
  }

  /** Whether `append` may be called at once. */
  get ready(): boolean {
    return this.#error === undefined && (this.#open !== undefined || this.#uploads.size < this.#most);
  }

  /** Waits until it is ready; throws what an upload threw. */
  async prepare(): Promise<void> {
    while (!this.ready) {
      this.#check();
      await Promise.race(this.#uploads);
    }
  }

  /** Returns the bytes that the block takes in its pack. */
  append(id: Buffer, block: EncodedBlock): number {
    this.#check();
    if (!this.#open) {
      if (this.#uploads.size >= this.#most) throw new Error('every pack buffer is being uploaded: prepare first');
      this.#open = this.#library.packBuffers.take(this.#packBytes);
      this.#open.begin(this.#library.keys, this.#library.random);
    }
    const length = this.#open.append(id, block);
    if (this.#open.full) this.#upload();
    return length;
  }

  /** Uploads what is open, waits for all, and tells what was written. */
  async end(): Promise<readonly PackContents[]> {
    if (this.#open && this.#error === undefined) this.#upload();
    await Promise.all(this.#uploads);
    this.#check();
    return this.#done;
  }

  /** Leaves what was uploaded for prune. */
  async abort(): Promise<void> {
    this.#error ??= new Error('this segment was aborted');
    if (this.#open) this.#library.packBuffers.give(this.#open);
    this.#open = undefined;
    await Promise.all(this.#uploads);
  }

  #check(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  #upload(): void {
    const buffer = this.#open as PackBuffer;
    this.#open = undefined;
    const upload = this.#put(buffer).then(
      () => this.#library.packBuffers.give(buffer),
      // its memory is left to the collector: whoever failed to send it may still refer to it
      (error: unknown) => {
        this.#error ??= error;
      },
    );
    this.#uploads.add(upload);
    void upload.finally(() => this.#uploads.delete(upload));
  }

  async #put(buffer: PackBuffer): Promise<void> {
    const { name, object, contents } = buffer.end();
    const versionId = await putFresh(this.#library.store, name, object);
    this.#done.push({ ...contents, versionId });
  }
}
