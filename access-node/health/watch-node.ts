import type { RunProgress } from '../../core/contracts/library-runs.ts';
import type { Counters } from '../../core/contracts/orders.ts';
import type { NodePresence, OrderQueue } from '../../core/ports/node-control.ts';
import type { OrderRunner } from '../order-runner.ts';

/** When something that is done again and again last went well, and how it last failed. Times in ms since 1970. */
export interface Attempts {
  readonly succeededAt?: number;
  readonly failure?: { readonly at: number; readonly error: unknown };
}

export interface OrderInHand {
  readonly orderId: string;
  readonly jobId: string;
  readonly attempt: number;
  readonly startedAt: number;
  readonly counters: Counters;
  /** Of a library run, once it has said so. */
  readonly progress?: RunProgress;
}

/** What is seen of a running node from inside. */
export interface NodeFacts {
  readonly startedAt: number;
  readonly draining: boolean;
  /** Of all queues together. */
  readonly polls: Attempts;
  /** Since when no slot has been free: nothing is polled then. */
  readonly fullSince: number | undefined;
  /** When a slot became free again. */
  readonly freeSince: number | undefined;
  /** Registration and heartbeats. */
  readonly presence: Attempts;
  /** How often the control plane wants to hear of the node; undefined until it has said so. */
  readonly heartbeatSeconds: number | undefined;
  readonly orders: readonly OrderInHand[];
}

export interface NodeWatch {
  queue(queue: OrderQueue): OrderQueue;
  presence(presence: NodePresence): NodePresence;
  runner(runner: OrderRunner): OrderRunner;
  /** To be told as each message is taken and done with. */
  held(count: number): void;
  draining(): void;
  facts(): NodeFacts;
}

/** Notes what goes through the ports that it is put around; changes none of it. */
export const createNodeWatch = (now: () => number, slots: number): NodeWatch => {
  const startedAt = now();
  let draining = false;
  let polls: Attempts = {};
  let presence: Attempts = {};
  let heartbeatSeconds: number | undefined;
  let fullSince: number | undefined;
  let freeSince: number | undefined;
  const orders = new Map<string, () => OrderInHand>();
  const succeeded = (before: Attempts): Attempts => ({ ...before, succeededAt: now() });
  const failed = (before: Attempts, error: unknown): Attempts => ({ ...before, failure: { at: now(), error } });

  const heard = async (call: ReturnType<NodePresence['register']>) => {
    try {
      const answer = await call;
      heartbeatSeconds = answer.heartbeatSeconds;
      presence = succeeded(presence);
      return answer;
    } catch (error) {
      presence = failed(presence, error);
      throw error;
    }
  };

  return {
    queue: (queue) => ({
      url: queue.url,
      setVisibility: (receipt, seconds) => queue.setVisibility(receipt, seconds),
      delete: (receipt) => queue.delete(receipt),
      async receive(max, waitSeconds, signal) {
        try {
          const messages = await queue.receive(max, waitSeconds, signal);
          polls = succeeded(polls);
          return messages;
        } catch (error) {
          if (!signal.aborted) polls = failed(polls, error);
          throw error;
        }
      },
    }),
    presence: (inner) => ({
      register: (description) => heard(inner.register(description)),
      heartbeat: (held) => heard(inner.heartbeat(held)),
      leave: () => inner.leave(),
    }),
    runner: (inner) => ({
      start(order, wantCredentials, callControl) {
        const running = inner.start(order, wantCredentials, callControl);
        const { orderId, jobId, attempt } = order;
        const begun = now();
        orders.set(orderId, () => {
          const progress = running.progress();
          return {
            ...{ orderId, jobId, attempt, startedAt: begun, counters: running.counters() },
            ...(progress && { progress }),
          };
        });
        running.ended.then(() => orders.delete(orderId));
        return running;
      },
    }),
    held(count) {
      if (count >= slots) fullSince ??= now();
      else if (fullSince !== undefined) {
        fullSince = undefined;
        freeSince = now();
      }
    },
    draining() {
      draining = true;
    },
    facts: () => ({
      ...{ startedAt, draining, polls, presence, heartbeatSeconds, fullSince, freeSince },
      orders: [...orders.values()].map((read) => read()),
    }),
  };
};
