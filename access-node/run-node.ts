import { randomBytes, randomUUID } from 'node:crypto';
import { openNodeControl } from '../adapters/aws/node-clients.ts';
import { openKmsKeyWrapper } from '../adapters/aws/open-kms-key-wrapper.ts';
import type { CompiledCode } from './compiled-code.ts';
import { BadConfiguration, type NodeConfiguration, readConfiguration } from './configuration.ts';
import { describeNode } from './describe-node.ts';
import { createMessageHandler } from './handle-message.ts';
import { keepPresent } from './keep-present.ts';
import { createLog, type Log } from './log.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { openNodeStorage } from './storage.ts';
import { takeOrders } from './take-orders.ts';
import { createTenantLibraries } from './tenant-libraries.ts';
import { createWorkerPool } from './worker-pool.ts';
import type { FromWorker } from './worker-protocol.ts';
import { startWorkerThread } from './worker-thread.ts';

/** The main thread's composition root. Resolves with the exit code when the node was asked to stop and has. */
export const runNode = async (code: CompiledCode): Promise<number> => {
  try {
    const configuration = readConfiguration(process.env, randomUUID);
    const log = createLog((line) => process.stdout.write(line), Date.now, { nodeId: configuration.nodeId });
    await run(configuration, log, code);
    return 0;
  } catch (error) {
    if (!(error instanceof BadConfiguration)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  } finally {
    code.forget();
  }
};

const run = async (configuration: NodeConfiguration, log: Log, code: CompiledCode): Promise<void> => {
  const { region, slots, visibilitySeconds, pollSeconds, graceSeconds } = configuration;
  const control = openNodeControl(configuration);
  const storage = await openNodeStorage(configuration);
  const libraries = createTenantLibraries({
    openStore: storage.openStore,
    openKeyWrapper: openKmsKeyWrapper,
    now: Date.now,
    randomBytes,
  });
  let loading = slots;
  const startWorker = () => {
    const worker = startWorkerThread(configuration);
    worker.once('message', (message: FromWorker) => {
      if (message.type !== 'ready') return;
      loading -= 1;
      if (loading === 0) code.forget();
    });
    return worker;
  };
  const pool = createWorkerPool({ startWorker, libraries, log });
  code.share();
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
  const drain = new AbortController();
  const noMore = AbortSignal.any([stop, drain.signal]);
  const gone = new AbortController();
  let held = 0;
  const present = keepPresent(
    {
      presence: control.presence,
      description: describeNode(configuration),
      held: () => held,
      log,
      drain: () => drain.abort(),
    },
    gone.signal,
  );
  const counted: typeof handle = async (...message) => {
    held += 1;
    await handle(...message).finally(() => {
      held -= 1;
    });
  };
  // Asked to drain, it finishes what it has, however long that takes; asked to stop, it has its grace.
  const giveUp = new AbortController();
  hurry.addEventListener('abort', () => giveUp.abort(), { once: true });
  stop.addEventListener('abort', () => setTimeout(() => giveUp.abort(), graceSeconds * 1_000).unref(), { once: true });
  await takeOrders(
    { queues: control.queues, slots, pollSeconds, log, handle: counted },
    noMore,
    undefined,
    giveUp.signal,
  );
  await pool.close();
  gone.abort();
  await present;
  await control.presence.leave().catch((error: unknown) => log.warn('could not say that this node leaves', { error }));
  control.close();
  log.info('access node stopped');
};
