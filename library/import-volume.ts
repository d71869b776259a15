import { BLOCK_BYTES, blocksInPage, PAGE_BLOCKS, pagesOf } from './block.ts';
import type { Level } from './block-encoding.ts';
import { type ImageState, imageState, refuseChangedImage } from './image-state.ts';
import { refusePruned } from './import-barrier.ts';
import { BLOCKS_OF_A_TURN } from './import-blocks.ts';
import type { Library } from './library.ts';
import type { PageEntry } from './page-object.ts';
import { type PointDocument, writePoint } from './recovery-point.ts';
import { openSegmentWriter, type SegmentCounters } from './segment-writer.ts';
import { SharedTurns } from './shared-turns.ts';
import type { TaskThreads } from './task-threads.ts';
import { type VerifyDepth, verifyVolume } from './verify-volume.ts';
import { assembleMap, type VolumeMap } from './volume-map.ts';
import { checkWrittenPacks } from './written-packs.ts';

export interface ImportOptions {
  /** A raw disk image, which nothing may write to meanwhile. Its size is rounded up to whole blocks, with zeros. */
  readonly path: string;
  readonly recoveryPointId: string;
  readonly volumeId: string;
  /** The volume as it was: blocks that are the same are known without a look into the index. */
  readonly parent?: VolumeMap | undefined;
  /** Indexes of the only blocks that differ from the parent, ascending. Without it everything is read. */
  readonly changed?: readonly number[] | undefined;
  readonly level?: Level;
  /** Buffers of 16 MiB for packs in each thread: 2 unless told; 1 is enough where the store is a disk of this machine. */
  readonly openPacks?: number;
  /** What is read back from the library before the point is written: a sample unless told. */
  readonly verify?: VerifyDepth | undefined;
  readonly threads: TaskThreads;
  /** Who asked for it, for the recovery point. */
  readonly requestedBy: string;
  /** Told a few times a second. */
  readonly onProgress?: (progress: VolumeProgress) => void;
  /** The same while all is read back: blocks with data. */
  readonly onVerified?: (progress: VolumeProgress) => void;
  /** In [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

export interface VolumeProgress {
  /** Blocks that are done, and all there are. */
  readonly done: number;
  readonly total: number;
}

export interface ImportedVolume {
  readonly document: PointDocument;
  readonly map: VolumeMap;
  readonly counters: SegmentCounters;
}

/** 64 GiB: what threads know of blocks, 36 bytes each, is bounded by it, and so is what a crash leaves unindexed. */
const PAGES_OF_A_WINDOW = 32;
const LOOK_MS = 200;

const noCounters = (): { -readonly [name in keyof SegmentCounters]: number } => ({
  read: 0,
  zero: 0,
  sameAsParent: 0,
  deduplicated: 0,
  stored: 0,
  plainBytes: 0,
  encodedBytes: 0,
  storedBytes: 0,
});

interface Window {
  readonly pages: readonly number[];
  readonly blocks: { readonly from: number; readonly to: number };
  readonly changed: Uint32Array | undefined;
}

const windowsOf = function* (volumeBlocks: number, changed: readonly number[] | undefined): Generator<Window> {
  const pages = pagesOf(volumeBlocks);
  let at = 0;
  for (let first = 0; first < pages; first += PAGES_OF_A_WINDOW) {
    const end = Math.min(pages, first + PAGES_OF_A_WINDOW);
    const blocks = { from: first * PAGE_BLOCKS, to: Math.min(volumeBlocks, end * PAGE_BLOCKS) };
    let to = at;
    while (changed && to < changed.length && (changed[to] as number) < blocks.to) to++;
    const within = changed && Uint32Array.from(changed.slice(at, to));
    at = to;
    const all = Array.from({ length: end - first }, (_, n) => first + n);
    yield { pages: all, blocks, changed: within };
  }
};

/** Nothing in it has changed: its pages are the parent's, and nothing is asked or written for it. */
const isInherited = ({ pages, changed }: Window, parent: VolumeMap, volumeBlocks: number): boolean =>
  changed?.length === 0 &&
  pages.every((page) => blocksInPage(parent.blockCount, page) === blocksInPage(volumeBlocks, page));

/**
 * Makes a streaming recovery point of a raw image, by as many threads as there are: packs, index, pages, map, a sample
 * read back, point, in this order. What a failure leaves is found by prune. Throws what the library throws, ImageChanged
 * and LibraryPruned.
 */
export const importVolume = async (library: Library, options: ImportOptions): Promise<ImportedVolume> => {
  const { path, parent, changed, recoveryPointId, volumeId, threads, onProgress, signal } = options;
  const image = imageState(path);
  const imageBytes = Number(image.size);
  if (imageBytes === 0) throw new RangeError(`${path} is empty`);
  if (changed && !parent) throw new RangeError('changed blocks without the volume that they changed');
  const volumeBlocks = Math.ceil(imageBytes / BLOCK_BYTES);
  const total = changed?.length ?? volumeBlocks;
  const counters = noCounters();
  const pages: PageEntry[] = [];
  // nothing that is built on was looked up before it
  const { generation } = library.index;
  threads.share(library);
  let before = 0;
  for (const window of windowsOf(volumeBlocks, changed)) {
    signal.throwIfAborted();
    if (parent && isInherited(window, parent, volumeBlocks)) continue;
    const turns = new SharedTurns();
    const stop = (): void => turns.stop();
    signal.addEventListener('abort', stop);
    const look = setInterval(() => onProgress?.({ done: before + turns.done, total }), LOOK_MS);
    try {
      const written = await importWindow(library, options, { ...window, image, volumeBlocks, turns });
      pages.push(...written.pages);
      await checkWrittenPacks(library, written.packs, signal);
      for (const name of Object.keys(counters) as (keyof SegmentCounters)[]) counters[name] += written.counters[name];
    } finally {
      clearInterval(look);
      signal.removeEventListener('abort', stop);
    }
    before += turns.done;
  }
  onProgress?.({ done: before, total });
  const came = counters.read + counters.zero;
  if (came !== total) throw new Error(`${came} of ${total} blocks were read, and nobody said why`);
  refuseChangedImage(path, image);
  const sizeBytes = volumeBlocks * BLOCK_BYTES;
  const lineage = { snapshotId: 'imported' };
  const inherited = changed && parent;
  const assembled = await assembleMap(library, {
    recoveryPointId,
    volumeId,
    sizeBytes,
    pages,
    lineage,
    parent: inherited,
  });
  const { map, seal, versionId } = assembled;
  // what the threads have written is in the index, and not in this thread's copy of it yet
  await library.index.refresh();
  threads.share(library);
  const depth = options.verify ?? 'sample';
  const verified = await readBack(library, map, depth, options);
  await refusePruned(library, generation);
  const at = new Date(library.now()).toISOString();
  const { document } = await writePoint(library, {
    recoveryPointId,
    kind: 'streaming',
    createdAt: at,
    requestedBy: options.requestedBy,
    volumes: [
      {
        volumeId,
        sizeBytes,
        imageBytes,
        mapSeal: seal,
        ...(versionId !== undefined && { mapVersionId: versionId }),
      },
    ],
    instance: {},
    tags: {},
    verification: { at, blocks: verified, depth },
  });
  // and once more: from here on prune sees the point, and before it this process may have slept
  await refusePruned(library, generation);
  return { document, map, counters };
};

const readBack = async (
  library: Library,
  map: VolumeMap,
  depth: VerifyDepth,
  { onVerified, parent, random, signal }: ImportOptions,
): Promise<number> => {
  const tell = depth === 'full' ? onVerified : undefined;
  const total = map.dataBlocks;
  let toldAt = -Infinity;
  const onBlock = (done: number): void => {
    const now = library.now();
    if (done < total && now - toldAt < LOOK_MS) return;
    toldAt = now;
    tell?.({ done, total });
  };
  return verifyVolume(library, map, { depth, parent, random, signal, ...(tell && { onBlock }) });
};

const importWindow = async (
  library: Library,
  { path, parent, level = 'default', openPacks = 2, threads, signal }: ImportOptions,
  {
    pages,
    blocks,
    changed,
    image,
    volumeBlocks,
    turns,
  }: Window & { readonly image: ImageState; readonly volumeBlocks: number; readonly turns: SharedTurns },
) => {
  const writer = openSegmentWriter(library, {
    volumeBlocks,
    pages,
    parent,
    unlisted: changed ? 'parent' : 'zero',
  });
  const work = Math.ceil((changed?.length ?? blocks.to - blocks.from) / BLOCKS_OF_A_TURN);
  // a thread that has nothing to do needs no buffers for packs either
  const busy = threads.threads.slice(0, Math.max(1, work));
  const window = { path, image, volumeBlocks, pages, blocks, changed, parent, level, openPacks, turns: turns.memory };
  const ended = await Promise.allSettled(busy.map((thread) => thread.run({ kind: 'import', ...window })));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  signal.throwIfAborted();
  for (const end of ended) if (end.status === 'fulfilled') writer.adopt(end.value);
  if (blocks.to < volumeBlocks) {
    await library.index.refresh();
    threads.share(library);
  }
  return writer.finish();
};
