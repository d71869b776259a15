/** A thread that reads or writes a volume beside the command's own (library/serve-tasks.ts). */
import { randomBytes } from 'node:crypto';
import { enableCompileCache } from 'node:module';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { LibraryPlace } from './library-place.ts';

/** Blocks are outside of the heap. */
const HEAP_MIB = 192;
/** Node's default of 48 MiB a thread would be touched in full for the little that is garbage here. */
const YOUNG_MIB = 12;

export const startLibraryThread = (place: LibraryPlace): Worker =>
  new Worker(new URL(import.meta.url), {
    workerData: place,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB, maxYoungGenerationSizeMb: YOUNG_MIB },
  });

if (!isMainThread && parentPort) {
  // only for what is imported after it: compiling types costs each thread 20 MiB and a third of a second
  enableCompileCache();
  const { openPlace } = await import('./library-place.ts');
  const { serveTasks } = await import('../library/serve-tasks.ts');
  const { store } = await openPlace(workerData as LibraryPlace);
  serveTasks(parentPort, { store, random: randomBytes, now: Date.now });
}
