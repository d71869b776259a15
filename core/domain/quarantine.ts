import type { HypervisorId, NodeId, OrderId } from '../contracts/ids.ts';
import type { QuarantineView } from '../contracts/quarantine.ts';
import type { JobError } from './job.ts';
import { jobError } from './job-error.ts';
import type { Death, Order } from './order.ts';

/** Of one order: then nobody gets it any more. A node that is told to stop hands its orders back, which is no death. */
export const MOST_DEATHS = 3;
/**
 * From so many deaths on an order runs alone: on a node that holds no other, and gets none meanwhile. Those that merely ran
 * beside a poisonous one when it killed their node so never come to the third.
 */
export const SUSPECT_DEATHS = 2;
/** Kept of one service hypervisor, the newest: a node may invent as many as it likes. */
export const MOST_MESSAGES = 100;
/** Longer than SQS keeps a message: what it may have been is not to be found out any more. */
export const MESSAGES_KEPT_MS = 30 * 86_400_000;

/** The last of a node's orders that run alone. */
export interface Suspect {
  readonly orderId: OrderId;
  /** ms since 1970: till then the node is given no other, so that it is free when this one comes again. */
  readonly keptUntil: number;
}

/** A message in a queue that names no order. */
export interface StrayMessage {
  readonly messageId: string;
  readonly serviceId: HypervisorId;
  readonly nodeId: NodeId;
  readonly bytes: number;
  readonly sha256: string;
  readonly receiveCount: number;
  /** ms since 1970 */
  readonly at: number;
}

/** Told twice, it is one. `sha256`: of its body. */
export const messageIdOf = (sha256: string): string => `msg-${sha256.slice(0, 40)}`;

export type Quarantined =
  | { readonly kind: 'order'; readonly order: Order }
  | { readonly kind: 'message'; readonly message: StrayMessage };

/** The process that claims: a node that was restarted is the same node, and has lost what it held. */
export interface Claimer {
  readonly nodeId: NodeId;
  readonly processId: string | undefined;
}

/**
 * The order's deaths, where this node is about to take it over. A claim that its own process repeats (the answer was lost)
 * is none; nor is it where one of the two does not say which process it is, nor while the claim before is still heard of:
 * a node's own word that it is another process by now is none for its order's fault.
 */
export const deathsSoFar = (order: Order, by: Claimer, isSilent: boolean): readonly Death[] => {
  const { state, nodeId, processId, claim, heartbeatAt = 0, deaths = [] } = order;
  if (state !== 'claimed' || nodeId === undefined || !isSilent) return deaths;
  const sameProcess =
    nodeId === by.nodeId && (processId === by.processId || processId === undefined || by.processId === undefined);
  return sameProcess ? deaths : [...deaths, { nodeId, claim, lastHeardAt: heartbeatAt }];
};

/**
 * What becomes of an order that this node asks for. That a node dies time and again says as much of the node as of its
 * orders: while another is there that has not died with this one, that one has the next try, and without it nothing is
 * quarantined. `live`: the service's nodes that are there.
 */
export const verdictOn = (
  deaths: readonly Death[],
  by: NodeId,
  live: readonly NodeId[],
): 'give' | 'give alone' | 'not to this node' | 'quarantine' => {
  if (deaths.length < SUSPECT_DEATHS) return 'give';
  const lost = new Set(deaths.map(({ nodeId }) => nodeId));
  const anotherMayTry = [by, ...live].some((nodeId) => !lost.has(nodeId));
  if (deaths.length >= MOST_DEATHS && (lost.size > 1 || !anotherMayTry)) return 'quarantine';
  return lost.has(by) && anotherMayTry ? 'not to this node' : 'give alone';
};

export const quarantineError = (deaths: readonly Death[]): JobError =>
  jobError(
    'OrderQuarantined',
    `${deaths.length} access nodes were lost while they worked on it: ${deaths.map(({ nodeId }) => nodeId).join(', ')}`,
  );

const time = (ms: number): string => new Date(ms).toISOString();

export const quarantineView = (item: Quarantined): QuarantineView => {
  if (item.kind === 'message') {
    const { messageId, at, ...message } = item.message;
    return { kind: 'message', id: messageId, at: time(at), ...message };
  }
  const {
    orderId,
    quarantinedAt = 0,
    tenantId,
    serviceId,
    workerId,
    jobId,
    attempt,
    instanceId,
    ...order
  } = item.order;
  return {
    kind: 'order',
    id: orderId,
    at: time(quarantinedAt),
    tenantId,
    serviceId: workerId ?? serviceId,
    jobId,
    attempt,
    ...(order.kind === 'maintain-library' ? {} : { instanceId }),
    work: order.kind,
    snapshotIds: [...order.snapshotIds],
    deaths: (order.deaths ?? []).map(({ nodeId, claim, lastHeardAt }) => ({
      nodeId,
      claim,
      lastHeardAt: time(lastHeardAt),
    })),
    documentKey: order.documentKey,
    ...(order.error ? { error: { name: order.error.name, message: order.error.message } } : {}),
  };
};
