import type { Table } from '../kernel/store.ts';

const PAGE_BITS = 4_096;

/**
 * Which blocks of a volume may have changed since its last snapshot. On disk before the write that it announces, so
 * that a write cut short by a kill is known too.
 */
export class DirtyBlocks {
  readonly #table: Table<Uint8Array>;
  readonly #volumeId: string;
  readonly #pages = new Map<number, Uint8Array>();

  constructor(table: Table<Uint8Array>, volumeId: string) {
    this.#table = table;
    this.#volumeId = volumeId;
    for (const { key, value } of table.entries(`${volumeId}/`)) {
      this.#pages.set(Number(key.slice(volumeId.length + 1)), new Uint8Array(value));
    }
  }

  get count(): number {
    let count = 0;
    for (const page of this.#pages.values()) for (const byte of page) count += ones(byte);
    return count;
  }

  has(index: number): boolean {
    const byte = this.#pages.get(Math.floor(index / PAGE_BITS))?.[(index % PAGE_BITS) >> 3] ?? 0;
    return (byte & (1 << (index & 7))) !== 0;
  }

  /** Marks blocks `first` to `last`, both included. */
  mark(first: number, last: number): void {
    for (let page = Math.floor(first / PAGE_BITS); page <= Math.floor(last / PAGE_BITS); page++) {
      const bits = this.#pages.get(page) ?? new Uint8Array(PAGE_BITS / 8);
      let changed = false;
      const from = Math.max(first - page * PAGE_BITS, 0);
      const to = Math.min(last - page * PAGE_BITS, PAGE_BITS - 1);
      for (let bit = from; bit <= to; bit++) {
        const before = bits[bit >> 3] ?? 0;
        const after = before | (1 << (bit & 7));
        if (after === before) continue;
        bits[bit >> 3] = after;
        changed = true;
      }
      if (!changed) continue;
      this.#pages.set(page, bits);
      this.#table.put(this.#key(page), Buffer.from(bits));
    }
  }

  /** Runs of dirty blocks in order, none longer than `longest` blocks. */
  *runs(longest: number): Generator<{ first: number; count: number }> {
    const pages = [...this.#pages.keys()].sort((a, b) => a - b);
    let first = -1;
    let count = 0;
    for (const page of pages) {
      for (let bit = 0; bit < PAGE_BITS; bit++) {
        const index = page * PAGE_BITS + bit;
        if (!this.has(index)) continue;
        if (count > 0 && index === first + count && count < longest) {
          count++;
          continue;
        }
        if (count > 0) yield { first, count };
        first = index;
        count = 1;
      }
    }
    if (count > 0) yield { first, count };
  }

  clear(): void {
    for (const page of this.#pages.keys()) this.#table.delete(this.#key(page));
    this.#pages.clear();
  }

  #key(page: number): string {
    return `${this.#volumeId}/${String(page).padStart(6, '0')}`;
  }
}

const ones = (byte: number): number => {
  let left = byte;
  let count = 0;
  for (; left; left &= left - 1) count++;
  return count;
};
