/** What the main thread and the threads that read or write a volume beside it say to each other. */

import type { Level } from './block-encoding.ts';
import type { SharedLibrary } from './library.ts';
import type { SegmentBlocks } from './segment-writer.ts';
import type { VolumeMap } from './volume-map.ts';
import type { BlockRun } from './volume-reader.ts';

/** Reads blocks of a raw image into packs; the threads that were given the same `turns` share them. */
export interface ImportTask {
  readonly kind: 'import';
  readonly path: string;
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

/** Writes blocks with data to their places in a file that is open in this process; holes are left as they are. */
export interface ExportToFileTask {
  readonly kind: 'export-to-file';
  readonly map: VolumeMap;
  readonly fd: number;
  readonly keepGoing: boolean;
  readonly turns: SharedArrayBuffer;
}

/** Fills `into` with the blocks of `run`, zeros included. */
export interface ExportRunTask {
  readonly kind: 'export-run';
  readonly map: VolumeMap;
  readonly run: BlockRun;
  readonly keepGoing: boolean;
  readonly into: SharedArrayBuffer;
}

export type ThreadTask = ImportTask | ExportToFileTask | ExportRunTask;

export interface ExportedRun {
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
  | { readonly type: 'library'; readonly shared: SharedLibrary }
  | { readonly type: 'task'; readonly task: ThreadTask };

export type FromThread =
  | { readonly type: 'done'; readonly result: TaskResults[keyof TaskResults] }
  | { readonly type: 'failed'; readonly error: { readonly name: string; readonly message: string } };
