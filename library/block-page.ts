import { PAGE_BLOCKS } from './block.ts';
import { ByteReader, ByteWriter, MalformedContent } from './byte-cursor.ts';

const ID_BYTES = 32;

/** The block ids of up to 4,096 consecutive blocks. A block of zeros has none. */
export class BlockPage {
  readonly blockCount: number;
  readonly #ids: Buffer;
  readonly #present: Uint8Array;
  #dataBlocks = 0;

  constructor(blockCount: number) {
    this.blockCount = blockCount;
    this.#ids = Buffer.alloc(blockCount * ID_BYTES);
    this.#present = new Uint8Array(blockCount);
  }

  /** Blocks that are not zero. */
  get dataBlocks(): number {
    return this.#dataBlocks;
  }

  /** `at` counts within the page. A view, or undefined for a block of zeros. */
  id(at: number): Buffer | undefined {
    return this.#present[at] ? this.#ids.subarray(at * ID_BYTES, (at + 1) * ID_BYTES) : undefined;
  }

  equals(other: BlockPage): boolean {
    return this.#ids.equals(other.#ids) && Buffer.from(this.#present.buffer).equals(other.#present);
  }

  isZero(at: number): boolean {
    return !this.#present[at];
  }

  set(at: number, id: Buffer | undefined): void {
    if (at >= this.blockCount) throw new RangeError(`block ${at} of a page of ${this.blockCount}`);
    this.#dataBlocks += (id ? 1 : 0) - (this.#present[at] as number);
    this.#present[at] = id ? 1 : 0;
    if (id) id.copy(this.#ids, at * ID_BYTES, 0, ID_BYTES);
    else this.#ids.fill(0, at * ID_BYTES, (at + 1) * ID_BYTES);
  }

  /** This page as one of `blockCount` blocks: what a volume grew by is zero. */
  resized(blockCount: number): BlockPage {
    const page = new BlockPage(blockCount);
    for (let at = 0; at < Math.min(blockCount, this.blockCount); at++) page.set(at, this.id(at));
    return page;
  }

  /**
   * There is one content for each page and variant: runs of zeros and ids in turn, each as long as it can be. The variant
   * says nothing of the blocks: it gives the same page another name.
   */
  encode(variant = 0): Buffer {
    const content = new ByteWriter().u16(this.blockCount).u16(variant);
    for (let at = 0; at < this.blockCount; ) {
      const data = this.#runEnd(at, 0);
      const end = this.#runEnd(data, 1);
      content.u16(data - at).u16(end - data);
      content.bytes(this.#ids.subarray(data * ID_BYTES, end * ID_BYTES));
      at = end;
    }
    return content.done();
  }

  /** Throws `MalformedContent`, also for content that `encode` would not have made. */
  static decode(content: Buffer): BlockPage {
    const reader = new ByteReader(content);
    const blockCount = reader.u16();
    reader.u16(); // the variant says nothing of the blocks
    if (blockCount < 1 || blockCount > PAGE_BLOCKS) throw new MalformedContent(`a page of ${blockCount} blocks`);
    const page = new BlockPage(blockCount);
    for (let at = 0; at < blockCount; ) {
      const zeros = reader.u16();
      const ids = reader.u16();
      const last = at + zeros + ids === blockCount;
      if (at + zeros + ids > blockCount || (zeros === 0 && at > 0) || (ids === 0 && !last))
        throw new MalformedContent('its runs are not as long as they can be');
      const start = at + zeros;
      reader.bytes(ids * ID_BYTES).copy(page.#ids, start * ID_BYTES);
      page.#present.fill(1, start, start + ids);
      page.#dataBlocks += ids;
      at = start + ids;
    }
    reader.end();
    return page;
  }

  #runEnd(from: number, present: number): number {
    let at = from;
    while (at < this.blockCount && this.#present[at] === present) at++;
    return at;
  }
}
