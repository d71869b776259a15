import { BLOCK_BYTES } from './block.ts';
import { EXPORT_RUN_BLOCKS, runsOf } from './export-blocks.ts';
import type { VolumeProgress } from './import-volume.ts';
import type { Library } from './library.ts';
import { SharedTurns } from './shared-turns.ts';
import type { TaskThread, TaskThreads } from './task-threads.ts';
import type { ExportedRun } from './thread-messages.ts';
import type { VolumeMap } from './volume-map.ts';
import type { BlockRun } from './volume-reader.ts';

/** A file that is open for writing in this process, empty and as long as the volume; or bytes one after the other. */
export type VolumeTarget =
  | { readonly kind: 'file'; readonly fd: number }
  | { readonly kind: 'stream'; readonly write: (bytes: Uint8Array) => Promise<void> };

export interface ExportOptions {
  readonly threads: TaskThreads;
  readonly target: VolumeTarget;
  /** Of the volume's start; all of it unless told. Only a stream ends there, a file is the caller's to shorten. */
  readonly bytes?: number | undefined;
  /** Goes on over blocks that cannot be read, and leaves them zero. */
  readonly keepGoing?: boolean;
  /** Told a few times a second: blocks with data of a file, all blocks of a stream. */
  readonly onProgress?: (progress: VolumeProgress) => void;
  readonly signal: AbortSignal;
}

const LOOK_MS = 200;

/**
 * A volume of a recovery point as its bytes, each block verified. In a file what is zero stays a hole, and the threads
 * write side by side; a stream is in order, zeros included, and as slow as its reader. Throws `CorruptObject` and
 * `MissingObject` by name, unless `keepGoing`; then answers what was lost, ascending.
 */
export const catVolume = async (library: Library, map: VolumeMap, options: ExportOptions): Promise<ExportedRun> => {
  const { target, threads, keepGoing = false } = options;
  threads.share(library, { map, keepGoing });
  const { blocks, lost } =
    target.kind === 'file' ? await toFile(map, target.fd, options) : await toStream(map, target.write, options);
  // where a page is lost, all of its blocks are named, also those that were zero
  if (blocks + lost.length < map.dataBlocks)
    throw new Error(`${blocks} of ${map.dataBlocks} blocks were written, and nobody said why`);
  return { blocks, lost: lost.toSorted((a, b) => a.index - b.index) };
};

/** What several threads, or several runs, came to. */
const sumOf = (parts: readonly ExportedRun[]): ExportedRun => ({
  blocks: parts.reduce((sum, { blocks }) => sum + blocks, 0),
  lost: parts.flatMap(({ lost }) => lost),
});

const toFile = async (
  map: VolumeMap,
  fd: number,
  { threads, onProgress, signal }: ExportOptions,
): Promise<ExportedRun> => {
  const turns = new SharedTurns();
  const stop = (): void => turns.stop();
  signal.addEventListener('abort', stop);
  const tell = (): void => onProgress?.({ done: turns.done, total: map.dataBlocks });
  const look = setInterval(tell, LOOK_MS);
  try {
    const task = { kind: 'export-to-file', fd, turns: turns.memory } as const;
    // all end before one's failure is told: the file is the caller's again
    const ended = await Promise.allSettled(threads.threads.map((thread) => thread.run(task)));
    signal.throwIfAborted();
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
    tell();
    return sumOf(ended.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : [])));
  } finally {
    clearInterval(look);
    signal.removeEventListener('abort', stop);
  }
};

interface Decoding {
  readonly run: BlockRun;
  readonly memory: SharedArrayBuffer;
  readonly done: Promise<ExportedRun>;
}

/** The threads decode runs while an earlier one is written, each into memory of its own: 16 MiB for each, and one more. */
const toStream = async (
  map: VolumeMap,
  write: (bytes: Uint8Array) => Promise<void>,
  { threads, bytes = map.sizeBytes, onProgress, signal }: ExportOptions,
): Promise<ExportedRun> => {
  const parts: ExportedRun[] = [];
  let written = 0;
  const runs = runsOf(map, EXPORT_RUN_BLOCKS);
  const free = [...threads.threads];
  const memories = Array.from(
    { length: threads.threads.length + 1 },
    () => new SharedArrayBuffer(EXPORT_RUN_BLOCKS * BLOCK_BYTES),
  );
  const under: Decoding[] = [];
  let ended = false;
  const begin = (): void => {
    while (!ended && free.length > 0 && memories.length > 0) {
      const run = runs.next().value;
      if (!run) return;
      const [thread, memory] = [free.pop() as TaskThread, memories.pop() as SharedArrayBuffer];
      const done = thread.run({ kind: 'export-run', run, into: memory });
      // waited for when its turn comes; it goes on with the next run before that
      done.then(
        () => {
          free.push(thread);
          begin();
        },
        () => undefined,
      );
      under.push({ run, memory, done });
    }
  };
  try {
    begin();
    for (let next = under.shift(); next; next = under.shift()) {
      const { run, memory, done } = next;
      parts.push(await done);
      signal.throwIfAborted();
      const start = run.from * BLOCK_BYTES;
      const length = Math.min(run.to * BLOCK_BYTES, bytes) - start;
      if (length > 0) {
        await write(Buffer.from(memory, 0, length));
        written += length;
      }
      memories.push(memory);
      begin();
      onProgress?.({ done: run.to, total: map.blockCount });
    }
  } finally {
    ended = true;
    await Promise.allSettled(under.map(({ done }) => done));
  }
  if (written !== bytes) throw new Error(`${written} of ${bytes} bytes were written, and nobody said why`);
  return sumOf(parts);
};
