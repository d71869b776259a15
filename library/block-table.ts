import { BitSet } from './bit-set.ts';
import { RANDOM_ID_BYTES } from './names.ts';
import type { PackContents } from './pack-contents.ts';
import { ENTRY_BYTES, entryEncoding, entryLength } from './pack-contents.ts';
import { RecordTable, type SharedRecordTable, type TableMemory } from './record-table.ts';
import { HEADER_BYTES } from './seal.ts';

export interface SharedBlockTable {
  readonly blocks: SharedRecordTable;
  readonly packs: SharedRecordTable;
  readonly packVersions: ReadonlyMap<number, string>;
  /** How many packs there were. */
  readonly packCount: number;
}

/** Where a block is kept. `pack` is this table's own number of the pack. */
export interface BlockLocation {
  readonly pack: number;
  readonly position: number;
  readonly offset: number;
  readonly length: number;
  readonly encoding: number;
}

/** What is needed to read from a pack. */
export interface PackPlace {
  readonly id: string;
  readonly keyNumber: number;
  readonly salt: Buffer;
  readonly versionId: string | undefined;
}

// a block: 16 bytes of its id, pack, offset and encoding, position and length: 28 bytes and 5 to 11 of slots
const [PACK, OFFSET, PLACE] = [4, 5, 6];
const BLOCK_LAYOUT = { words: 7, chunkBits: 14 };
const LENGTH_BITS = 20;
// a pack: id, state, key number, salt
const [STATE, KEY_NUMBER, SALT] = [4, 5, 6];
const PACK_LAYOUT = { words: 14, chunkBits: 10 };
const [OK, CONDEMNED, GONE] = [0, 1, 2];
/** Records are never used again: above this many of packs that are gone, the table is to be built anew. */
const MOST_GONE = 2 ** 20;

/**
 * Block id → place, for all blocks of a library, at 28 to 48 bytes a block, in shared memory. Ids are compared by their
 * first 16 bytes: they are keyed hashes, so nobody can make two that agree, and readers check all 32.
 *
 * When other packs are condemned, all is read into it again (`beginReload`, every pack, `endReload`) while other threads
 * go on with it: a second table of a large library would not fit beside the first.
 */
export class BlockTable {
  readonly #blocks: RecordTable;
  readonly #packs: RecordTable;
  readonly #packVersions: Map<number, string>;
  /** Packs that the owner adds later are not this view's: it may lack their memory, and does lack their versions. */
  readonly #packLimit: number;
  #condemned: ReadonlySet<string> = new Set();
  /** While all is read again: the packs that came so far. */
  #named: BitSet | undefined;
  #isWorn = false;

  constructor(shared?: SharedBlockTable, memory?: TableMemory) {
    this.#blocks = new RecordTable(shared?.blocks ?? BLOCK_LAYOUT, memory);
    this.#packs = new RecordTable(shared?.packs ?? PACK_LAYOUT, memory);
    this.#packVersions = new Map(shared?.packVersions);
    this.#packLimit = shared?.packCount ?? Number.POSITIVE_INFINITY;
  }

  /** Different ones, those of packs that are gone since included. */
  get blocks(): number {
    return this.#blocks.size;
  }

  get packs(): number {
    return this.#packs.size;
  }

  get bytes(): number {
    return this.#blocks.bytes + this.#packs.bytes;
  }

  share(): SharedBlockTable {
    return {
      blocks: this.#blocks.share(),
      packs: this.#packs.share(),
      packVersions: this.#packVersions,
      packCount: this.#packs.records,
    };
  }

  /** Whether half of it and more is of packs that are gone. */
  get isWorn(): boolean {
    return this.#isWorn;
  }

  /** The block's entry, or -1. Blocks of condemned packs are found: they can still be read. */
  find(id: Buffer): number {
    const entry = this.#blocks.find(id);
    return entry >= 0 && this.#stateOf(entry) !== GONE ? entry : -1;
  }

  /** The same for writers: what is in a condemned pack is as good as absent. */
  has(id: Buffer): boolean {
    const entry = this.#blocks.find(id);
    return entry >= 0 && this.#stateOf(entry) === OK;
  }

  /** Whether an index object names the pack. */
  hasPack(id: Buffer): boolean {
    const pack = this.#packs.find(id);
    return pack >= 0 && pack < this.#packLimit && this.#packs.get(pack, STATE) !== GONE;
  }

  location(entry: number): BlockLocation {
    const offset = this.#blocks.get(entry, OFFSET);
    const place = this.#blocks.get(entry, PLACE);
    return {
      pack: this.#blocks.get(entry, PACK),
      offset: offset & 0x7fff_ffff,
      encoding: offset >>> 31,
      position: place >>> LENGTH_BITS,
      length: place & (2 ** LENGTH_BITS - 1),
    };
  }

  pack(number: number): PackPlace {
    const words = Buffer.alloc(RANDOM_ID_BYTES + 32);
    for (let word = 0; word < 4; word++) words.writeUInt32LE(this.#packs.get(number, word), word * 4);
    for (let word = 0; word < 8; word++) words.writeUInt32LE(this.#packs.get(number, SALT + word), 16 + word * 4);
    return {
      id: words.toString('hex', 0, 16),
      keyNumber: this.#packs.get(number, KEY_NUMBER),
      salt: words.subarray(16),
      versionId: this.#packVersions.get(number),
    };
  }

  /**
   * Adds a pack's blocks; a block that is known in a pack that is not condemned stays where it is. Returns its number, the
   * same if it was added before.
   */
  addPack(contents: PackContents): number {
    const pack = this.#addPack(contents);
    const { entries } = contents;
    let offset = HEADER_BYTES;
    for (let at = 0, position = 0; at < entries.length; at += ENTRY_BYTES, position++) {
      const id = entries.subarray(at, at + 32);
      const length = entryLength(entries, at);
      if (this.#isBetter(pack, id)) {
        const where = (offset | (entryEncoding(entries, at) << 31)) >>> 0;
        this.#blocks.put(id, [pack, where, ((position << LENGTH_BITS) | length) >>> 0]);
      }
      offset += length;
    }
    return pack;
  }

  /**
   * From now on these packs are condemned; all packs that there are have to be added again. One that was condemned and is
   * not any more stays absent for writers until it has come.
   */
  beginReload(condemned: ReadonlySet<string>): void {
    this.#condemned = condemned;
    this.#named = new BitSet();
    for (let pack = 0; pack < this.#packs.records; pack++)
      if (condemned.has(this.#idOf(pack))) this.#packs.set(pack, STATE, CONDEMNED);
  }

  /**
   * All have come: what did not is gone. False if that includes packs that other copies of blocks were passed over for:
   * then all has to be read once more.
   */
  endReload(): boolean {
    const named = this.#named;
    if (!named) throw new Error('nothing was begun');
    this.#named = undefined;
    let complete = true;
    for (let pack = 0; pack < this.#packs.records; pack++) {
      if (named.has(pack)) continue;
      if (this.#packs.get(pack, STATE) === OK) complete = false;
      this.#packs.set(pack, STATE, GONE);
    }
    let gone = 0;
    for (let entry = 0; entry < this.#blocks.records; entry++) if (this.#stateOf(entry) === GONE) gone++;
    this.#isWorn = gone > MOST_GONE && gone > this.#blocks.records / 2;
    return complete;
  }

  /** To be called before any pack is added. */
  setCondemned(packIds: ReadonlySet<string>): void {
    this.#condemned = packIds;
  }

  /** Empties a table in memory of its `own`. */
  release(): void {
    this.#blocks.release();
    this.#packs.release();
    this.#packVersions.clear();
  }

  /** Of the block's pack. One that this view does not know is as good as gone. */
  #stateOf(entry: number): number {
    const pack = this.#blocks.get(entry, PACK);
    return pack < this.#packLimit ? this.#packs.get(pack, STATE) : GONE;
  }

  /** Whether the block is to be read from this pack instead of where it is known to be. */
  #isBetter(pack: number, id: Buffer): boolean {
    const entry = this.#blocks.find(id);
    if (entry < 0) return true;
    const known = this.#blocks.get(entry, PACK);
    if (known === pack) return false;
    const state = this.#packs.get(known, STATE);
    if (state !== CONDEMNED) return state === GONE;
    return this.#packs.get(pack, STATE) === OK || this.#named?.has(known) === false;
  }

  #idOf(pack: number): string {
    const words = Buffer.alloc(RANDOM_ID_BYTES);
    for (let word = 0; word < 4; word++) words.writeUInt32LE(this.#packs.get(pack, word), word * 4);
    return words.toString('hex');
  }

  #addPack({ id, keyNumber, salt, versionId }: PackContents): number {
    const state = this.#condemned.has(id.toString('hex')) ? CONDEMNED : OK;
    let pack = this.#packs.find(id);
    if (pack < 0) {
      const saltWords = Array.from({ length: 8 }, (_, word) => salt.readUInt32LE(word * 4));
      pack = this.#packs.put(id, [state, keyNumber, ...saltWords]);
      if (versionId !== undefined) this.#packVersions.set(pack, versionId);
    } else if (this.#packs.get(pack, STATE) !== state) this.#packs.set(pack, STATE, state);
    this.#named?.add(pack);
    return pack;
  }
}
