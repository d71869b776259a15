import type { Store } from '../kernel/store.ts';
import type { BlockFiles } from './block-files.ts';
import { BLOCK_SIZE, isZero } from './block-size.ts';
import { type Manifests, PAGE_BLOCKS } from './manifests.ts';
import { atOnce, type Background } from './turns.ts';
import type { VolumeFile } from './volume-file.ts';

/** Copied in one go before other work gets a turn: 16 MiB, about 15 ms. */
const SLICE_BLOCKS = 32;

interface Deps {
  readonly store: Store;
  readonly blocks: BlockFiles;
  readonly manifests: Manifests;
  readonly background: Background;
  /** With no more changed blocks than these the copy is done before the call returns. */
  readonly atOnceBlocks: number;
}

/**
 * Freezes a volume as manifest `snapshotId`. The point in time is the moment of the call: guest writes asked for later
 * wait until what changed since the last snapshot is copied. Several volumes frozen in one tick are one instant.
 * A kill in the middle loses nothing: guest writes have waited, so the same call can be made again at the next start.
 * `done` runs synchronously with the manifest's making, in one transaction.
 */
export const takeSnapshot = (deps: Deps, volume: VolumeFile, snapshotId: string, done: () => void): Promise<void> => {
  const delta = deps.manifests.openDelta(snapshotId);
  const copying = copyChanges(deps, volume, snapshotId, delta);
  const finish = (pages: Map<number, Uint32Array>): void => {
    deps.store.transaction(() => {
      deps.manifests.make(snapshotId, volume.record.base, pages, snapshotId);
      volume.rebase(snapshotId);
      deps.manifests.closeDelta(snapshotId);
      done();
    });
  };
  if (volume.turns.idle && volume.dirty.count <= deps.atOnceBlocks) {
    finish(atOnce(copying));
    return Promise.resolve();
  }
  return deps.background.watch(volume.turns.take(async () => finish(await deps.background.run(copying))));
};

/** Copies the dirty blocks, a slice each step, and returns the manifest pages that differ from the base's. */
function* copyChanges(
  { blocks, manifests }: Deps,
  volume: VolumeFile,
  name: string,
  delta: number,
): Generator<void, Map<number, Uint32Array>> {
  const { base } = volume.record;
  const pages = new Map<number, Uint32Array>();
  const slice = Buffer.allocUnsafeSlow(SLICE_BLOCKS * BLOCK_SIZE);
  const old = Buffer.allocUnsafeSlow(BLOCK_SIZE);
  for (const { first, count } of volume.dirty.runs(SLICE_BLOCKS)) {
    const data = slice.subarray(0, count * BLOCK_SIZE);
    volume.read(first * BLOCK_SIZE, data);
    let from = -1;
    for (let at = 0; at <= count; at++) {
      const index = first + at;
      const block = data.subarray(at * BLOCK_SIZE, (at + 1) * BLOCK_SIZE);
      let taken = false;
      if (at < count) {
        const before = manifests.ref(base, index);
        let ref = 0;
        if (!isZero(block)) {
          if (before !== 0) blocks.read(manifests.deltaName(before), index, old);
          ref = before !== 0 && old.equals(block) ? before : delta;
        }
        taken = ref === delta;
        if (ref !== before) setRef(pages, manifests, base, index, ref);
      }
      if (taken && from < 0) from = at;
      if (!taken && from >= 0) {
        blocks.write(name, first + from, data.subarray(from * BLOCK_SIZE, at * BLOCK_SIZE));
        from = -1;
      }
    }
    yield;
  }
  return pages;
}

/** Sets a block's delta in a set of pages to be replaced. */
export const setRef = (
  pages: Map<number, Uint32Array>,
  manifests: Manifests,
  base: string | undefined,
  index: number,
  ref: number,
): void => {
  const number = Math.floor(index / PAGE_BLOCKS);
  let page = pages.get(number);
  if (!page) {
    page = manifests.page(base, number).slice();
    pages.set(number, page);
  }
  page[index % PAGE_BLOCKS] = ref;
};
