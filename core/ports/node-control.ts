/** What an access node reaches of the control plane. Each call is tried once; access-node/persist.ts tries again. */
import type {
  BrokerRequest,
  ClaimResponse,
  HeartbeatResponse,
  NodeDescription,
  OrderOutcome,
  PresenceResponse,
} from '../contracts/orders.ts';

export interface OrderMessageInHand {
  readonly body: string;
  /** Valid for this receipt only; a later one of the same message replaces it. */
  readonly receipt: string;
  /** How often the message has been received by anyone, this time included. */
  readonly receiveCount: number;
}

/** One queue of orders. Delivers at least once. Throws TransientFailure for whatever may pass. */
export interface OrderQueue {
  readonly url: string;
  /** Up to `max` (1 to 10) messages, hidden from others for the visibility time; waits for the first up to `waitSeconds`. */
  receive(max: number, waitSeconds: number, signal: AbortSignal): Promise<readonly OrderMessageInHand[]>;
  /** Hides the message for that long from now, 0 gives it back at once. False if the receipt is no longer valid. */
  setVisibility(receipt: string, seconds: number): Promise<boolean>;
  /** Idempotent; a receipt that is no longer valid is no error. */
  delete(receipt: string): Promise<void>;
}

type Asked<Operation extends BrokerRequest['operation']> = Omit<
  Extract<BrokerRequest, { operation: Operation }>,
  'operation' | 'nodeId'
>;

/**
 * The broker. Throws TransientFailure for whatever may pass and BrokerRefused where asking again is pointless: the
 * order is not this node's (any more), or the deployment does not let it ask.
 */
export interface OrderBroker {
  claim(request: Asked<'claimOrder'>): Promise<ClaimResponse>;
  /** Shows operators a message that names no order, before it is deleted. Idempotent. */
  reportMessage(request: Omit<Asked<'reportMessage'>, 'serviceId'>): Promise<void>;
  heartbeat(request: Asked<'heartbeatOrder'>): Promise<HeartbeatResponse>;
  /** Answers with the outcome that counts: an earlier one, if another node was first. Idempotent. */
  complete(request: Asked<'completeOrder'>): Promise<OrderOutcome>;
  /** Idempotent. */
  release(request: Asked<'releaseOrder'>): Promise<void>;
  /** Of a prune or repair, after it has published what it condemns. Idempotent. */
  noteCondemned(request: Asked<'noteCondemned'>): Promise<void>;
  /** Of a prune, before it deletes. Idempotent. */
  raiseFences(request: Asked<'raiseFences'>): Promise<void>;
}

/** How a node makes itself known to its service hypervisor. Throws as OrderBroker does. */
export interface NodePresence {
  /** Idempotent; says it anew each time. */
  register(description: NodeDescription): Promise<PresenceResponse>;
  heartbeat(held: number): Promise<PresenceResponse>;
  /** Idempotent. */
  leave(): Promise<void>;
}

export class BrokerRefused extends Error {
  override readonly name = 'BrokerRefused';
  /** The broker's own name for it, such as FenceRaised. */
  readonly refusal: string;
  constructor(refusal: string, message: string, cause?: unknown) {
    super(`${refusal}: ${message}`, { cause });
    this.refusal = refusal;
  }
}

/** Answers the state machine. False if the token is dead (answered, timed out, or its execution ended). */
export interface TaskAnswers {
  success(taskToken: string, output: OrderOutcome): Promise<boolean>;
  failure(taskToken: string, error: { readonly name: string; readonly message: string }): Promise<boolean>;
}

/** The part of the work area that an order's credentials reach. Retries inside; throws TransientFailure. */
export interface OrderWorkArea {
  /** undefined if there is no such object. */
  getJson(key: string): Promise<unknown>;
  putJson(key: string, value: unknown): Promise<void>;
  putBytes(key: string, bytes: Uint8Array): Promise<void>;
  /** `length` bytes from `start`, fewer where the object ends, and its whole size; undefined if there is none. */
  getRange(
    key: string,
    start: number,
    length: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly size: number } | undefined>;
  close(): void;
}
