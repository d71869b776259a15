import { openNodeControl } from '../adapters/aws/node-clients.ts';
import { openKmsKeyWrapper } from '../adapters/aws/open-kms-key-wrapper.ts';
import type { NodeConfiguration } from './configuration.ts';
import { describeNode } from './describe-node.ts';
import { createMessageHandler } from './handle-message.ts';
import { createNodeWatch, type NodeWatch } from './health/watch-node.ts';
import { keepPresent } from './keep-present.ts';
import type { Log } from './log.ts';
import { openNodeStorage } from './storage.ts';
import { takeOrders } from './take-orders.ts';
import { createTenantLibraries } from './tenant-libraries.ts';
import { createWorkerPool, type WorkerPoolOptions } from './worker-pool.ts';

/** What a node's main thread gets from its process. */
export interface NodeOutside {
  readonly log: Log;
  readonly startWorker: WorkerPoolOptions['startWorker'];
  readonly randomBytes: (count: number) => Buffer;
  /** Aborts when the node is asked to stop. */
  readonly stop: AbortSignal;
  /** Aborts when it is to stop without its grace. */
  readonly hurry: AbortSignal;
  /** Aborts when the node is to drain: it finishes what it has, and ends. */
  readonly drain?: AbortSignal;
  readonly watch?: NodeWatch;
}

/** Puts a node's main thread together and runs it. Resolves when it was asked to stop, or to drain, and has. */
export const composeNode = async (
  configuration: NodeConfiguration,
  { log, startWorker, randomBytes, stop, hurry, drain: asked, watch: given }: NodeOutside,
): Promise<void> => {
  const { region, slots, visibilitySeconds, pollSeconds, graceSeconds } = configuration;
  const watch = given ?? createNodeWatch(Date.now, slots);
  const control = openNodeControl(configuration);
  const storage = await openNodeStorage(configuration);
  const libraries = createTenantLibraries({
    openStore: storage.openStore,
    openKeyWrapper: openKmsKeyWrapper,
    now: Date.now,
    randomBytes,
  });
  const pool = createWorkerPool({ startWorker, libraries, log });
  pool.warm(slots);
  const handle = createMessageHandler({
    broker: control.broker,
    answers: control.answers,
    runner: watch.runner(pool),
    log,
    now: Date.now,
    visibilitySeconds,
  });
  log.info('access node started', {
    region,
    slots,
    queues: configuration.queueUrls,
    connections: configuration.connections,
    transport: configuration.transport,
  });
  const drain = new AbortController();
  const noMore = AbortSignal.any([stop, drain.signal, ...(asked ? [asked] : [])]);
  if (noMore.aborted) watch.draining();
  else noMore.addEventListener('abort', () => watch.draining(), { once: true });
  const gone = new AbortController();
  let held = 0;
  const present = keepPresent(
    {
      presence: watch.presence(control.presence),
      description: describeNode(configuration),
      held: () => held,
      log,
      drain: () => drain.abort(),
    },
    gone.signal,
  );
  const counted: typeof handle = async (...message) => {
    held += 1;
    watch.held(held);
    await handle(...message).finally(() => {
      held -= 1;
      watch.held(held);
    });
  };
  // Asked to drain, it finishes what it has, however long that takes; asked to stop, it has its grace.
  const giveUp = new AbortController();
  hurry.addEventListener('abort', () => giveUp.abort(), { once: true });
  stop.addEventListener('abort', () => setTimeout(() => giveUp.abort(), graceSeconds * 1_000).unref(), { once: true });
  await takeOrders(
    { queues: control.queues.map(watch.queue), slots, pollSeconds, log, handle: counted },
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
