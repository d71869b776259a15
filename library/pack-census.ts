import { RANDOM_ID_BYTES } from './names.ts';
import { RecordTable } from './record-table.ts';

const NONE = -1;

/** Every pack that is listed or named by an index, by a number of its own; some 60 bytes each. */
export class PackCensus {
  readonly #ids = new RecordTable({ words: RANDOM_ID_BYTES / 4, chunkBits: 10 });
  /** Bytes of the object that a listing showed, or -1. */
  readonly listedSize: number[] = [];
  /** What an index object, or else the pack itself, says; -1 where neither was read. */
  readonly size: number[] = [];
  readonly blocks: number[] = [];
  /** Its number in the table of blocks, or -1. */
  readonly tableNumber: number[] = [];
  /** Whether an index object names it. */
  readonly indexed: boolean[] = [];
  /** Whether it is in the library, listed or, hidden in a versioned bucket, by its version. */
  readonly present: boolean[] = [];
  /** Whether the generation in force names it. */
  readonly condemned: boolean[] = [];
  /** Where the store keeps versions. */
  readonly versionIds = new Map<number, string>();
  readonly #byTableNumber: number[] = [];

  get count(): number {
    return this.size.length;
  }

  find(id: Buffer): number {
    return this.#ids.find(id);
  }

  /** The pack's number, a new one if it was not known. */
  at(id: Buffer): number {
    const known = this.#ids.find(id);
    if (known >= 0) return known;
    const pack = this.#ids.put(id, []);
    this.listedSize[pack] = NONE;
    this.size[pack] = NONE;
    this.blocks[pack] = 0;
    this.tableNumber[pack] = NONE;
    this.indexed[pack] = false;
    this.present[pack] = false;
    this.condemned[pack] = false;
    return pack;
  }

  setTableNumber(pack: number, tableNumber: number): void {
    this.tableNumber[pack] = tableNumber;
    this.#byTableNumber[tableNumber] = pack;
  }

  ofTable(tableNumber: number): number {
    return this.#byTableNumber[tableNumber] as number;
  }

  id(pack: number): string {
    const id = Buffer.alloc(RANDOM_ID_BYTES);
    for (let word = 0; word < RANDOM_ID_BYTES / 4; word++) id.writeUInt32LE(this.#ids.get(pack, word), word * 4);
    return id.toString('hex');
  }

  /** Condemned and taken out of the index: a prune or repair was about to delete it. */
  isDropped(pack: number): boolean {
    return (this.condemned[pack] && !this.indexed[pack]) as boolean;
  }

  /** Bytes of the object, as well as it is known. */
  bytes(pack: number): number {
    const listed = this.listedSize[pack] as number;
    return listed >= 0 ? listed : Math.max(0, this.size[pack] as number);
  }

  *[Symbol.iterator](): Generator<number> {
    for (let pack = 0; pack < this.count; pack++) yield pack;
  }
}
