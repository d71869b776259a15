import type { OrderCredentials } from '../core/contracts/orders.ts';
import { BrokerRefused, type OrderBroker } from '../core/ports/node-control.ts';
import type { Log } from './log.ts';
import type { ClaimedOrder, RunningOrder } from './order-runner.ts';

export interface ClaimKeeping {
  readonly broker: OrderBroker;
  readonly now: () => number;
  readonly log: Log;
}

/** Credentials with less than this left are replaced with the next heartbeat: a node may be slow, or the broker away. */
const RENEW_BEFORE_MS = 15 * 60_000;

/** Between heartbeats while a worker waits for credentials that the broker has not given yet. */
const SOON_SECONDS = 1;

export interface KeptClaim {
  /** Asks for credentials now rather than with the next heartbeat. */
  wantCredentials(): void;
  /** Ends the heartbeats; resolves when none is under way. */
  end(): Promise<void>;
  /** Why the order must not go on, once a heartbeat said so. */
  verdict(): 'cancelled' | 'lost' | undefined;
}

/**
 * Reports progress to the broker every `heartbeatSeconds`, and passes on what comes back: cancellation, the order's
 * share of the rate, fresh credentials. A heartbeat that fails is followed by the next; a refused one means that the
 * order is another's now.
 */
export const keepClaim = (
  { broker, now, log }: ClaimKeeping,
  order: ClaimedOrder,
  taskToken: string,
  running: RunningOrder,
): KeptClaim => {
  let verdict: 'cancelled' | 'lost' | undefined;
  let credentials: OrderCredentials = order.credentials;
  let wanted = false;
  let ended = false;
  let wake = (): void => undefined;

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const seconds = wanted ? Math.min(SOON_SECONDS, order.heartbeatSeconds) : order.heartbeatSeconds;
      const timer = setTimeout(resolve, seconds * 1000);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const beat = async (): Promise<void> => {
    const asked = wanted || earliestEnd(credentials) - now() < RENEW_BEFORE_MS;
    try {
      const answer = await broker.heartbeat({
        orderId: order.orderId,
        taskToken,
        claim: order.claim,
        counters: running.counters(),
        wantCredentials: asked,
      });
      if (answer.credentials) {
        wanted = false;
        credentials = answer.credentials;
        running.setCredentials(answer.credentials);
      }
      running.setRate(answer.blockRate);
      if (answer.cancelled) verdict = 'cancelled';
    } catch (error) {
      if (error instanceof BrokerRefused) verdict = 'lost';
      log.warn(verdict === 'lost' ? 'the order is no longer ours' : 'a heartbeat failed', { error });
    }
    if (verdict) running.stop();
  };

  const beating = (async () => {
    while (!ended && !verdict) {
      await pause();
      if (!ended) await beat();
    }
  })();

  return {
    wantCredentials() {
      if (wanted) return;
      wanted = true;
      wake();
    },
    async end() {
      ended = true;
      wake();
      await beating;
    },
    verdict: () => verdict,
  };
};

const earliestEnd = ({ tenant, library, workArea }: OrderCredentials): number =>
  Math.min(workArea.expiresAt, tenant?.expiresAt ?? Infinity, library?.expiresAt ?? Infinity);
