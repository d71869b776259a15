import type { Store, Table } from '../kernel/store.ts';
import type { BlockFiles } from './block-files.ts';

/** A manifest's page says of 4,096 consecutive blocks which delta holds them; 0: the block is zero. */
export const PAGE_BLOCKS = 4_096;
const PAGES_KEPT = 512;
const MANIFEST_PAGES_PREFIX_DIGITS = 6;

/** What a snapshot consists of, once it is whole. Never changed. */
export interface Manifest {
  /** Numbers of the pages that exist, ascending; the others are all zero. */
  readonly pages: readonly number[];
  /** The deltas that its pages name. */
  readonly deltas: readonly number[];
  /** How many blocks are not zero. */
  readonly used: number;
  /** Snapshots and volumes that need it. */
  readonly users: readonly string[];
}

/** A delta: the blocks that one snapshot brought in, kept in the block files under its name. */
export interface Delta {
  readonly name: string;
  /** A snapshot is still being written into it. */
  readonly open: boolean;
}

const ZERO_PAGE = new Uint32Array(PAGE_BLOCKS);

/** Which block of a snapshot is where; and which blocks are needed by nobody any more. */
export class Manifests {
  readonly #store: Store;
  readonly #manifests: Table<Manifest>;
  readonly #pages: Table<Uint8Array>;
  readonly #deltas: Table<Delta>;
  readonly #files: BlockFiles;
  readonly #names = new Map<number, string>();
  readonly #kept = new Map<string, Uint32Array>();

  constructor(store: Store, files: BlockFiles) {
    this.#store = store;
    this.#files = files;
    this.#manifests = store.table('ebs.manifests');
    this.#pages = store.table('ebs.manifest-pages');
    this.#deltas = store.table('ebs.deltas');
  }

  get(id: string): Manifest {
    const manifest = this.#manifests.get(id);
    if (!manifest) throw new Error(`manifest ${id} is gone although something needs it`);
    return manifest;
  }

  has(id: string): boolean {
    return this.#manifests.get(id) !== undefined;
  }

  /** The page as delta numbers; not to be changed. */
  page(id: string | undefined, page: number): Uint32Array {
    if (id === undefined) return ZERO_PAGE;
    const key = pageKey(id, page);
    const kept = this.#kept.get(key);
    if (kept) return kept;
    const bytes = this.#pages.get(key);
    const refs = bytes ? new Uint32Array(new Uint8Array(bytes).buffer) : ZERO_PAGE;
    this.#kept.set(key, refs);
    if (this.#kept.size > PAGES_KEPT) this.#kept.delete(this.#kept.keys().next().value as string);
    return refs;
  }

  /** The delta that holds a block, 0 if the block is zero. */
  ref(id: string | undefined, index: number): number {
    return this.page(id, Math.floor(index / PAGE_BLOCKS))[index % PAGE_BLOCKS] ?? 0;
  }

  /** Makes a manifest from another's pages (or none) with some replaced. Its first user is `user`. */
  make(id: string, base: string | undefined, replaced: ReadonlyMap<number, Uint32Array>, user: string): Manifest {
    const pages: number[] = [];
    const deltas = new Set<number>();
    let used = 0;
    const numbers = new Set([...(base === undefined ? [] : this.get(base).pages), ...replaced.keys()]);
    for (const number of [...numbers].sort((a, b) => a - b)) {
      const refs = replaced.get(number) ?? this.page(base, number);
      let usedHere = 0;
      for (const ref of refs) {
        if (ref === 0) continue;
        usedHere++;
        deltas.add(ref);
      }
      if (usedHere === 0) continue;
      used += usedHere;
      pages.push(number);
      this.#pages.put(pageKey(id, number), Buffer.from(refs.buffer.slice(0)));
      this.#kept.delete(pageKey(id, number));
    }
    const manifest = { pages, deltas: [...deltas], used, users: [user] };
    this.#manifests.put(id, manifest);
    return manifest;
  }

  retain(id: string, user: string): void {
    const manifest = this.get(id);
    if (!manifest.users.includes(user)) this.#manifests.put(id, { ...manifest, users: [...manifest.users, user] });
  }

  /** Gives a manifest up. Without users it goes, and with it the deltas that no other manifest names. */
  release(id: string, user: string): void {
    const manifest = this.#manifests.get(id);
    if (!manifest) return;
    const users = manifest.users.filter((other) => other !== user);
    if (users.length > 0) {
      this.#manifests.put(id, { ...manifest, users });
      return;
    }
    this.#store.transaction(() => {
      for (const page of manifest.pages) this.#pages.delete(pageKey(id, page));
      this.#manifests.delete(id);
    });
    for (const page of manifest.pages) this.#kept.delete(pageKey(id, page));
    this.collect(manifest.deltas);
  }

  /** A number for a new delta, open until `close`. The same name gets the same number again. */
  openDelta(name: string): number {
    for (const { key, value } of this.#deltas.entries()) if (value.name === name) return Number(key);
    let last = 0;
    for (const { key } of this.#deltas.entries()) last = Number(key);
    this.#deltas.put(String(last + 1).padStart(10, '0'), { name, open: true });
    return last + 1;
  }

  deltaName(number: number): string {
    const kept = this.#names.get(number);
    if (kept !== undefined) return kept;
    const delta = this.#deltas.get(String(number).padStart(10, '0'));
    if (!delta) throw new Error(`delta ${number} is gone although a manifest names it`);
    this.#names.set(number, delta.name);
    return delta.name;
  }

  /** The delta is written, or given up; if no manifest names it, it goes. */
  closeDelta(name: string): void {
    for (const { key, value } of this.#deltas.entries()) {
      if (value.name !== name) continue;
      this.#deltas.put(key, { name, open: false });
      this.collect([Number(key)]);
      return;
    }
  }

  /** Releases users, and closes deltas, that a kill left without their resource; then removes what nobody needs. */
  sweep(isUser: (user: string) => boolean, isWriting: (name: string) => boolean): void {
    for (const { key, value } of [...this.#manifests.entries()]) {
      for (const user of value.users) if (!isUser(user)) this.release(key, user);
    }
    for (const { key, value } of [...this.#deltas.entries()]) {
      if (value.open && !isWriting(value.name)) this.#deltas.put(key, { ...value, open: false });
    }
    this.collect();
  }

  /** Removes those of `deltas` (all, if not given) that are closed and named by no manifest. */
  collect(deltas?: readonly number[]): void {
    const named = new Set<number>();
    for (const { value } of this.#manifests.entries()) for (const delta of value.deltas) named.add(delta);
    const candidates = deltas ?? [...this.#deltas.entries()].map(({ key }) => Number(key));
    for (const number of candidates) {
      const key = String(number).padStart(10, '0');
      const delta = this.#deltas.get(key);
      if (!delta || delta.open || named.has(number)) continue;
      this.#files.remove(delta.name);
      this.#deltas.delete(key);
      this.#names.delete(number);
    }
  }
}

const pageKey = (id: string, page: number): string =>
  `${id}/${String(page).padStart(MANIFEST_PAGES_PREFIX_DIGITS, '0')}`;
