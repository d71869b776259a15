import { setTimeout as delay } from 'node:timers/promises';
import type { OrderMessageInHand, OrderQueue } from '../core/ports/node-control.ts';
import type { Log } from './log.ts';

export interface TakingOrders {
  /** In order of priority: the first is looked at first whenever a slot is free. */
  readonly queues: readonly OrderQueue[];
  readonly slots: number;
  readonly pollSeconds: number;
  readonly log: Log;
  /** Never rejects. */
  readonly handle: (queue: OrderQueue, message: OrderMessageInHand, handBack: AbortSignal) => Promise<void>;
}

/** After a queue could not be read. */
const PAUSE_AFTER_FAILURE_MS = 2_000;

/**
 * Takes as many orders as there are free slots, until `stop` aborts; then takes nothing new, gives running orders
 * `graceMs` to end (as long as they take if it is undefined; none any more once `hurry` aborts), and hands back the rest. Resolves when no order runs any more.
 */
export const takeOrders = async (
  { queues, slots, pollSeconds, log, handle }: TakingOrders,
  stop: AbortSignal,
  graceMs: number | undefined,
  hurry?: AbortSignal,
): Promise<void> => {
  const handBack = new AbortController();
  const running = new Set<Promise<void>>();
  /** Queues that were empty and are now waited on. */
  const waiting = new Map<OrderQueue, Promise<void>>();
  const free = (): number => slots - running.size;

  // Not Promise.race over what runs and waits: each race leaves a reaction on every long-lived promise, for ever.
  let wake = (): void => undefined;
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  stop.addEventListener('abort', () => wake(), { once: true });

  const deliver = async (queue: OrderQueue, messages: readonly OrderMessageInHand[]): Promise<void> => {
    for (const message of messages) {
      if (free() <= 0 || stop.aborted) {
        // Two queues waited on at once brought more than there is room for.
        await queue
          .setVisibility(message.receipt, 0)
          .catch((error: unknown) => log.warn('giving back failed', { error }));
        continue;
      }
      const handling: Promise<void> = handle(queue, message, handBack.signal)
        .catch((error: unknown) => log.error('an order was left to the next node', { error }))
        .finally(() => {
          running.delete(handling);
          wake();
        });
      running.add(handling);
    }
  };

  const look = async (queue: OrderQueue, waitSeconds: number): Promise<number> => {
    try {
      const messages = await queue.receive(Math.min(10, free()), waitSeconds, stop);
      await deliver(queue, messages);
      return messages.length;
    } catch (error) {
      if (stop.aborted) return 0;
      log.warn('could not read a queue', { queue: queue.url, error });
      await delay(PAUSE_AFTER_FAILURE_MS, undefined, { signal: stop }).catch(() => undefined);
      return 0;
    }
  };

  while (!stop.aborted) {
    if (free() <= 0) {
      await change();
      continue;
    }
    let taken = 0;
    for (const queue of queues) {
      if (stop.aborted || free() <= 0) break;
      if (waiting.has(queue)) continue;
      taken = await look(queue, 0);
      // Something came: the queues before this one may have something again, and they go first.
      if (taken > 0) break;
    }
    if (taken > 0 || free() <= 0 || stop.aborted) continue;
    for (const queue of queues) {
      if (waiting.has(queue)) continue;
      const wait = look(queue, pollSeconds).then(() => {
        waiting.delete(queue);
        wake();
      });
      waiting.set(queue, wait);
    }
    await change();
  }

  log.info('stopping: takes no more orders', { running: running.size });
  const giveUp = (): void => handBack.abort(new Error('the node stops'));
  const grace = graceMs === undefined ? undefined : setTimeout(giveUp, graceMs);
  if (hurry?.aborted) giveUp();
  hurry?.addEventListener('abort', giveUp, { once: true });
  await Promise.all([...running, ...waiting.values()]);
  clearTimeout(grace);
};
