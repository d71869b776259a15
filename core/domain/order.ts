import type { BilledCalls } from '../contracts/billed-calls.ts';
import type { HypervisorId, JobId, LibraryRunId, NodeId, OrderId } from '../contracts/ids.ts';
import type { OrderWork } from '../contracts/order-work.ts';
import type { Counters, OrderOutcome } from '../contracts/orders.ts';
import type { JobError } from './job.ts';

/** A claim that ended without a word: its node was lost. */
export interface Death {
  readonly nodeId: NodeId;
  readonly claim: number;
  /** Its last heartbeat, ms since 1970. */
  readonly lastHeardAt: number;
}

/** A node, and the token that it has claimed an order with: only whoever knows both speaks of its claims' cost. */
export interface Holder {
  readonly nodeId: NodeId;
  /** SHA-256 (hex) of the task token. */
  readonly tokenHash: string;
}

/** An order's record: what the broker decides by. Its work is in the work area. */
export interface Order {
  readonly orderId: OrderId;
  /** Of maintain-library: the library run, whose passes count as attempts. */
  readonly jobId: JobId | LibraryRunId;
  readonly attempt: number;
  readonly tenantId: HypervisorId;
  /** Whose library the order reads or writes: the point's, which need not be the tenant's present binding. */
  readonly serviceId: HypervisorId;
  /** Whose nodes work on it, if not those of `serviceId`. */
  readonly workerId?: HypervisorId;
  /** Whose record holds the lease that this order works under. Of maintain-library: empty. */
  readonly instanceId: string;
  readonly fence?: number;
  /** Of a segment: which volume it is of. */
  readonly volumeId?: string;
  readonly kind: OrderWork['kind'];
  /** Snapshots that its credentials may touch. */
  readonly snapshotIds: readonly string[];
  /** Of maintain-library: it changes what is in the library, and may delete. */
  readonly maintains?: true;
  /** Of maintain-library: it extends locks, and changes nothing else. */
  readonly extendsLocks?: true;
  /** Of one that writes to a library with a lock: until when (ms since 1970) what it writes is kept. */
  readonly lockedUntil?: number;
  /** Of maintain-library: it adds a data key, as whoever writes for the first time does. */
  readonly rotatesKey?: true;
  readonly documentKey: string;
  readonly resultPrefix: string;
  /** `closed`: by cleanup; nobody may claim it any more. `quarantined`: nor this one; an operator has to look at it. */
  readonly state: 'queued' | 'claimed' | 'done' | 'failed' | 'closed' | 'quarantined';
  /** How often it was claimed. */
  readonly claim: number;
  readonly nodeId?: string;
  /** Which process of that node, as it says itself. */
  readonly processId?: string;
  /** SHA-256 (hex) of the task token that the present claim proved itself with. */
  readonly tokenHash?: string;
  /** All that have claimed it, the newest of them; a record of before they were kept has none. */
  readonly holders?: readonly Holder[];
  /** ms since 1970 */
  readonly heartbeatAt?: number;
  readonly counters?: Counters;
  readonly outcome?: OrderOutcome;
  /** What the last claim that ended by its own word said that it has called, written with that end. */
  readonly ended?: { readonly claim: number; readonly calls: BilledCalls };
  /** Of the last claim that failed. */
  readonly error?: JobError;
  /** Claims that ended without a word. */
  readonly deaths?: readonly Death[];
  /** ms since 1970 */
  readonly quarantinedAt?: number;
}

/** A node that an order has left long ago, with ten others after it, has nothing to say of it any more. */
const MOST_HOLDERS = 10;

/** With one more, each but once. */
export const withHolder = (holders: readonly Holder[] = [], { nodeId, tokenHash }: Holder): readonly Holder[] =>
  [...holders.filter((each) => !isSame(each, { nodeId, tokenHash })), { nodeId, tokenHash }].slice(-MOST_HOLDERS);

/** Whether it holds the order, or has held it. */
export const hasHeld = ({ holders = [], nodeId, tokenHash }: Order, asks: Holder): boolean =>
  (nodeId === asks.nodeId && tokenHash === asks.tokenHash) || holders.some((each) => isSame(each, asks));

const isSame = (a: Holder, b: Holder): boolean => a.nodeId === b.nodeId && a.tokenHash === b.tokenHash;
