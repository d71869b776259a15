import { blocksInPage, PAGE_BLOCKS, pageOf } from './block.ts';
import type { BlockPage } from './block-page.ts';
import type { Library } from './library.ts';
import { readPage, type VolumeMap } from './volume-map.ts';

/** 128 KiB each at most. */
const PAGES_KEPT = 64;

/** The parent map's pages, those used last kept in memory. */
export class ParentPages {
  readonly #library: Library;
  readonly #parent: VolumeMap;
  readonly #pages = new Map<number, BlockPage>();
  readonly #loading = new Map<number, Promise<BlockPage>>();

  constructor(library: Library, parent: VolumeMap) {
    this.#library = library;
    this.#parent = parent;
  }

  /** Whether `id` can answer for this block at once. */
  has(page: number): boolean {
    return this.#isKnownZero(page) || this.#pages.has(page);
  }

  /** The block's id in the parent; undefined for zero, also beyond the parent's end. The page must be there. */
  id(blockIndex: number): Buffer | undefined {
    const number = pageOf(blockIndex);
    const page = this.#pages.get(number);
    if (page) {
      const at = blockIndex - number * PAGE_BLOCKS;
      return at < page.blockCount ? page.id(at) : undefined;
    }
    if (!this.#isKnownZero(number)) throw new Error(`the parent's page ${number} was not prepared`);
    return undefined;
  }

  async load(page: number): Promise<void> {
    if (!this.#isKnownZero(page)) await this.get(page);
  }

  async get(number: number): Promise<BlockPage> {
    const known = this.#pages.get(number);
    if (known) {
      this.#keep(number, known);
      return known;
    }
    let loading = this.#loading.get(number);
    if (!loading) {
      loading = readPage(this.#library, this.#parent, number).finally(() => this.#loading.delete(number));
      this.#loading.set(number, loading);
    }
    const page = await loading;
    this.#keep(number, page);
    return page;
  }

  /** How many blocks of that page the parent has. */
  blockCount(page: number): number {
    return blocksInPage(this.#parent.blockCount, page);
  }

  #isKnownZero(page: number): boolean {
    const entry = this.#parent.pages[page];
    return !entry || entry.id === 'zero';
  }

  #keep(number: number, page: BlockPage): void {
    this.#pages.delete(number);
    this.#pages.set(number, page);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= PAGES_KEPT) break;
      this.#pages.delete(oldest);
    }
  }
}
