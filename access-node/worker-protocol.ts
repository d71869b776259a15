/** What the main thread and a worker thread say to each other. */
import type { OrderCredentials } from '../core/contracts/orders.ts';
import type { SharedLibrary } from '../library/library.ts';
import type { ClaimedOrder, WorkEnd } from './order-runner.ts';

export type ToWorker =
  | {
      readonly type: 'start';
      readonly order: ClaimedOrder;
      /** Absent for orders that need no library. */
      readonly library: SharedLibrary | undefined;
      readonly counters: SharedArrayBuffer;
    }
  | { readonly type: 'credentials'; readonly credentials: OrderCredentials }
  | { readonly type: 'rate'; readonly callsPerSecond: number }
  | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'want-credentials' }
  | { readonly type: 'ended'; readonly end: WorkEnd; readonly figures: WorkFigures };

/** For the node's log. */
export interface WorkFigures {
  readonly kind: string;
  readonly seconds: number;
  /** Calls to EBS, retries included. */
  readonly calls: Readonly<Record<string, number>>;
}
