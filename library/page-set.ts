import { RecordTable } from './record-table.ts';

/** Ids of pages, some 25 bytes each. As keyed hashes they are told apart by their first 16 bytes. */
export class PageSet {
  readonly #pages = new RecordTable({ words: 4, chunkBits: 10 });

  get size(): number {
    return this.#pages.size;
  }

  has(id: string): boolean {
    return this.#pages.find(Buffer.from(id, 'hex')) >= 0;
  }

  /** Whether it is new. */
  add(id: string): boolean {
    const key = Buffer.from(id, 'hex');
    if (this.#pages.find(key) >= 0) return false;
    this.#pages.put(key, []);
    return true;
  }
}
