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
  /** What is condemned next: in force when all index objects are read under it. */
  #coming: Condemned | undefined;
  /** A view of another thread's table: to be replaced, not to be written. */
  #foreign: boolean;
  readonly #askForFresh: (() => Promise<SharedLibraryIndex>) | undefined;
  #running: Promise<IndexState> | undefined;
  #next: Promise<IndexState> | undefined;

  /** `askForFresh`: has the owner of what is `shared` refresh it; without it, a refresh loads a copy of its own. */
  constructor(
    store: ObjectStore,
    keys: TenantKeys,
    shared?: SharedLibraryIndex,
    askForFresh?: () => Promise<SharedLibraryIndex>,
  ) {
    this.#store = store;
    this.#keys = keys;
    this.#table = new BlockTable(shared?.table);
    this.#condemned = shared?.condemned ?? NOTHING_CONDEMNED;
    this.#condemnedPages = new Set(this.#condemned.pages);
    this.#foreign = shared !== undefined;
    this.#askForFresh = askForFresh;
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

  /** For `askForFresh` of another thread. */
  async shareFresh(): Promise<SharedLibraryIndex> {
    await this.refresh();
    return this.share();
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
    if (this.#foreign && this.#askForFresh) {
      const { table, condemned } = await this.#askForFresh();
      this.#table = new BlockTable(table);
      this.#setCondemned(condemned);
    } else await this.#load();
    const { blocks, packs } = this.#table;
    return { blocks, packs, generation: this.generation, indexObjects: this.#loaded.size };
  }

  async #load(): Promise<void> {
    await this.#refreshCondemned();
    await this.#loadAll();
    while (this.#coming) {
      if (this.#table.endReload()) {
        this.#setCondemned(this.#coming);
        this.#coming = undefined;
      } else {
        this.#beginReload(this.#coming);
        await this.#loadAll();
      }
    }
  }

  /** Where another generation is in force: only reading all again, condemned packs known, finds what prune moved. */
  async #refreshCondemned(): Promise<void> {
    for (;;) {
      const generation = await latestGeneration(this.#store);
      if (generation === (this.#coming ?? this.#condemned).generation && !this.#foreign) return;
      const condemned =
        generation === 0
          ? NOTHING_CONDEMNED
          : await readCondemned({ store: this.#store, keys: this.#keys }, generation);
      if (!condemned) continue;
      this.#beginReload(condemned);
      return;
    }
  }

  #beginReload(condemned: Condemned): void {
    if (this.#foreign || this.#table.isWorn) this.#table = new BlockTable();
    this.#foreign = false;
    this.#loaded = new Set();
    this.#coming = condemned;
    this.#table.beginReload(new Set(condemned.packs));
  }

  #setCondemned(condemned: Condemned): void {
    this.#condemned = condemned;
    this.#condemnedPages = new Set(condemned.pages);
  }

  async #loadAll(): Promise<void> {
    // an index that vanishes between listing and reading was merged into one that a new listing shows
    for (let pass = 1; !(await this.#loadNew()); pass++) {
      if (pass === MOST_PASSES)
        throw new MissingObject({ key: 'index/', kind: 'index' }, 'what is listed is not there');
    }
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
