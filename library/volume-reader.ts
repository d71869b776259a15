import { BLOCK_BYTES, PAGE_BLOCKS, pageOf } from './block.ts';
import type { BlockPage } from './block-page.ts';
import { isLoss, type LossError, MissingObject } from './errors.ts';
import { type FetchedRange, fetchRange } from './fetch-range.ts';
import type { Library } from './library.ts';
import { PackFrames } from './pack-frames.ts';
import { openBlock } from './pack-object.ts';
import { canReadRange } from './range-reader.ts';
import { planRanges, type ReadRange, type WantedBlock } from './read-plan.ts';
import { releaseBytes } from './release-bytes.ts';
import { TAG_BYTES } from './seal.ts';
import { readPage, type VolumeMap } from './volume-map.ts';

export interface ReadBlock {
  /** In the volume. */
  readonly index: number;
  /** 524,288 bytes: the caller's own if it came from `takeBuffer`, otherwise shared by blocks of equal content. */
  readonly plain: Buffer;
  /** SHA-256 of it, verified. */
  readonly sha: Buffer;
}

/** Some neighbouring blocks within one page of a volume, half-open. */
export interface BlockRun {
  readonly from: number;
  readonly to: number;
}

export interface LostBlock {
  readonly index: number;
  readonly error: LossError;
}

export interface ReaderOptions {
  /** Of one ranged read; 4 MiB. */
  readonly rangeBytes?: number;
  /** Reads under way while one is decoded; 2. Memory is bounded by `rangeBytes` times one more. */
  readonly rangesAhead?: number;
  /** Where `blocks` puts each block: 524,288 bytes, the caller's again once it has them. Without it each is new memory. */
  readonly takeBuffer?: () => Buffer;
  /** `plain` is the reader's own and good until the next block is asked for: nothing is copied. */
  readonly lend?: boolean;
  /** Where ranges are read to, kept by the caller from one `blocks` to the next. Without it, given back after each. */
  readonly memory?: Buffer[];
  /** Told of each block that cannot be read; reading goes on. Without it the first one throws. */
  readonly onLost?: (lost: LostBlock) => void;
}

type Place = Pick<WantedBlock, 'table' | 'location'>;

interface OpenedBlock {
  readonly plain: Buffer;
  readonly sha: Buffer;
}

/** Long enough for S3's first byte (some 20 ms) not to matter, short enough to have three of them in each thread. */
const RANGE_BYTES = 4 * 1024 * 1024;

const NO_MEMORY = Buffer.alloc(0);

const notIndexed = (id: Buffer): MissingObject =>
  new MissingObject({ key: id.toString('hex'), kind: 'block' }, 'no index object names it');

/** Reads one volume of one recovery point, every block verified against its id. See `openVolumeReader`. */
export class VolumeReader {
  readonly #library: Library;
  readonly #map: VolumeMap;
  readonly #options: ReaderOptions;
  readonly #frames: PackFrames;
  readonly #rangeBytes: number;
  /** For ranges of `blocks`, used again and again. */
  readonly #memory: Buffer[];
  #refreshed = false;
  /** The page read last: runs of one page come one after the other. */
  #page: { readonly number: number; readonly page: BlockPage } | undefined;

  constructor(library: Library, map: VolumeMap, options: ReaderOptions) {
    this.#library = library;
    this.#map = map;
    this.#options = options;
    this.#frames = new PackFrames(library.keys);
    this.#rangeBytes = options.rangeBytes ?? RANGE_BYTES;
    this.#memory = options.memory ?? [];
  }

  /** Every block with data of these pages or runs, each once, in an order that is good for reading packs. */
  async *blocks(parts: Iterable<number | BlockRun>): AsyncGenerator<ReadBlock> {
    const { rangesAhead = 2 } = this.#options;
    const ahead: Promise<FetchedRange>[] = [];
    try {
      for await (const range of this.#ranges(parts)) {
        const fetching = fetchRange(this.#library.store, range, this.#memory.pop() ?? this.#newMemory());
        // Its failure is thrown when its turn comes; until then nobody waits for it, which would end the thread.
        fetching.catch(() => undefined);
        ahead.push(fetching);
        if (ahead.length > rangesAhead) yield* this.#decode(await (ahead.shift() as Promise<FetchedRange>));
      }
      while (ahead.length > 0) yield* this.#decode(await (ahead.shift() as Promise<FetchedRange>));
    } finally {
      for (const fetched of await Promise.allSettled(ahead))
        if (fetched.status === 'fulfilled') this.#memory.push(fetched.value.memory);
      if (!this.#options.memory) for (const memory of this.#memory.splice(0)) releaseBytes(memory);
    }
  }

  /** One block, or undefined where the volume is zero. */
  async block(index: number): Promise<ReadBlock | undefined> {
    const page = await this.page(pageOf(index));
    const id = page.id(index % PAGE_BLOCKS);
    if (!id) return undefined;
    const place = await this.#find(id);
    const block = place ? await this.#readAt({ index, id, ...place }) : this.#lost(index, notIndexed(id));
    return block && { index, ...block };
  }

  async *#ranges(parts: Iterable<number | BlockRun>): AsyncGenerator<ReadRange> {
    for (const part of parts) {
      const number = typeof part === 'number' ? part : pageOf(part.from);
      if (this.#map.pages[number]?.id === 'zero') continue;
      const first = number * PAGE_BLOCKS;
      const run = typeof part === 'number' ? { from: first, to: first + PAGE_BLOCKS } : part;
      const wanted = await this.#wanted(number, run);
      yield* planRanges(wanted, this.#rangeBytes);
    }
  }

  async #wanted(number: number, { from, to }: BlockRun): Promise<WantedBlock[]> {
    const first = number * PAGE_BLOCKS;
    const page = await this.page(number).catch((error: unknown) => {
      if (!isLoss(error) || !this.#options.onLost) throw error;
      return error;
    });
    const wanted: WantedBlock[] = [];
    if (page instanceof Error) {
      // which of its blocks had data is lost with it: all of them are named
      for (let index = from; index < Math.min(to, this.#map.blockCount); index++) this.#lost(index, page);
      return wanted;
    }
    for (let at = from - first; at < Math.min(to - first, page.blockCount); at++) {
      const id = page.id(at);
      if (!id) continue;
      const place = this.#lookUp(id) ?? (await this.#find(id));
      if (place) wanted.push({ index: first + at, id, ...place });
      else this.#lost(first + at, notIndexed(id));
    }
    return wanted;
  }

  /** One of the volume's pages; the one read last is kept. */
  async page(number: number): Promise<BlockPage> {
    if (this.#page?.number !== number) this.#page = { number, page: await readPage(this.#library, this.#map, number) };
    return this.#page.page;
  }

  #lookUp(id: Buffer): Place | undefined {
    const { table } = this.#library.index;
    const entry = table.find(id);
    return entry < 0 ? undefined : { table, location: table.location(entry) };
  }

  /** An index that was loaded earlier may lack what was written since: it is brought up to date once. */
  async #find(id: Buffer): Promise<Place | undefined> {
    const place = this.#lookUp(id);
    if (place || this.#refreshed) return place;
    this.#refreshed = true;
    await this.#library.index.refresh();
    return this.#lookUp(id);
  }

  /** Room for a range, or for a block that alone is longer than one may be. Empty where the store cannot read into it. */
  #newMemory(): Buffer {
    const { store } = this.#library;
    return Buffer.allocUnsafeSlow(canReadRange(store) ? Math.max(this.#rangeBytes, BLOCK_BYTES + TAG_BYTES) : 0);
  }

  async *#decode(fetched: FetchedRange): AsyncGenerator<ReadBlock> {
    let last: { readonly offset: number; readonly block: OpenedBlock } | undefined;
    let refreshed = false;
    try {
      for (const wanted of fetched.range.blocks) {
        const { index, location } = wanted;
        if (last?.offset === location.offset) {
          yield this.#handOut(index, last.block);
          continue;
        }
        if (last) this.#letGo(last.block);
        last = undefined;
        try {
          const block = this.#open(fetched, wanted);
          last = { offset: location.offset, block };
        } catch (error) {
          if (!isLoss(error)) throw error;
          // prune may have moved the block since the index was read
          if (!refreshed) await this.#library.index.refresh();
          refreshed = true;
          const block = await this.#readElsewhere(wanted, fetched.range.pack.id, error);
          if (block) {
            yield this.#handOut(index, block);
            this.#letGo(block);
          }
          continue;
        }
        yield this.#handOut(index, last.block);
      }
    } finally {
      if (last) this.#letGo(last.block);
      this.#memory.push(fetched.memory);
    }
  }

  #handOut(index: number, { plain, sha }: OpenedBlock): ReadBlock {
    const target = this.#options.takeBuffer?.();
    if (!target) return { index, plain, sha };
    plain.copy(target);
    return { index, plain: target, sha };
  }

  /** What was handed out as it is belongs to the caller. */
  #letGo({ plain }: OpenedBlock): void {
    if (this.#options.takeBuffer || this.#options.lend) releaseBytes(plain);
  }

  #open({ range, bytes }: FetchedRange, { id, location }: WantedBlock): OpenedBlock {
    if (bytes instanceof Error) throw bytes;
    const start = location.offset - range.start;
    const sealed = bytes.subarray(start, start + location.length);
    const { position, encoding } = location;
    const frames = this.#frames.of(range.pack);
    return openBlock(this.#library.keys, frames, { position, sealed, encoding, id });
  }

  async #readElsewhere({ index, id }: WantedBlock, from: string, error: LossError): Promise<OpenedBlock | undefined> {
    const place = this.#lookUp(id);
    if (!place || place.table.pack(place.location.pack).id === from) return this.#lost(index, error);
    return this.#readAt({ index, id, ...place });
  }

  async #readAt(wanted: WantedBlock): Promise<OpenedBlock | undefined> {
    const [range] = planRanges([wanted], 0);
    try {
      return this.#open(await fetchRange(this.#library.store, range as ReadRange, NO_MEMORY), wanted);
    } catch (error) {
      if (!isLoss(error)) throw error;
      return this.#lost(wanted.index, error);
    }
  }

  #lost(index: number, error: LossError): undefined {
    if (!this.#options.onLost) throw error;
    this.#options.onLost({ index, error });
  }
}

/**
 * A reader of `map`. Its library's index should be fresh: `library.index.refresh()`, on the thread that shares it.
 */
export const openVolumeReader = (library: Library, map: VolumeMap, options: ReaderOptions = {}): VolumeReader =>
  new VolumeReader(library, map, options);
