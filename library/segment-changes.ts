import { PAGE_BLOCKS, pageOf } from './block.ts';
import type { BlockPage } from './block-page.ts';

const RECORD_BYTES = 36;
const ZERO_ID = Buffer.alloc(32);

/** Which blocks a segment was given, and their ids: 36 bytes a block, in the order of their coming. */
export class SegmentChanges {
  readonly #given = new Map<number, Uint8Array>();
  #records: Buffer = Buffer.alloc(64 * RECORD_BYTES);
  #count = 0;

  /** Undefined for a block of zeros. Throws if the block was given before. */
  set(blockIndex: number, id: Buffer | undefined): void {
    this.#markGiven(blockIndex);
    if ((this.#count + 1) * RECORD_BYTES > this.#records.length)
      this.#records = Buffer.concat([this.#records, Buffer.alloc(this.#records.length)]);
    const at = this.#count++ * RECORD_BYTES;
    this.#records.writeUInt32LE(blockIndex, at);
    (id ?? ZERO_ID).copy(this.#records, at + 4, 0, 32);
  }

  /** All of them, for another writer's `adopt`: a copy. */
  records(): Uint8Array {
    return new Uint8Array(this.#records.subarray(0, this.#count * RECORD_BYTES));
  }

  /** Takes over what another writer's `records` gave. Throws if one of them was given here too. */
  adopt(records: Uint8Array): void {
    const from = Buffer.from(records.buffer, records.byteOffset, records.byteLength);
    for (let at = 0; at < from.length; at += RECORD_BYTES) {
      const id = from.subarray(at + 4, at + RECORD_BYTES);
      this.set(from.readUInt32LE(at), id.equals(ZERO_ID) ? undefined : id);
    }
  }

  /** The places of each page's records, to be applied page by page. */
  byPage(): Map<number, number[]> {
    const pages = new Map<number, number[]>();
    for (let record = 0; record < this.#count; record++) {
      const page = pageOf(this.#records.readUInt32LE(record * RECORD_BYTES));
      const places = pages.get(page);
      if (places) places.push(record);
      else pages.set(page, [record]);
    }
    return pages;
  }

  apply(page: BlockPage, records: readonly number[]): void {
    for (const record of records) {
      const at = record * RECORD_BYTES;
      const id = this.#records.subarray(at + 4, at + RECORD_BYTES);
      page.set(this.#records.readUInt32LE(at) % PAGE_BLOCKS, id.equals(ZERO_ID) ? undefined : id);
    }
  }

  #markGiven(blockIndex: number): void {
    const page = pageOf(blockIndex);
    let bits = this.#given.get(page);
    if (!bits) {
      bits = new Uint8Array(PAGE_BLOCKS / 8);
      this.#given.set(page, bits);
    }
    const byte = (blockIndex % PAGE_BLOCKS) >> 3;
    const bit = 1 << (blockIndex & 7);
    if ((bits[byte] as number) & bit) throw new RangeError(`block ${blockIndex} was given twice`);
    bits[byte] = (bits[byte] as number) | bit;
  }
}
