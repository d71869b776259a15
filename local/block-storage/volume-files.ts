import { closeSync, ftruncateSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Store, Table } from '../kernel/store.ts';
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

/** All volumes' files: `<folder>/<volume id>.raw`. */
export class VolumeFiles {
  readonly #folder: string;
  readonly #deps: VolumeDeps;
  readonly #volumes = new Map<string, VolumeFile>();

  constructor(folder: string, store: Store, files: OpenFiles, manifests: Manifests) {
    this.#folder = folder;
    this.#deps = { files, manifests, records: store.table('ebs.volumes'), dirty: store.table('ebs.dirty') };
  }

  /** Removes the files and records that a kill left without their volume. */
  async sweep(isVolume: (id: string) => boolean): Promise<void> {
    for (const { key } of [...this.#deps.records.entries()]) if (!isVolume(key)) await this.remove(key);
    for (const file of readdirSync(this.#folder)) {
      if (!this.has(file.replace(/\.raw$/, ''))) rmSync(join(this.#folder, file), { force: true });
    }
  }

  has(id: string): boolean {
    return this.#deps.records.get(id) !== undefined;
  }

  get(id: string): VolumeFile {
    const known = this.#volumes.get(id);
    if (known) return known;
    const volume = new VolumeFile(id, this.path(id), this.#deps);
    this.#volumes.set(id, volume);
    return volume;
  }

  path(id: string): string {
    return join(this.#folder, `${id}.raw`);
  }

  /** An empty volume of `size` bytes that starts from `base`, to be filled. Throws if the disk can't hold such a file. */
  create(id: string, size: number, base: string | undefined): VolumeFile {
    const fd = openSync(this.path(id), 'w', 0o600);
    try {
      ftruncateSync(fd, size);
    } catch (error) {
      rmSync(this.path(id), { force: true });
      throw error;
    } finally {
      closeSync(fd);
    }
    if (base !== undefined) this.#deps.manifests.retain(base, id);
    this.#deps.records.put(id, { size, ...(base !== undefined && { base }) });
    return this.get(id);
  }

  /** Makes a volume larger; what is new reads as zeros. */
  grow(id: string, size: number): void {
    const volume = this.get(id);
    ftruncateSync(this.#deps.files.descriptor(volume.path), size);
    this.#deps.records.put(id, { ...volume.record, size });
  }

  /** The file and all that is known of it go, after whoever has or waits for the turn. */
  async remove(id: string): Promise<void> {
    if (!this.has(id)) return;
    const volume = this.get(id);
    await volume.turns.take(() => {
      if (!this.has(id)) return;
      const { base } = volume.record;
      volume.dirty.clear();
      this.#deps.records.delete(id);
      this.#volumes.delete(id);
      this.#deps.files.close(volume.path);
      rmSync(volume.path, { force: true });
      if (base !== undefined) this.#deps.manifests.release(base, id);
    });
  }
}
