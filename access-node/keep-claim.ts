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

/** The broker gives a silent order's share of the rate to others after 2.25; a heartbeat that fails is soon repeated. */
const SILENT_HEARTBEATS = 1.75;

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
 * share of the rate, fresh credentials. A heartbeat that fails is followed by the next, and while none succeeds nothing is
 * called after a while; a refused one means that the order is another's now.
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
  let rate = order.blockRate;
  let againSeconds = order.againSeconds;

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const soon = wanted ? SOON_SECONDS : (againSeconds ?? Infinity);
      const seconds = Math.min(soon, order.heartbeatSeconds);
      const timer = setTimeout(resolve, seconds * 1000);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** A share that nobody has confirmed for so long may be another order's by now. */
  const lapsing = (): { readonly lapsed: boolean; stop(): void } => {
    let lapsed = false;
    const timer = setTimeout(
      () => {
        lapsed = true;
        running.setRate(0);
      },
      order.heartbeatSeconds * SILENT_HEARTBEATS * 1_000,
    );
    return {
      get lapsed() {
        return lapsed;
      },
      stop: () => clearTimeout(timer),
    };
  };
  let share = lapsing();

  const beat = async (): Promise<void> => {
    // counted from before the call: the broker counts from when it hears of it
    const renewed = lapsing();
    const asked = wanted || earliestEnd(credentials) - now() < RENEW_BEFORE_MS;
    const progress = running.progress();
    try {
      const answer = await broker.heartbeat({
        orderId: order.orderId,
        taskToken,
        claim: order.claim,
        counters: running.counters(),
        calls: running.calls(),
        blockRate: rate,
        wantCredentials: asked,
        ...(progress ? { progress } : {}),
      });
      share.stop();
      share = renewed;
      rate = answer.blockRate;
      againSeconds = renewed.lapsed ? SOON_SECONDS : answer.againSeconds;
      running.setRate(renewed.lapsed ? 0 : rate);
      if (answer.credentials) {
        wanted = false;
        credentials = answer.credentials;
        running.setCredentials(answer.credentials);
      }
      if (answer.cancelled) verdict = 'cancelled';
    } catch (error) {
      renewed.stop();
      againSeconds = order.heartbeatSeconds / 4;
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
      share.stop();
    },
    verdict: () => verdict,
  };
};

const earliestEnd = ({ tenant, library, workArea }: OrderCredentials): number =>
  Math.min(workArea.expiresAt, tenant?.expiresAt ?? Infinity, library?.expiresAt ?? Infinity);
