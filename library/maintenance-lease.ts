import { asBuffer } from './byte-cursor.ts';
import { CorruptObject, LibraryBusy, MaintenanceTakenOver } from './errors.ts';
import type { Library } from './library.ts';
import { pruneName } from './names.ts';
import { openObject, SALT_BYTES, sealObject } from './seal.ts';

/** Who maintains a library (prune, repair): the record of the highest number counts. JSON in a sealed object. */
export interface MaintenanceRecord {
  readonly state: 'held' | 'free';
  readonly holder: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The last generation of condemned objects whose deletion was done. */
  readonly completed: number;
}

export interface LeaseInput {
  /** The order's id: the same holder takes its own lease again, which ends what its earlier try still does. */
  readonly holder: string;
  /** Only where the earlier holder is known to have ended: takes the lease from whoever has it. */
  readonly takeOver?: boolean;
}

const numbersOf = async ({ store }: Library): Promise<number[]> => {
  const numbers: number[] = [];
  for await (const { key } of store.list('prune/')) {
    const number = Number(key.slice('prune/'.length));
    if (Number.isInteger(number) && pruneName(number) === key) numbers.push(number);
  }
  return numbers.sort((a, b) => b - a);
};

export const readMaintenanceRecord = async (
  library: Library,
  number: number,
): Promise<MaintenanceRecord | undefined> => {
  const key = pruneName(number);
  const found = await library.store.get(key);
  if (!found) return undefined;
  const content = openObject(library.keys, 'prune', key, found.bytes);
  try {
    return JSON.parse(content.toString('utf8'));
  } catch (cause) {
    throw new CorruptObject({ key, kind: 'prune', check: 'no JSON', cause });
  }
};

export interface LatestRecord {
  /** 0 where there is none. */
  readonly number: number;
  readonly record: MaintenanceRecord | undefined;
}

/** The record in force. One that cannot be read is nobody's: all that it may cost is to do a deletion again. */
export const latestMaintenanceRecord = async (library: Library): Promise<LatestRecord> => {
  for (;;) {
    const [number] = await numbersOf(library);
    if (number === undefined) return { number: 0, record: undefined };
    try {
      const record = await readMaintenanceRecord(library, number);
      if (record) return { number, record };
    } catch (error) {
      if (!(error instanceof CorruptObject)) throw error;
      return { number, record: undefined };
    }
  }
};

/** Held by one process at a time; each change of hands is one create-only PUT of the next number. */
export class MaintenanceLease {
  readonly #library: Library;
  readonly #holder: string;
  #number: number;
  #completed: number;

  constructor(library: Library, holder: string, number: number, completed: number) {
    this.#library = library;
    this.#holder = holder;
    this.#number = number;
    this.#completed = completed;
  }

  get completed(): number {
    return this.#completed;
  }

  /** The records before this one, which mean nothing any more. */
  async older(): Promise<string[]> {
    return (await numbersOf(this.#library)).filter((number) => number < this.#number).map(pruneName);
  }

  /** Before every step that cannot be taken back. Throws `MaintenanceTakenOver`. */
  async check(): Promise<void> {
    const [highest = 0] = await numbersOf(this.#library);
    if (highest !== this.#number) throw new MaintenanceTakenOver(`${this.#holder} no longer maintains this library`);
  }

  async complete(generation: number): Promise<void> {
    await this.#put('held', generation);
  }

  async release(): Promise<void> {
    await this.#put('free', this.#completed);
  }

  async #put(state: MaintenanceRecord['state'], completed: number): Promise<void> {
    const number = this.#number + 1;
    const record = { state, holder: this.#holder, at: this.#library.now(), completed };
    if (!(await putRecord(this.#library, number, record)))
      throw new MaintenanceTakenOver(`${this.#holder} no longer maintains this library`);
    this.#number = number;
    this.#completed = completed;
  }
}

/** False if another took the number. */
const putRecord = async (library: Library, number: number, record: MaintenanceRecord): Promise<boolean> => {
  const { store, keys, random } = library;
  const key = pruneName(number);
  const object = sealObject(keys, 'prune', key, random(SALT_BYTES), Buffer.from(JSON.stringify(record), 'utf8'));
  const { outcome } = await store.putNew(key, object);
  if (outcome === 'created') return true;
  // our own, if the first answer was lost: the salt is ours alone
  const there = await store.get(key);
  return there !== undefined && asBuffer(there.bytes).equals(object);
};

/** Throws `LibraryBusy` where another holds it. */
export const takeMaintenanceLease = async (
  library: Library,
  { holder, takeOver = false }: LeaseInput,
): Promise<MaintenanceLease> => {
  for (;;) {
    const { number, record } = await latestMaintenanceRecord(library);
    if (record?.state === 'held' && record.holder !== holder && !takeOver)
      throw new LibraryBusy(record.holder, record.at);
    const completed = record?.completed ?? 0;
    const at = library.now();
    if (await putRecord(library, number + 1, { state: 'held', holder, at, completed }))
      return new MaintenanceLease(library, holder, number + 1, completed);
    if (takeOver) throw new LibraryBusy('another', at);
  }
};
