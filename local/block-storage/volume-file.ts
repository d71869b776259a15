import { readSync, writeSync } from 'node:fs';
import type { Table } from '../kernel/store.ts';
import { BLOCK_SIZE, isZero, zeros } from './block-size.ts';
import { DirtyBlocks } from './dirty-blocks.ts';
import type { Manifests } from './manifests.ts';
import type { OpenFiles } from './open-files.ts';
import { punchHole } from './punch-holes.ts';
import { Turns } from './turns.ts';

export interface VolumeRecord {
  /** Bytes. */
  readonly size: number;
  /** The manifest of the last snapshot, or of the one that the volume was made from. */
  readonly base?: string;
}

/** A volume as one raw sparse file, exactly as long as the volume, so that any tool can read and hash it. */
export class VolumeFile {
  readonly id: string;
  readonly path: string;
  readonly turns = new Turns();
  readonly dirty: DirtyBlocks;
  readonly #files: OpenFiles;
  readonly #records: Table<VolumeRecord>;
  readonly #manifests: Manifests;

  constructor(id: string, path: string, deps: VolumeDeps) {
    this.id = id;
    this.path = path;
    this.#files = deps.files;
    this.#records = deps.records;
    this.#manifests = deps.manifests;
    this.dirty = new DirtyBlocks(deps.dirty, id);
  }

  get record(): VolumeRecord {
    const record = this.#records.get(this.id);
    if (!record) throw new Error(`volume ${this.id} has no file`);
    return record;
  }

  /** After a snapshot: that is what later changes are changes against. */
  rebase(manifest: string): void {
    const { base, size } = this.record;
    if (base === manifest) return;
    this.#manifests.retain(manifest, this.id);
    this.#records.put(this.id, { size, base: manifest });
    this.dirty.clear();
    if (base !== undefined) this.#manifests.release(base, this.id);
  }

  /** Whether a block may hold anything but zeros. */
  mayHold(index: number, base = this.record.base): boolean {
    return this.dirty.has(index) || this.#manifests.ref(base, index) !== 0;
  }

  /** Fills `into` from `offset`; what lies past the end reads as zeros. */
  read(offset: number, into: Buffer): void {
    const got = readSync(this.#files.descriptor(this.path), into, 0, into.length, offset);
    if (got < into.length) into.fill(0, got);
  }

  /** Writes without marking: for filling a new volume. */
  fill(offset: number, data: Buffer): void {
    writeSync(this.#files.descriptor(this.path), data, 0, data.length, offset);
  }

  /** A guest's write inside one block. The caller has the turn. */
  write(offset: number, data: Buffer): 'written' | 'zeroed' | 'hole' {
    const index = Math.floor(offset / BLOCK_SIZE);
    const zero = data.length === BLOCK_SIZE && isZero(data);
    if (zero && !this.mayHold(index)) return 'hole';
    this.dirty.mark(index, index);
    this.fill(offset, data);
    return zero ? 'zeroed' : 'written';
  }

  /** A guest's discard: reads as zeros from now on; whole blocks take no more room. The caller has the turn. */
  async discard(offset: number, length: number): Promise<void> {
    const end = Math.min(offset + length, this.record.size);
    const firstWhole = Math.ceil(offset / BLOCK_SIZE);
    const lastWhole = Math.floor(end / BLOCK_SIZE);
    if (firstWhole > lastWhole) return this.#zero(offset, end);
    this.#zero(offset, firstWhole * BLOCK_SIZE);
    for (const run of this.#held(firstWhole, lastWhole)) {
      this.dirty.mark(run.first, run.first + run.count - 1);
      const from = run.first * BLOCK_SIZE;
      const to = from + run.count * BLOCK_SIZE;
      if (!(await punchHole(this.path, from, to - from))) this.#zero(from, to);
    }
    this.#zero(lastWhole * BLOCK_SIZE, end);
  }

  /** Gives the room of blocks back that still are zero. The caller has the turn. */
  async free(first: number, count: number): Promise<void> {
    const block = Buffer.allocUnsafe(BLOCK_SIZE);
    for (let index = first; index < first + count; index++) {
      this.read(index * BLOCK_SIZE, block);
      if (!isZero(block)) return;
    }
    await punchHole(this.path, first * BLOCK_SIZE, count * BLOCK_SIZE);
  }

  *#held(from: number, to: number): Generator<{ first: number; count: number }> {
    const { base } = this.record;
    let first = -1;
    for (let index = from; index <= to; index++) {
      const held = index < to && this.mayHold(index, base);
      if (held && first < 0) first = index;
      if (!held && first >= 0) {
        yield { first, count: index - first };
        first = -1;
      }
    }
  }

  #zero(from: number, to: number): void {
    for (let at = from; at < to; ) {
      const length = Math.min(BLOCK_SIZE - (at % BLOCK_SIZE), to - at);
      const index = Math.floor(at / BLOCK_SIZE);
      if (this.mayHold(index)) {
        this.dirty.mark(index, index);
        this.fill(at, zeros(length));
      }
      at += length;
    }
  }
}

export interface VolumeDeps {
  readonly files: OpenFiles;
  readonly records: Table<VolumeRecord>;
  readonly dirty: Table<Uint8Array>;
  readonly manifests: Manifests;
}
