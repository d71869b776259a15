import { RANDOM_ID_BYTES } from './names.ts';
import type { PackContents } from './pack-contents.ts';
import { ENTRY_BYTES, entryEncoding, entryLength } from './pack-contents.ts';
import { RecordTable, type SharedRecordTable } from './record-table.ts';
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
const CONDEMNED = 1;

/**
 * Block id → place, for all blocks of a library, at 28 to 48 bytes a block, in shared memory. Ids are compared by their
 * first 16 bytes: they are keyed hashes, so nobody can make two that agree, and readers check all 32.
 */
export class BlockTable {
  readonly #blocks: RecordTable;
  readonly #packs: RecordTable;
  readonly #packVersions: Map<number, string>;
  /** Packs that the owner adds later are not this view's: it may lack their memory, and does lack their versions. */
  readonly #packLimit: number;
  #condemned: ReadonlySet<string> = new Set();

  constructor(shared?: SharedBlockTable) {
    this.#blocks = new RecordTable(shared?.blocks ?? BLOCK_LAYOUT);
    this.#packs = new RecordTable(shared?.packs ?? PACK_LAYOUT);
    this.#packVersions = new Map(shared?.packVersions);
    this.#packLimit = shared?.packCount ?? Number.POSITIVE_INFINITY;
  }

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

  /** The block's entry, or -1. Blocks of condemned packs are found: they can still be read. */
  find(id: Buffer): number {
    const entry = this.#blocks.find(id);
    return entry >= 0 && this.#blocks.get(entry, PACK) < this.#packLimit ? entry : -1;
  }

  /** The same for writers: what is in a condemned pack is as good as absent. */
  has(id: Buffer): boolean {
    const entry = this.find(id);
    return entry >= 0 && !this.#isCondemned(this.#blocks.get(entry, PACK));
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
      id: words.subarray(0, 16).toString('hex'),
      keyNumber: this.#packs.get(number, KEY_NUMBER),
      salt: words.subarray(16),
      versionId: this.#packVersions.get(number),
    };
  }

  /** Adds a pack's blocks; a block that is known in a pack that is not condemned stays where it is. Returns its number. */
  addPack(contents: PackContents): number {
    const pack = this.#addPack(contents);
    const { entries } = contents;
    let offset = HEADER_BYTES;
    for (let at = 0, position = 0; at < entries.length; at += ENTRY_BYTES, position++) {
      const id = entries.subarray(at, at + 32);
      const length = entryLength(entries, at);
      if (!this.has(id)) {
        const where = (offset | (entryEncoding(entries, at) << 31)) >>> 0;
        this.#blocks.put(id, [pack, where, ((position << LENGTH_BITS) | length) >>> 0]);
      }
      offset += length;
    }
    return pack;
  }

  /** To be called before any pack is added. */
  setCondemned(packIds: ReadonlySet<string>): void {
    this.#condemned = packIds;
  }

  #isCondemned(pack: number): boolean {
    return this.#packs.get(pack, STATE) === CONDEMNED;
  }

  #addPack({ id, keyNumber, salt, versionId }: PackContents): number {
    const known = this.#packs.find(id);
    if (known >= 0) return known;
    const saltWords = Array.from({ length: 8 }, (_, word) => salt.readUInt32LE(word * 4));
    const state = this.#condemned.has(id.toString('hex')) ? CONDEMNED : 0;
    const pack = this.#packs.put(id, [state, keyNumber, ...saltWords]);
    if (versionId !== undefined) this.#packVersions.set(pack, versionId);
    return pack;
  }
}
