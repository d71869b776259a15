/**
 * The access node's process, and its composition root in both kinds of thread: it starts itself as worker thread. Queues,
 * broker and heartbeats are the main thread's; in each worker thread runs one order at a time.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { openEbsTransport } from '../adapters/aws/open-ebs-transport.ts';
import { BadConfiguration, type NodeConfiguration, readConfiguration } from './configuration.ts';
import { createMessageHandler } from './handle-message.ts';
import { createLog, type Log } from './log.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { openNodeStorage } from './storage.ts';
import { takeOrders } from './take-orders.ts';
import { createTenantLibraries } from './tenant-libraries.ts';
import { runWorker } from './worker.ts';
import { createWorkerPool } from './worker-pool.ts';

/** A worker's heap holds lists of blocks and pages; blocks themselves are outside of it. */
const WORKER_HEAP_MIB = 192;
/** Node's default of 48 MiB a thread would be touched in full for the little that is garbage here. */
const WORKER_YOUNG_MIB = 12;

const startWorker = (configuration: NodeConfiguration): Worker =>
  new Worker(new URL(import.meta.url), {
    workerData: configuration,
    resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MIB, maxYoungGenerationSizeMb: WORKER_YOUNG_MIB },
  });

const runMain = async (configuration: NodeConfiguration, log: Log): Promise<void> => {
  const { region, slots, visibilitySeconds, pollSeconds, graceSeconds } = configuration;
  // Loaded here, not above: a worker thread needs neither, and each client that it loads costs it 10 MiB.
  const { openNodeControl } = await import('../adapters/aws/node-clients.ts');
  const { openKmsKeyWrapper } = await import('../adapters/aws/open-kms-key-wrapper.ts');
  const control = openNodeControl(configuration);
  const storage = await openNodeStorage(configuration);
  const libraries = createTenantLibraries({
    openStore: storage.openStore,
    openKeyWrapper: openKmsKeyWrapper,
    now: Date.now,
    randomBytes,
  });
  const pool = createWorkerPool({ startWorker: () => startWorker(configuration), libraries, log });
  pool.warm(slots);
  const handle = createMessageHandler({
    broker: control.broker,
    answers: control.answers,
    runner: pool,
    log,
    now: Date.now,
    visibilitySeconds,
  });
  const { stop, hurry } = stopOnSignals(process, log);
  log.info('access node started', {
    region,
    slots,
    queues: configuration.queueUrls,
    connections: configuration.connections,
    transport: configuration.transport,
  });
  await takeOrders({ queues: control.queues, slots, pollSeconds, log, handle }, stop, graceSeconds * 1_000, hurry);
  await pool.close();
  control.close();
  log.info('access node stopped');
};

const runThread = async (configuration: NodeConfiguration): Promise<void> => {
  const { connections, level, transport, ebsEndpoint } = configuration;
  if (!parentPort) throw new Error('a worker thread without a parent');
  runWorker(parentPort, {
    openTransport: (options) => openEbsTransport({ ...options, kind: transport, connections, endpoint: ebsEndpoint }),
    ...(await openNodeStorage(configuration)),
    connections,
    level,
    now: Date.now,
    random: Math.random,
    randomBytes,
  });
};

if (!isMainThread) {
  await runThread(workerData as NodeConfiguration);
} else {
  try {
    const configuration = readConfiguration(process.env, randomUUID);
    const log = createLog((line) => process.stdout.write(line), Date.now, { nodeId: configuration.nodeId });
    await runMain(configuration, log);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof BadConfiguration)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}
