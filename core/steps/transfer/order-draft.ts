import type { OrderId } from '../../contracts/ids.ts';
import type { OrderWork } from '../../contracts/order-work.ts';

/** What is to be done by one order, before it is placed. */
export interface OrderDraft {
  /** The id of the same order in an attempt: this one's, and, where that has left something, in those before it. */
  orderIdIn(attempt: number): OrderId;
  readonly volumeId: string;
  /** To be read or written. */
  readonly blocks: number;
  readonly snapshotIds: readonly string[];
  readonly work: OrderWork;
}
