/** A thread that reads or writes a volume beside the command's own (library/serve-tasks.ts). */
import { randomBytes } from 'node:crypto';
import { flushCompileCache, getCompileCacheDir } from 'node:module';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { LibraryPlace } from './library-place.ts';

/** Blocks are outside of the heap. */
const HEAP_MIB = 64;
/** Node's default of 48 MiB a thread would be touched in full for the little that is garbage here. */
const YOUNG_MIB = 4;

/** It loads what this thread has compiled: compiling types costs each thread 20 MiB and a third of a second. */
export const startLibraryThread = (place: LibraryPlace): Worker => {
  flushCompileCache();
  const compiled = getCompileCacheDir();
  return new Worker(new URL(import.meta.url), {
    workerData: place,
    env: { ...process.env, ...(compiled !== undefined && { NODE_COMPILE_CACHE: compiled }) },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB, maxYoungGenerationSizeMb: YOUNG_MIB },
  });
};

if (!isMainThread && parentPort) {
  const { openPlace } = await import('./library-place.ts');
  const { serveTasks } = await import('../library/serve-tasks.ts');
  const { store } = await openPlace(workerData as LibraryPlace);
  serveTasks(parentPort, { store, random: randomBytes, now: Date.now });
}
