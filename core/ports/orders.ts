import type { BilledCalls } from '../contracts/billed-calls.ts';
import type { JobId, OrderId } from '../contracts/ids.ts';
import type { Counters, OrderOutcome } from '../contracts/orders.ts';
import type { JobError } from '../domain/job.ts';
import type { Order } from '../domain/order.ts';

/** Orders to access nodes, and who has claimed them. Of all methods: see `Catalog`. */
export interface Orders {
  /** Makes the records that are absent; any number. */
  add(orders: readonly Order[]): Promise<void>;
  get(orderId: OrderId): Promise<Order | undefined>;
  /** Of one attempt, or of one instance of it, in no order. */
  ofAttempt(jobId: JobId, attempt: number, instanceId?: string): Promise<readonly Order[]>;
  /**
   * Takes an order that is queued or failed, or that `seen` (the record as the caller read it: same claim, same
   * heartbeatAt) still describes. Counts `claim` up. Undefined if it has changed in between. `more`: which process of the
   * node it is, which claims ended without a word so far, and who has held it.
   */
  claim(
    orderId: OrderId,
    seen: Order,
    nodeId: string,
    tokenHash: string,
    now: number,
    more?: Pick<Order, 'processId' | 'deaths' | 'holders'>,
  ): Promise<Order | undefined>;
  /** Notes that a task token (by its hash) speaks for this order; false if it was noted for another before. */
  bindToken(tokenHash: string, orderId: OrderId): Promise<boolean>;
  /** Records a heartbeat of the present claim; the record before it, or undefined if the claim is not present any more. */
  heartbeat(orderId: OrderId, claim: number, counters: Counters, now: number): Promise<Order | undefined>;
  /**
   * Sets the outcome (and what was called for it) if none is there and the claim is present; answers the outcome that is
   * there then, if any.
   */
  complete(
    orderId: OrderId,
    claim: number,
    outcome: OrderOutcome,
    calls?: BilledCalls,
  ): Promise<OrderOutcome | undefined>;
  /** Back to `queued`, or `failed` with the error that says why, if the claim is present. */
  release(
    orderId: OrderId,
    claim: number,
    state: 'queued' | 'failed',
    error?: JobError,
    calls?: BilledCalls,
  ): Promise<boolean>;
  /** Nobody may claim it any more; what is done or in quarantine stays as it is. */
  close(orderId: OrderId): Promise<void>;
}
