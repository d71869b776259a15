/** A worker thread's entry. The main thread imports it too, to have it compiled once. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { NodeConfiguration } from './configuration.ts';
import { runWorker } from './worker.ts';
import { openWorkerOutside } from './worker-outside.ts';

/** A worker's heap holds lists of blocks and pages; blocks themselves are outside of it. */
const WORKER_HEAP_MIB = 192;
/** Node's default of 48 MiB a thread would be touched in full for the little that is garbage here. */
const WORKER_YOUNG_MIB = 12;

export const startWorkerThread = (configuration: NodeConfiguration): Worker =>
  new Worker(new URL(import.meta.url), {
    workerData: configuration,
    resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MIB, maxYoungGenerationSizeMb: WORKER_YOUNG_MIB },
  });

if (!isMainThread && parentPort) runWorker(parentPort, await openWorkerOutside(workerData as NodeConfiguration));
