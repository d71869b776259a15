import { BLOCK_BYTES } from './block.ts';
import type { EncodedBlock } from './block-encoding.ts';
import { asBuffer } from './byte-cursor.ts';
import { packName, RANDOM_ID_BYTES } from './names.ts';
import {
  ENTRY_BYTES,
  MAX_PACK_BLOCKS,
  PACK_INDEX_POSITION,
  type PackContents,
  TRAILER_BYTES,
  TRAILER_MAGIC,
  writeEntry,
} from './pack-contents.ts';
import type { Random } from './recovery-key.ts';
import { releaseBytes } from './release-bytes.ts';
import { Frames, SALT_BYTES, TAG_BYTES } from './seal.ts';
import type { TenantKeys } from './tenant-key-ring.ts';

/** A pack is closed when it holds this much, so that it ends between this and half a MiB more. */
export const DEFAULT_PACK_BYTES = 16 * 1024 * 1024;
export const MAX_PACK_BYTES = 32 * 1024 * 1024;

/** Memory for one pack after the other. Touched pages cost, so buffers are kept and handed on, also between segments. */
export class PackBuffer {
  readonly packBytes: number;
  readonly #bytes: Buffer;
  readonly #entries = Buffer.alloc(MAX_PACK_BLOCKS * ENTRY_BYTES);
  #id: Buffer = Buffer.alloc(0);
  #frames: Frames | undefined;
  #keyNumber = 0;
  #salt: Buffer = Buffer.alloc(0);
  #length = 0;
  #blocks = 0;

  constructor(packBytes: number) {
    this.packBytes = packBytes;
    const lastBlock = BLOCK_BYTES + TAG_BYTES;
    this.#bytes = Buffer.allocUnsafeSlow(packBytes + lastBlock + this.#entries.length + TAG_BYTES + TRAILER_BYTES);
  }

  get blocks(): number {
    return this.#blocks;
  }

  get full(): boolean {
    return this.#length >= this.packBytes || this.#blocks === MAX_PACK_BLOCKS;
  }

  /** Begins a new pack with an id and a key that were never used. */
  begin(keys: TenantKeys, random: Random): void {
    this.#id = asBuffer(random(RANDOM_ID_BYTES));
    this.#salt = asBuffer(random(SALT_BYTES));
    this.#keyNumber = keys.current;
    this.#frames = new Frames(keys, 'pack', this.name, { keyNumber: this.#keyNumber, salt: this.#salt });
    this.#length = this.#frames.header.copy(this.#bytes);
    this.#blocks = 0;
  }

  get name(): string {
    return packName(this.#id.toString('hex'));
  }

  /** Returns the bytes that the block takes. */
  append(id: Buffer, { encoding, bytes }: EncodedBlock): number {
    const length = this.#begun().sealInto(this.#bytes, this.#length, this.#blocks, bytes);
    writeEntry(this.#entries, this.#blocks * ENTRY_BYTES, id, length, encoding);
    this.#length += length;
    this.#blocks++;
    return length;
  }

  /** Ends the pack: its own index and the trailer. `object` is this buffer's memory until the next `begin`. */
  end(): { readonly name: string; readonly object: Buffer; readonly contents: PackContents } {
    const entries = Buffer.from(this.#entries.subarray(0, this.#blocks * ENTRY_BYTES));
    const sealed = this.#begun().sealInto(this.#bytes, this.#length, PACK_INDEX_POSITION, entries);
    const trailer = this.#length + sealed;
    this.#bytes.writeUInt32LE(sealed, trailer);
    this.#bytes.writeUInt32LE(this.#blocks, trailer + 4);
    TRAILER_MAGIC.copy(this.#bytes, trailer + 8);
    const size = trailer + TRAILER_BYTES;
    this.#frames = undefined;
    return {
      name: this.name,
      object: this.#bytes.subarray(0, size),
      contents: { id: this.#id, size, keyNumber: this.#keyNumber, salt: this.#salt, versionId: undefined, entries },
    };
  }

  /** Gives the memory back. Not to be used afterwards. */
  release(): void {
    releaseBytes(this.#bytes);
  }

  #begun(): Frames {
    if (!this.#frames) throw new Error('no pack was begun');
    return this.#frames;
  }
}

/** Pack buffers of a thread. A fresh one costs 4,000 page faults, some 1 % of what it takes to fill it. */
export class PackBufferPool {
  readonly #free: PackBuffer[] = [];
  readonly #isKept: boolean;

  /**
   * `releases` gives memory back after each pack: the next one's grows as it fills, instead of standing whole beside the
   * one on its way. Only where the store refers to no bytes that it has written.
   */
  constructor({ releases = false }: { readonly releases?: boolean } = {}) {
    this.#isKept = !releases;
  }

  take(packBytes: number): PackBuffer {
    const at = this.#free.findIndex((buffer) => buffer.packBytes === packBytes);
    return (at >= 0 && this.#free.splice(at, 1)[0]) || new PackBuffer(packBytes);
  }

  give(buffer: PackBuffer): void {
    if (!this.#isKept) buffer.release();
    else if (this.#free.length < 4) this.#free.push(buffer);
  }
}
