/** What the main thread and the threads that read or write a volume beside it say to each other. */

import type { Level } from './block-encoding.ts';
import type { ImageState } from './image-state.ts';
import type { SharedLibrary } from './library.ts';
import type { SharedLibraryIndex } from './library-index.ts';
import type { SegmentBlocks } from './segment-writer.ts';
import type { VolumeMap } from './volume-map.ts';
import type { BlockRun } from './volume-reader.ts';

/** Reads blocks of a raw image into packs; the threads that were given the same `turns` share them. */
export interface ImportTask {
  readonly kind: 'import';
  readonly path: string;
  /** As it must be from the first block to the last. */
  readonly image: ImageState;
  readonly volumeBlocks: number;
  /** Of the window that is being read, whole. */
  readonly pages: readonly number[];
  readonly blocks: BlockRun;
  /** Only these, ascending, instead of all in `blocks`; the rest is as in the parent. */
  readonly changed: Uint32Array | undefined;
  readonly parent: VolumeMap | undefined;
  readonly level: Level;
  /** Buffers for packs: 2 where a pack takes long on its way, so that the next fills meanwhile. */
  readonly openPacks: number;
  readonly turns: SharedArrayBuffer;
}

/** What export tasks read from, until another is shared: the map of a large volume takes milliseconds to be cloned. */
export interface SharedVolume {
  readonly map: VolumeMap;
  /** Goes on over blocks that cannot be read. */
  readonly keepGoing: boolean;
}

/** Writes blocks with data to their places in a file that is open in this process; holes are left as they are. */
export interface ExportToFileTask {
  readonly kind: 'export-to-file';
  readonly fd: number;
  readonly turns: SharedArrayBuffer;
}

/** Fills `into` with the blocks of `run`, zeros included. */
export interface ExportRunTask {
  readonly kind: 'export-run';
  readonly run: BlockRun;
  readonly into: SharedArrayBuffer;
}

export type ThreadTask = ImportTask | ExportToFileTask | ExportRunTask;

export interface ExportedRun {
  /** Blocks with data that were read and handed on. */
  readonly blocks: number;
  /** Indexes of blocks that could not be read, and why. */
  readonly lost: readonly { readonly index: number; readonly message: string }[];
}

/** What each kind of task ends with. */
export interface TaskResults {
  readonly import: SegmentBlocks;
  readonly 'export-to-file': ExportedRun;
  readonly 'export-run': ExportedRun;
}

export type ToThread =
  | { readonly type: 'library'; readonly shared: SharedLibrary; readonly volume: SharedVolume | undefined }
  /** Answers `want-index`. */
  | { readonly type: 'index'; readonly index: SharedLibraryIndex }
  | { readonly type: 'no-index'; readonly error: ThreadFailure }
  | { readonly type: 'task'; readonly task: ThreadTask };

export type FromThread =
  /** Of the library that was shared, brought up to date: blocks are not where they were. */
  | { readonly type: 'want-index' }
  | { readonly type: 'done'; readonly result: TaskResults[keyof TaskResults] }
  | { readonly type: 'failed'; readonly error: ThreadFailure };

/** What is left of an error on its way between threads; `code` is the system's, such as ENOSPC. */
export interface ThreadFailure {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

export const failureOf = (error: unknown): ThreadFailure => {
  const { name, message, code }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
  return { name, message, ...(typeof code === 'string' && { code }) };
};

export const errorOf = (failure: ThreadFailure): Error => Object.assign(new Error(failure.message), failure);
