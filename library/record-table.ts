/** The memory of a `RecordTable`, as another thread may see it. */
export interface SharedRecordTable {
  readonly words: number;
  readonly chunkBits: number;
  readonly chunks: readonly SharedArrayBuffer[];
  readonly slots: SharedArrayBuffer;
}

const FIRST_SLOTS = 1024;
/** Fuller makes probing slow; and at 3/4, growing peaks at 16 bytes a record for old and new slots together. */
const FULLEST = 0.75;
const KEY_WORDS = 4;

/** `shared` with other threads; or this thread's `own`, which `release` gives back at once. */
export type TableMemory = 'shared' | 'own';

/**
 * Fixed-size records of 32-bit words, found by their first four words (16 bytes that are already
 * uniformly distributed: keyed hashes or random ids). One thread writes; any number read at the same time: once a slot
 * points at a record nothing of it changes but what `set` sets, and what a reader's view lacks it just does not find.
 */
export class RecordTable {
  readonly #words: number;
  readonly #chunkBits: number;
  readonly #chunks: Uint32Array[];
  readonly #memory: TableMemory;
  #slots: Uint32Array;
  #records = 0;
  #keys = 0;

  constructor(
    layout: { readonly words: number; readonly chunkBits: number } | SharedRecordTable,
    memory: TableMemory = 'shared',
  ) {
    this.#memory = memory;
    this.#words = layout.words;
    this.#chunkBits = layout.chunkBits;
    this.#chunks = 'chunks' in layout ? layout.chunks.map((chunk) => new Uint32Array(chunk)) : [];
    this.#slots = 'slots' in layout ? new Uint32Array(layout.slots) : this.#newWords(FIRST_SLOTS);
  }

  /** Different keys that were put. */
  get size(): number {
    return this.#keys;
  }

  get records(): number {
    return this.#records;
  }

  get bytes(): number {
    return this.#slots.byteLength + this.#chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  }

  share(): SharedRecordTable {
    if (this.#memory === 'own') throw new TypeError('a table in memory of its own cannot be shared');
    return {
      words: this.#words,
      chunkBits: this.#chunkBits,
      chunks: this.#chunks.map((chunk) => chunk.buffer as SharedArrayBuffer),
      slots: this.#slots.buffer as SharedArrayBuffer,
    };
  }

  /** The record's number, or -1. `key` holds the 16 bytes at its start. */
  find(key: Buffer): number {
    const found = Atomics.load(this.#slots, this.#slotOf(this.#slots, key)) - 1;
    return found >> this.#chunkBits < this.#chunks.length ? found : -1;
  }

  get(record: number, word: number): number {
    const chunk = this.#chunks[record >> this.#chunkBits] as Uint32Array;
    return chunk[this.#at(record) + word] as number;
  }

  /** Changes a word of a record, before the eyes of all who read it. */
  set(record: number, word: number, value: number): void {
    Atomics.store(this.#chunks[record >> this.#chunkBits] as Uint32Array, this.#at(record) + word, value);
  }

  /** Appends a record and lets its key point at it, instead of at an earlier record of the same key. */
  put(key: Buffer, rest: readonly number[]): number {
    if (this.#keys + 1 > this.#slots.length * FULLEST) this.#grow();
    const record = this.#records;
    if (record >> this.#chunkBits >= this.#chunks.length)
      this.#chunks.push(this.#newWords(this.#words * 2 ** this.#chunkBits));
    const chunk = this.#chunks[record >> this.#chunkBits] as Uint32Array;
    const at = this.#at(record);
    for (let word = 0; word < KEY_WORDS; word++) chunk[at + word] = key.readUInt32LE(word * 4);
    for (let word = 0; word < rest.length; word++) chunk[at + KEY_WORDS + word] = rest[word] as number;
    this.#records++;
    const slot = this.#slotOf(this.#slots, key);
    if (this.#slots[slot] === 0) this.#keys++;
    Atomics.store(this.#slots, slot, record + 1);
    return record;
  }

  /** Empties the table and gives its memory back: the collector would see it late, being outside of its heap. */
  release(): void {
    for (const words of [...this.#chunks.splice(0), this.#slots]) this.#giveBack(words);
    this.#slots = this.#newWords(FIRST_SLOTS);
    this.#records = 0;
    this.#keys = 0;
  }

  #newWords(count: number): Uint32Array {
    return new Uint32Array(this.#memory === 'shared' ? new SharedArrayBuffer(count * 4) : new ArrayBuffer(count * 4));
  }

  #giveBack({ buffer }: Uint32Array): void {
    if (buffer instanceof ArrayBuffer) buffer.transfer(0);
  }

  #at(record: number): number {
    return (record & (2 ** this.#chunkBits - 1)) * this.#words;
  }

  /** Where the key is, or the empty slot where it would go. */
  #slotOf(slots: Uint32Array, key: Buffer): number {
    const k0 = key.readUInt32LE(0);
    const k1 = key.readUInt32LE(4);
    const k2 = key.readUInt32LE(8);
    const k3 = key.readUInt32LE(12);
    const mask = slots.length - 1;
    for (let slot = k0 & mask; ; slot = (slot + 1) & mask) {
      const record = Atomics.load(slots, slot) - 1;
      if (record < 0) return slot;
      const chunk = this.#chunks[record >> this.#chunkBits];
      if (!chunk) continue; // of a chunk that this view does not have
      const at = this.#at(record);
      if (chunk[at] === k0 && chunk[at + 1] === k1 && chunk[at + 2] === k2 && chunk[at + 3] === k3) return slot;
    }
  }

  #grow(): void {
    const slots = this.#newWords(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (const entry of this.#slots) {
      if (entry === 0) continue;
      let slot = this.get(entry - 1, 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry;
    }
    this.#giveBack(this.#slots);
    this.#slots = slots;
  }
}
