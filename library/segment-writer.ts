import { BLOCK_BYTES, blocksInPage, pageOf, ZERO_BLOCK_SHA256 } from './block.ts';
import { encodeBlock, type Level } from './block-encoding.ts';
import { BlockPage } from './block-page.ts';
import { writeIndexes } from './index-batches.ts';
import type { Library } from './library.ts';
import { DEFAULT_PACK_BYTES, MAX_PACK_BYTES } from './pack-buffer.ts';
import { PackStream } from './pack-stream.ts';
import { type PageEntry, writePageObject } from './page-object.ts';
import { ParentPages } from './parent-pages.ts';
import { RecordTable } from './record-table.ts';
import { releaseBytes } from './release-bytes.ts';
import { SegmentChanges } from './segment-changes.ts';
import { refuseCondemned, type VolumeMap } from './volume-map.ts';
import type { WrittenPack } from './written-packs.ts';

export interface SegmentOptions {
  /** Blocks of the whole volume. */
  readonly volumeBlocks: number;
  /** The map pages that this segment owns, each whole. */
  readonly pages: readonly number[];
  /** The same volume's map that blocks are first compared with. */
  readonly parent?: VolumeMap | undefined;
  /** What the blocks are that are never added: zero (a full), or what they are in the parent (changed blocks only). */
  readonly unlisted: 'zero' | 'parent';
  /** zstd 1 or 3; 3 is the default. */
  readonly level?: Level;
  /** 16 MiB unless told, 32 at most. */
  readonly packBytes?: number;
  /** Buffers of a pack's size; 2: one fills while one is uploaded. */
  readonly openPacks?: number;
}

export interface SegmentCounters {
  /** Blocks that came with data, whatever became of them. */
  readonly read: number;
  readonly zero: number;
  readonly sameAsParent: number;
  readonly deduplicated: number;
  readonly stored: number;
  /** Bytes of the stored blocks before and after compression. */
  readonly plainBytes: number;
  readonly encodedBytes: number;
  /** Bytes of every object that was written. */
  readonly storedBytes: number;
}

/** JSON-safe. */
export interface SegmentResult {
  /** Every page of the segment, ascending. */
  readonly pages: readonly PageEntry[];
  readonly counters: SegmentCounters;
  /** Of condemned packs, as this writer knew it. */
  readonly generation: number;
  /** New ones. */
  readonly packs: readonly WrittenPack[];
}

/** What one of several writers of the same pages leaves to the one that writes the pages. Structured-cloneable. */
export interface SegmentBlocks {
  readonly records: Uint8Array;
  readonly counters: SegmentCounters;
  readonly generation: number;
  readonly packs: readonly WrittenPack[];
}

export interface AddedBlock {
  readonly outcome: 'zero' | 'same-as-parent' | 'deduplicated' | 'stored';
  /** Bytes in the pack; 0 unless stored. */
  readonly storedBytes: number;
}

const ZERO: AddedBlock = { outcome: 'zero', storedBytes: 0 };
const SAME: AddedBlock = { outcome: 'same-as-parent', storedBytes: 0 };
const DEDUPLICATED: AddedBlock = { outcome: 'deduplicated', storedBytes: 0 };

const PAGES_AT_ONCE = 8;

/** Writes one segment of one volume, on one thread. See `openSegmentWriter`. */
export class SegmentWriter {
  readonly #library: Library;
  readonly #options: SegmentOptions;
  readonly #pages: ReadonlySet<number>;
  readonly #parent: ParentPages | undefined;
  readonly #packs: PackStream;
  readonly #changes = new SegmentChanges();
  /** Blocks of this segment's own packs: for nobody else until they are in the index. */
  readonly #own = new RecordTable({ words: 4, chunkBits: 9 });
  #generation: number;
  readonly #written: WrittenPack[] = [];
  readonly #counters = {
    read: 0,
    zero: 0,
    sameAsParent: 0,
    deduplicated: 0,
    stored: 0,
    plainBytes: 0,
    encodedBytes: 0,
    storedBytes: 0,
  };

  constructor(library: Library, options: SegmentOptions) {
    const { parent, packBytes = DEFAULT_PACK_BYTES, openPacks = 2 } = options;
    if (packBytes > MAX_PACK_BYTES) throw new RangeError(`packs of ${packBytes} bytes are too large`);
    if (options.unlisted === 'parent' && !parent)
      throw new RangeError('blocks cannot be as in a parent: none is given');
    if (parent) refuseCondemned(library, parent);
    this.#library = library;
    this.#options = options;
    this.#pages = new Set(options.pages);
    for (const page of this.#pages) {
      if (blocksInPage(options.volumeBlocks, page) === 0) throw new RangeError(`the volume has no page ${page}`);
    }
    this.#parent = parent && new ParentPages(library, parent);
    this.#packs = new PackStream(library, { packBytes, openPacks });
    this.#generation = library.index.generation;
  }

  /** Blocks and bytes so far. */
  get counters(): SegmentCounters {
    return { ...this.#counters };
  }

  /** Whether `add` may be called for this block at once. */
  ready(blockIndex: number): boolean {
    return this.#packs.ready && (this.#parent?.has(pageOf(blockIndex)) ?? true);
  }

  /** Waits for a free pack buffer and for the parent's page; throws what an upload threw. */
  async prepare(blockIndex: number): Promise<void> {
    while (!this.ready(blockIndex)) {
      await this.#packs.prepare();
      await this.#parent?.load(pageOf(blockIndex));
    }
  }

  /**
   * Takes one block; `plain` is free for reuse on return. `sha` is SHA-256 of it, which the caller has compared with
   * what it read. Only while `ready(blockIndex)` is true.
   */
  add(blockIndex: number, plain: Uint8Array, sha: Uint8Array): AddedBlock {
    if (plain.length !== BLOCK_BYTES) throw new RangeError(`a block of ${plain.length} bytes`);
    if (ZERO_BLOCK_SHA256.equals(sha)) {
      this.addZero(blockIndex);
      this.#counters.read++;
      return ZERO;
    }
    if (!this.ready(blockIndex)) throw new Error(`block ${blockIndex} was added before the writer was ready for it`);
    const id = this.#library.keys.blockId(sha);
    // what the parent names but the library has lost is stored again: so a backup that reads all of it heals
    const isSame = this.#parent?.id(blockIndex)?.equals(id);
    const known = this.#isKnown(id) ? (isSame ? SAME : DEDUPLICATED) : undefined;
    this.#give(blockIndex, id);
    this.#counters.read++;
    if (known === SAME) this.#counters.sameAsParent++;
    else if (known) this.#counters.deduplicated++;
    return known ?? this.#store(id, plain);
  }

  /** A block that is known to be zero without having been read: gone from the second of two snapshots. */
  addZero(blockIndex: number): void {
    this.#give(blockIndex, undefined);
    this.#counters.zero++;
  }

  /** `prepare` and `add`. `plain` is the writer's until the promise resolves. */
  async write(blockIndex: number, plain: Uint8Array, sha: Uint8Array): Promise<AddedBlock> {
    // again and again: another of the caller's fetchers may have filled the last buffer in the meantime
    while (!this.ready(blockIndex)) await this.prepare(blockIndex);
    return this.add(blockIndex, plain, sha);
  }

  /**
   * Packs and index, no pages: for threads that share the pages of a volume. What each of them answers goes to `adopt`
   * of one writer, which ends with `finish`.
   */
  async finishBlocks(): Promise<SegmentBlocks> {
    await this.#finishPacks();
    const [counters, generation, packs] = [this.counters, this.#generation, this.#written];
    return { records: this.#changes.records(), counters, generation, packs };
  }

  /** Takes over the blocks of another writer of the same pages, which has written their packs and index. */
  adopt({ records, counters, generation, packs }: SegmentBlocks): void {
    this.#changes.adopt(records);
    for (const name of Object.keys(counters) as (keyof SegmentCounters)[]) this.#counters[name] += counters[name];
    this.#generation = Math.min(this.#generation, generation);
    for (const pack of packs) this.#written.push(pack);
  }

  /** Packs, then index, then pages: what is written refers only to what was written before. */
  async finish(): Promise<SegmentResult> {
    await this.#finishPacks();
    const pages = await this.#writePages();
    return { pages, counters: this.counters, generation: this.#generation, packs: this.#written };
  }

  /** Waits for what is being uploaded and gives the buffers back. */
  async abort(): Promise<void> {
    await this.#packs.abort();
  }

  async #finishPacks(): Promise<void> {
    const packs = await this.#packs.end();
    for (const { id, size } of packs) {
      this.#counters.storedBytes += size;
      this.#written.push({ id: id.toString('hex'), bytes: size });
    }
    this.#counters.storedBytes += (await writeIndexes(this.#library, packs)).bytes;
  }

  #isKnown(id: Buffer): boolean {
    return this.#own.find(id) >= 0 || this.#library.index.table.has(id);
  }

  #give(blockIndex: number, id: Buffer | undefined): void {
    if (!this.#pages.has(pageOf(blockIndex)) || blockIndex >= this.#options.volumeBlocks)
      throw new RangeError(`block ${blockIndex} is not in this segment`);
    this.#changes.set(blockIndex, id);
  }

  #store(id: Buffer, plain: Uint8Array): AddedBlock {
    const block = encodeBlock(plain, this.#options.level ?? 'default');
    const storedBytes = this.#packs.append(id, block);
    this.#own.put(id, []);
    this.#counters.stored++;
    this.#counters.plainBytes += plain.length;
    this.#counters.encodedBytes += block.bytes.length;
    if (block.bytes !== plain) releaseBytes(block.bytes);
    return { outcome: 'stored', storedBytes };
  }

  async #writePages(): Promise<PageEntry[]> {
    const changes = this.#changes.byPage();
    const numbers = [...this.#pages].sort((a, b) => a - b);
    const entries: PageEntry[] = [];
    let next = 0;
    const write = async (): Promise<void> => {
      for (let at = next++; at < numbers.length; at = next++) {
        const page = numbers[at] as number;
        entries[at] = await this.#writePage(page, changes.get(page) ?? []);
      }
    };
    await Promise.all(Array.from({ length: PAGES_AT_ONCE }, write));
    return entries;
  }

  async #writePage(number: number, records: readonly number[]): Promise<PageEntry> {
    const blockCount = blocksInPage(this.#options.volumeBlocks, number);
    const inParent = this.#options.parent?.pages[number];
    const asParent = this.#options.unlisted === 'parent' && inParent !== undefined;
    const sameSize = this.#parent?.blockCount(number) === blockCount;
    if (asParent && sameSize && records.length === 0) return inParent;
    const page =
      asParent && this.#parent ? (await this.#parent.get(number)).resized(blockCount) : new BlockPage(blockCount);
    this.#changes.apply(page, records);
    if (sameSize && inParent && (await this.#isAsInParent(page, inParent))) return inParent;
    const { entry, storedBytes } = await writePageObject(this.#library, number, page);
    this.#counters.storedBytes += storedBytes;
    return entry;
  }

  /** Whether the parent's page will do: it may have another name, written under another generation. */
  async #isAsInParent(page: BlockPage, { page: number, id, dataBlocks }: PageEntry): Promise<boolean> {
    if (page.dataBlocks !== dataBlocks || this.#library.index.isPageCondemned(id)) return false;
    return dataBlocks === 0 || ((await this.#parent?.get(number))?.equals(page) ?? false);
  }
}

/**
 * A writer for the blocks of some pages of one volume. Add blocks in any order, each at most once:
 * `while (!writer.ready(i)) await writer.prepare(i); writer.add(i, plain, sha)`. Zero blocks and known ones cost no space.
 */
export const openSegmentWriter = (library: Library, options: SegmentOptions): SegmentWriter =>
  new SegmentWriter(library, options);
