import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../kernel/store.ts';
import { BlockFiles } from './block-files.ts';
import { fillVolume } from './fill-volume.ts';
import { Manifests } from './manifests.ts';
import { OpenFiles } from './open-files.ts';
import { takeSnapshot } from './take-snapshot.ts';
import { Background } from './turns.ts';
import { VolumeFiles } from './volume-files.ts';
import { WrittenSnapshot } from './written-snapshot.ts';

/** The disk behind EC2 and EBS direct: `<data>/ebs/volumes/<id>.raw` and `<data>/ebs/blocks/<snapshot id>/`. */
export class BlockStorage {
  readonly blocks: BlockFiles;
  readonly manifests: Manifests;
  readonly volumes: VolumeFiles;
  readonly #store: Store;
  readonly #files = new OpenFiles();
  readonly #background = new Background();
  readonly #written = new Map<string, WrittenSnapshot>();

  constructor(store: Store) {
    const folder = store.folder('ebs');
    mkdirSync(join(folder, 'volumes'), { recursive: true });
    this.#store = store;
    this.blocks = new BlockFiles(join(folder, 'blocks'), this.#files);
    this.manifests = new Manifests(store, this.blocks);
    this.volumes = new VolumeFiles(join(folder, 'volumes'), store, this.#files, this.manifests);
  }

  /** See take-snapshot.ts. */
  freeze(volumeId: string, snapshotId: string, atOnceBlocks: number, done: () => void): Promise<void> {
    const deps = {
      store: this.#store,
      blocks: this.blocks,
      manifests: this.manifests,
      background: this.#background,
      atOnceBlocks,
    };
    return takeSnapshot(deps, this.volumes.get(volumeId), snapshotId, done);
  }

  /** See fill-volume.ts. */
  fill(volumeId: string, atOnceBlocks: number, done: () => void): Promise<void> {
    return fillVolume(this.blocks, this.manifests, this.#background, atOnceBlocks, this.volumes.get(volumeId), done);
  }

  /** A snapshot being written through EBS direct. */
  writing(snapshotId: string): WrittenSnapshot {
    let written = this.#written.get(snapshotId);
    if (!written) {
      written = new WrittenSnapshot(snapshotId, {
        store: this.#store,
        blocks: this.blocks,
        manifests: this.manifests,
      });
      this.#written.set(snapshotId, written);
    }
    return written;
  }

  /** A snapshot is to be written over a parent, whose blocks it needs even if the parent is deleted meanwhile. */
  startWriting(snapshotId: string, parentManifest: string | undefined): void {
    if (parentManifest !== undefined) this.manifests.retain(parentManifest, `${snapshotId} as child`);
    this.writing(snapshotId);
  }

  /** The snapshot is whole: makes its manifest. `done` is part of the same transaction. */
  completeWriting(snapshotId: string, parentManifest: string | undefined, done: () => void): void {
    this.writing(snapshotId).complete(parentManifest, done);
    this.#written.delete(snapshotId);
    if (parentManifest !== undefined) this.manifests.release(parentManifest, `${snapshotId} as child`);
  }

  /** The snapshot was deleted or has timed out: what was written goes. */
  abandonWriting(snapshotId: string, parentManifest: string | undefined): void {
    this.#written.delete(snapshotId);
    this.manifests.closeDelta(snapshotId);
    if (parentManifest !== undefined) this.manifests.release(parentManifest, `${snapshotId} as child`);
  }

  /** Waits for what is being copied to stop. */
  async close(): Promise<void> {
    await this.#background.close();
    this.#files.closeAll();
  }
}

const storages = new WeakMap<Store, BlockStorage>();

/** The one block storage of a local cloud: EC2 and EBS direct show the same disks. */
export const blockStorageOf = (store: Store): BlockStorage => {
  let storage = storages.get(store);
  if (!storage) {
    storage = new BlockStorage(store);
    storages.set(store, storage);
  }
  return storage;
};
