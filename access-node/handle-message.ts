import { createHash } from 'node:crypto';
import { type ClaimResponse, OrderMessage } from '../core/contracts/orders.ts';
import { readFromNewer } from '../core/contracts/other-versions.ts';
import {
  BrokerRefused,
  type OrderBroker,
  type OrderMessageInHand,
  type OrderQueue,
  type TaskAnswers,
} from '../core/ports/node-control.ts';
import { holdMessage } from './hold-message.ts';
import { keepClaim } from './keep-claim.ts';
import type { Fields, Log } from './log.ts';
import { failureMetrics, orderMetrics } from './order-metrics.ts';
import type { ClaimedOrder, ControlCall, OrderRunner } from './order-runner.ts';
import { persist } from './persist.ts';

export interface MessageHandling {
  readonly broker: OrderBroker;
  readonly answers: TaskAnswers;
  readonly runner: OrderRunner;
  readonly log: Log;
  readonly now: () => number;
  readonly visibilitySeconds: number;
  /** Tuned down by tests. */
  readonly patience?: Partial<Patience>;
}

export interface Patience {
  /** Nothing is lost by a claim that fails: the message comes back. */
  readonly claimMs: number;
  /** Behind a completion or an answer stands the transfer of gigabytes. */
  readonly answerMs: number;
}
const defaultPatience: Patience = { claimMs: 15_000, answerMs: 120_000 };

/** Another node's heartbeats come every 20 s: looking again sooner cannot tell more. */
const HELD_SECONDS = 20;

/**
 * Sees one message of a queue through to its end. A crash between any two effects is harmless, because each is
 * repeatable and the message goes last: whoever gets it next finds the order done (and answers the token with the
 * recorded outcome), gone, held, or free to be claimed. `stop` aborts when the order is to be handed back. Never rejects.
 */
export const createMessageHandler = (deps: MessageHandling) => {
  const { broker, answers, runner, now, visibilitySeconds } = deps;
  const patience = { ...defaultPatience, ...deps.patience };
  /** Orders that run here. The broker lets a node claim its own order anew, since it may have been restarted. */
  const ours = new Set<string>();
  /** Those of them that it has given us: one that killed others is given only to a node that holds none. */
  const given = new Set<string>();

  return async (queue: OrderQueue, message: OrderMessageInHand, stop: AbortSignal): Promise<void> => {
    const parsed = parseMessage(message.body);
    if (!parsed) {
      // No node can ever do anything with it, and its task (if it is one's) has a deadline of its own.
      const { body, receiveCount } = message;
      const stray = { bytes: Buffer.byteLength(body), sha256: createHash('sha256').update(body).digest('hex') };
      try {
        await persist(() => broker.reportMessage({ ...stray, receiveCount }), {
          deadlineMs: patience.claimMs,
          signal: stop,
        });
      } catch (error) {
        deps.log.error('a message that names no order could not be reported: it stays', { ...stray, error });
        return;
      }
      deps.log.error('a message that names no order was reported and deleted', stray);
      await drop(deps.log);
      return;
    }
    const { orderId, taskToken } = parsed;
    const log = deps.log.with({ orderId });
    const held = holdMessage(queue, message, visibilitySeconds, log);
    if (ours.has(orderId)) {
      log.warn('a second message of an order that runs here');
      return giveBack(HELD_SECONDS, log);
    }
    ours.add(orderId);
    try {
      await handle(orderId, taskToken, log);
    } catch (error) {
      // The message stays: it comes back when its visibility ends, and the broker knows how far the order got.
      log.error('left to the next node', { error });
    } finally {
      ours.delete(orderId);
      given.delete(orderId);
      held.release();
    }

    async function handle(orderId: string, taskToken: string, log: Log): Promise<void> {
      const claim = await claimOrder(orderId, taskToken, log);
      if (!claim) return;
      switch (claim.outcome) {
        case 'gone':
          log.info('the order is gone', { reason: claim.reason });
          return drop(log);
        case 'held':
          await giveBack(HELD_SECONDS, log);
          return;
        case 'done':
          log.info('the order was done already');
          await answerSuccess(taskToken, claim.result, log);
          return drop(log);
        case 'yours':
          given.add(orderId);
          return perform({ ...claim, orderId }, taskToken, log.with(idsOf(claim)));
        default:
          return claim satisfies never;
      }
    }

    async function claimOrder(orderId: string, taskToken: string, log: Log): Promise<ClaimResponse | undefined> {
      try {
        return await persist(() => broker.claim({ orderId, taskToken, holding: given.size }), {
          deadlineMs: patience.claimMs,
          signal: stop,
        });
      } catch (error) {
        // Refused or out of reach: only the broker may say that an order needs no node, so the message stays.
        log.warn('could not claim the order', { error, receiveCount: message.receiveCount });
        if (!(error instanceof BrokerRefused)) await giveBack(stop.aborted ? 0 : HELD_SECONDS, log);
        return undefined;
      }
    }

    function callControl(
      base: Omit<Parameters<OrderBroker['noteCondemned']>[0], 'generation'>,
      call: ControlCall,
    ): Promise<void> {
      const { generation } = call;
      if (call.operation === 'noteCondemned') return broker.noteCondemned({ ...base, generation });
      return broker.raiseFences({ ...base, generation, before: call.before });
    }

    async function perform(order: ClaimedOrder, taskToken: string, log: Log): Promise<void> {
      const base = { orderId: order.orderId, taskToken, claim: order.claim };
      const startedAt = performance.now();
      log.info('order started', { attempt: order.attempt });
      const running = runner.start(
        order,
        () => kept.wantCredentials(),
        (call) =>
          persist(() => callControl(base, call), {
            deadlineMs: patience.answerMs,
            signal: stop,
            onRetry: (error) => log.warn('the control plane did not answer yet', { operation: call.operation, error }),
          }),
      );
      const kept = keepClaim({ broker, now, log }, order, taskToken, running);
      const onStop = (): void => running.stop();
      if (stop.aborted) onStop();
      else stop.addEventListener('abort', onStop, { once: true });
      const end = await running.ended;
      stop.removeEventListener('abort', onStop);
      await kept.end();
      const counters = running.counters();
      const calls = running.calls();
      const seconds = Math.round(performance.now() - startedAt) / 1000;

      if (end.end === 'done') {
        const outcome = await persist(() => broker.complete({ ...base, counters, calls, resultKey: end.resultKey }), {
          deadlineMs: patience.answerMs,
          onRetry: (error) => log.warn('could not report the order as done yet', { error }),
        });
        log.measured('info', 'order done', orderMetrics(counters, seconds), { seconds, counters });
        await answerSuccess(taskToken, outcome, log);
        return drop(log);
      }

      const verdict = kept.verdict();
      if (verdict === 'lost') {
        // Whoever has it now has a message of its own; ours is stale, or shows the broker's verdict once more.
        log.warn('order given up: it is not ours any more', { seconds });
        // what it cost is counted, whoever finishes it
        await release({ ...base, counters, calls }, log);
        return;
      }
      if (verdict === 'cancelled') {
        log.info('order stopped: cancelled', { seconds });
        await release({ ...base, counters, calls }, log);
        return drop(log);
      }
      if (end.end === 'stopped') {
        log.info('order handed back', { seconds });
        await release({ ...base, counters, calls }, log);
        await giveBack(0, log);
        return;
      }
      log.measured('error', 'order failed', failureMetrics(seconds), { seconds, error: end.error });
      const error = { name: end.error.name.slice(0, 256), message: end.error.message.slice(0, 8_192) };
      await release({ ...base, counters, calls, error }, log);
      await persist(() => answers.failure(taskToken, error), {
        deadlineMs: patience.answerMs,
        onRetry: (retried) => log.warn('could not report the failure yet', { error: retried }),
      });
      return drop(log);
    }

    async function answerSuccess(taskToken: string, outcome: Parameters<TaskAnswers['success']>[1], log: Log) {
      const alive = await persist(() => answers.success(taskToken, outcome), {
        deadlineMs: patience.answerMs,
        onRetry: (error) => log.warn('could not answer the task yet', { error }),
      });
      if (!alive) log.info("the order's task had ended already");
    }

    /** If it fails, the broker learns that the order is free when heartbeats stay away. */
    async function release(request: Parameters<OrderBroker['release']>[0], log: Log): Promise<void> {
      await persist(() => broker.release(request), { deadlineMs: patience.claimMs }).catch((error: unknown) =>
        log.warn('could not release the order', { error }),
      );
    }

    /** If it fails, the message comes back and the broker says `gone` or `done`. */
    async function drop(log: Log): Promise<void> {
      await persist(() => queue.delete(message.receipt), { deadlineMs: patience.claimMs }).catch((error: unknown) =>
        log.warn('could not delete the message', { error }),
      );
    }

    async function giveBack(seconds: number, log: Log): Promise<void> {
      held.release();
      await queue
        .setVisibility(message.receipt, seconds)
        .catch((error: unknown) => log.warn('could not give the message back', { error }));
    }
  };
};

/** What each line about an order is found by. Of a tenant's own snapshots alone the node is told no hypervisor. */
const idsOf = ({ claim, jobId, instanceId, libraryAccess }: Extract<ClaimResponse, { outcome: 'yours' }>): Fields => ({
  claim,
  jobId,
  ...(libraryAccess ? { tenantId: libraryAccess.tenantId } : {}),
  ...(instanceId === undefined ? {} : { instanceId }),
});

const parseMessage = (body: string): OrderMessage | undefined => {
  try {
    return readFromNewer(OrderMessage, JSON.parse(body));
  } catch {
    return undefined;
  }
};
