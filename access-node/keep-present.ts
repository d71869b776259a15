import { setTimeout as delay } from 'node:timers/promises';
import type { NodeDescription, PresenceResponse } from '../core/contracts/orders.ts';
import { BrokerRefused, type NodePresence } from '../core/ports/node-control.ts';
import type { Log } from './log.ts';

export interface KeepingPresent {
  readonly presence: NodePresence;
  readonly description: NodeDescription;
  /** Orders in hand at the moment. */
  readonly held: () => number;
  readonly log: Log;
  /** Called once when the operator lets the node drain: it takes no more orders and ends. */
  readonly drain: () => void;
}

/** Until the broker has said how often it wants to hear. */
const FIRST_INTERVAL_MS = 20_000;
const AFTER_FAILURE_MS = 5_000;

/**
 * Registers the node, then calls until `stop` aborts, then says that it leaves. What fails is tried again with the next
 * call: a node whose registration is late still works, it only shows late.
 */
export const keepPresent = async (
  { presence, description, held, log, drain }: KeepingPresent,
  stop: AbortSignal,
): Promise<void> => {
  let registered = false;
  let draining = false;
  let interval = FIRST_INTERVAL_MS;
  const hear = ({ drain: asked, heartbeatSeconds }: PresenceResponse): void => {
    interval = heartbeatSeconds * 1_000;
    if (!asked || draining) return;
    draining = true;
    log.info('asked to drain');
    drain();
  };
  while (!stop.aborted) {
    try {
      hear(registered ? await presence.heartbeat(held()) : await presence.register(description));
      registered = true;
    } catch (error) {
      // Its record was removed while it lived: it makes itself known anew.
      if (error instanceof BrokerRefused && error.refusal === 'NotFound') registered = false;
      log.warn('could not say that this node is here', { error });
      await delay(Math.min(interval, AFTER_FAILURE_MS), undefined, { signal: stop }).catch(() => undefined);
      continue;
    }
    await delay(interval, undefined, { signal: stop }).catch(() => undefined);
  }
};
