import type { HypervisorId, NodeId } from '../contracts/ids.ts';
import type { JobError } from '../domain/job.ts';
import type { Death, Order } from '../domain/order.ts';
import type { Quarantined, StrayMessage, Suspect } from '../domain/quarantine.ts';
import type { Page, PageRequest } from './page.ts';

export interface MessageCounts {
  readonly kept: number;
  readonly reported: number;
}

/** What was set aside for an operator to look at. */
export interface Quarantine {
  /** Sets an order aside that `seen` (as of `Orders.claim`) still describes: nobody can claim it any more. Else false. */
  putOrder(seen: Order, deaths: readonly Death[], error: JobError, now: number): Promise<boolean>;
  /** Idempotent: the first report of a message stays. Of a service hypervisor's the newest `keep` are kept. */
  addMessage(message: StrayMessage, keep: number): Promise<void>;
  /** Of one service hypervisor: how many are kept, and how many were reported in all. */
  countMessages(serviceId: HypervisorId): Promise<MessageCounts>;
  /** Those that were reported before (ms since 1970) are not kept any more; they stay counted. */
  forgetMessages(before: number): Promise<void>;
  /** So many of the orders in quarantine, oldest ids first. */
  orders(limit: number): Promise<readonly Order[]>;
  /** By the id of an order or a message; undefined if it is not in quarantine (any more). */
  get(id: string): Promise<Quarantined | undefined>;
  /** Of all tenants and service hypervisors, by id. */
  list(page: PageRequest): Promise<Page<Quarantined>>;
  /** Takes it out; an order is closed by it. Idempotent. */
  release(id: string): Promise<void>;
  /** Which order of those that run alone a node took, or is to take, last. */
  suspectOf(nodeId: NodeId): Promise<Suspect | undefined>;
  /** False if another has been noted since `before` was read. */
  noteSuspect(nodeId: NodeId, suspect: Suspect, before: Suspect | undefined): Promise<boolean>;
}
