import { closeSync, ftruncateSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../kernel/store.ts';
import type { Manifests } from './manifests.ts';
import type { OpenFiles } from './open-files.ts';
import { type VolumeDeps, VolumeFile } from './volume-file.ts';

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
