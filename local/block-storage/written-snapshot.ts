import type { Store } from '../kernel/store.ts';
import type { BlockFiles } from './block-files.ts';
import { BLOCKS_PER_FILE } from './block-files.ts';
import { isZero, sha256, ZERO_BLOCK_SHA256 } from './block-size.ts';
import type { Manifests } from './manifests.ts';
import { setRef } from './take-snapshot.ts';

const HASH_SIZE = 32;

/**
 * A snapshot that is written block by block (EBS direct). Which blocks were written is known from the kept hashes: data
 * first, then its hash, so a write cut short by a kill was never made.
 */
export class WrittenSnapshot {
  readonly #id: string;
  readonly #blocks: BlockFiles;
  readonly #manifests: Manifests;
  readonly #store: Store;
  readonly #written = new Set<number>();

  constructor(id: string, deps: { store: Store; blocks: BlockFiles; manifests: Manifests }) {
    this.#id = id;
    this.#blocks = deps.blocks;
    this.#manifests = deps.manifests;
    this.#store = deps.store;
    deps.manifests.openDelta(id);
    for (const first of deps.blocks.filesOf(id)) {
      for (let at = 0; at < BLOCKS_PER_FILE; at += 65_536) {
        const hashes = deps.blocks.hashes(id, first + at, 65_536);
        for (let i = 0; i < 65_536; i++) {
          if (hashes.readBigUInt64LE(i * HASH_SIZE) !== 0n) this.#written.add(first + at + i);
        }
      }
    }
  }

  get count(): number {
    return this.#written.size;
  }

  /** Writes one block whose SHA-256 was checked. */
  put(index: number, data: Buffer, hash: Buffer): void {
    const again = this.#written.has(index);
    if (again) this.#blocks.forgetHash(this.#id, index);
    if (again || !isZero(data)) this.#blocks.write(this.#id, index, data);
    this.#blocks.keepHash(this.#id, index, hash);
    this.#written.add(index);
  }

  /** SHA-256 over the hashes of the written blocks in order of their index. */
  linearChecksum(): Buffer {
    const all = Buffer.alloc(this.#written.size * HASH_SIZE);
    let at = 0;
    for (const index of this.#inOrder()) {
      this.#blocks.hashes(this.#id, index, 1).copy(all, at);
      at += HASH_SIZE;
    }
    return sha256(all);
  }

  /** Makes the manifest: what was written, over the parent's blocks. `done` is part of the same transaction. */
  complete(parent: string | undefined, done: () => void): void {
    const delta = this.#manifests.openDelta(this.#id);
    const pages = new Map<number, Uint32Array>();
    for (const index of this.#written) {
      const zero = this.#blocks.hashes(this.#id, index, 1).equals(ZERO_BLOCK_SHA256);
      if (zero && this.#manifests.ref(parent, index) === 0) continue;
      setRef(pages, this.#manifests, parent, index, zero ? 0 : delta);
    }
    this.#store.transaction(() => {
      this.#manifests.make(this.#id, parent, pages, this.#id);
      this.#manifests.closeDelta(this.#id);
      done();
    });
  }

  #inOrder(): number[] {
    return [...this.#written].sort((a, b) => a - b);
  }
}
