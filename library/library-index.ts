import type { ObjectStore } from '../core/ports/object-store.ts';
import { BlockTable, type SharedBlockTable } from './block-table.ts';
import { type Condemned, latestGeneration, NOTHING_CONDEMNED, readCondemned } from './condemned.ts';
import { MissingObject } from './errors.ts';
import { openIndex } from './index-object.ts';
import { indexName } from './names.ts';
import type { PackContents } from './pack-contents.ts';
import type { TenantKeys } from './tenant-key-ring.ts';

export interface SharedLibraryIndex {
  readonly table: SharedBlockTable;
  readonly condemned: Condemned;
}

export interface IndexState {
  readonly blocks: number;
  readonly packs: number;
  readonly generation: number;
  readonly indexObjects: number;
}

const READS_AT_ONCE = 4;
const MOST_PASSES = 10;

/** This process's copy of what `index/` and `condemned/` say, brought up to date object by object. */
export class LibraryIndex {
  readonly #store: ObjectStore;
  readonly #keys: TenantKeys;
  #table: BlockTable;
  #condemned: Condemned;
  #condemnedPages: ReadonlySet<string>;
  #loaded = new Set<string>();
  /** A view of another thread's table: to be replaced, not to be written. */
  #foreign: boolean;
  #running: Promise<IndexState> | undefined;
  #next: Promise<IndexState> | undefined;

  constructor(store: ObjectStore, keys: TenantKeys, shared?: SharedLibraryIndex) {
    this.#store = store;
    this.#keys = keys;
    this.#table = new BlockTable(shared?.table);
    this.#condemned = shared?.condemned ?? NOTHING_CONDEMNED;
    this.#condemnedPages = new Set(this.#condemned.pages);
    this.#foreign = shared !== undefined;
  }

  get table(): BlockTable {
    return this.#table;
  }

  /** Of what is condemned, as of the last refresh. */
  get generation(): number {
    return this.#condemned.generation;
  }

  isPageCondemned(id: string): boolean {
    return this.#condemnedPages.has(id);
  }

  isPointCondemned(recoveryPointId: string): boolean {
    return this.#condemned.points.includes(recoveryPointId);
  }

  share(): SharedLibraryIndex {
    return { table: this.#table.share(), condemned: this.#condemned };
  }

  /** Loads what is new: all that was written before the call. */
  refresh(): Promise<IndexState> {
    if (!this.#running) return this.#run();
    // the run that is under way may have listed too early; all who come meanwhile share the next
    this.#next ??= this.#running.then(
      () => this.#run(),
      () => this.#run(),
    );
    return this.#next;
  }

  /** Takes over an index object that this process has just written. */
  add(id: string, packs: readonly PackContents[]): void {
    if (this.#foreign || this.#loaded.has(id)) return;
    for (const pack of packs) this.#table.addPack(pack);
    this.#loaded.add(id);
  }

  #run(): Promise<IndexState> {
    this.#next = undefined;
    const running = this.#refresh().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  async #refresh(): Promise<IndexState> {
    await this.#refreshCondemned();
    // an index that vanishes between listing and reading was merged into one that a new listing shows
    for (let pass = 1; !(await this.#loadNew()); pass++) {
      if (pass === MOST_PASSES)
        throw new MissingObject({ key: 'index/', kind: 'index' }, 'what is listed is not there');
    }
    const { blocks, packs } = this.#table;
    return { blocks, packs, generation: this.generation, indexObjects: this.#loaded.size };
  }

  async #refreshCondemned(): Promise<void> {
    for (;;) {
      const generation = await latestGeneration(this.#store);
      if (generation === this.generation && !this.#foreign) return;
      // a block that prune moved is in two packs: only loading all again, condemned packs known, prefers the living one
      this.#reset();
      if (generation === 0) return;
      const condemned = await readCondemned({ store: this.#store, keys: this.#keys }, generation);
      if (!condemned) continue;
      this.#table.setCondemned(new Set(condemned.packs));
      this.#setCondemned(condemned);
      return;
    }
  }

  #setCondemned(condemned: Condemned): void {
    this.#condemned = condemned;
    this.#condemnedPages = new Set(condemned.pages);
  }

  #reset(): void {
    this.#table = new BlockTable();
    this.#setCondemned(NOTHING_CONDEMNED);
    this.#loaded = new Set();
    this.#foreign = false;
  }

  /** False if an index object vanished on the way. */
  async #loadNew(): Promise<boolean> {
    const fresh: string[] = [];
    for await (const { key } of this.#store.list('index/')) {
      const id = key.slice('index/'.length);
      if (!this.#loaded.has(id)) fresh.push(id);
    }
    let complete = true;
    let next = 0;
    const load = async (): Promise<void> => {
      for (let id = fresh[next++]; id !== undefined; id = fresh[next++]) {
        const found = await this.#store.get(indexName(id));
        if (found) this.add(id, openIndex(this.#keys, id, found.bytes).packs);
        else complete = false;
      }
    };
    await Promise.all(Array.from({ length: READS_AT_ONCE }, load));
    return complete;
  }
}
