/** A worker thread's entry. The main thread imports it too, to have it compiled once. */
import { randomBytes } from 'node:crypto';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { NodeConfiguration } from './configuration.ts';
import { openNodeStorage } from './storage.ts';
import { runWorker } from './worker.ts';

/** A worker's heap holds lists of blocks and pages; blocks themselves are outside of it. */
const WORKER_HEAP_MIB = 192;
/** Node's default of 48 MiB a thread would be touched in full for the little that is garbage here. */
const WORKER_YOUNG_MIB = 12;

export const startWorkerThread = (configuration: NodeConfiguration): Worker =>
  new Worker(new URL(import.meta.url), {
    workerData: configuration,
    resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MIB, maxYoungGenerationSizeMb: WORKER_YOUNG_MIB },
  });

if (!isMainThread && parentPort) {
  const configuration = workerData as NodeConfiguration;
  const { connections, slots, level } = configuration;
  const storage = await openNodeStorage(configuration);
  runWorker(parentPort, {
    ...storage,
    connections,
    slots,
    level,
    now: Date.now,
    random: Math.random,
    randomBytes,
  });
}
