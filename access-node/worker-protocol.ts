/** What the main thread and a worker thread say to each other. */
import type { RunProgress } from '../core/contracts/library-runs.ts';
import type { OrderCredentials } from '../core/contracts/orders.ts';
import type { SharedLibrary } from '../library/library.ts';
import type { FreshIndex } from './index-line.ts';
import type { ClaimedOrder, ControlCall, WorkEnd } from './order-runner.ts';

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
  /** Answers `call-control`; with an error, it is not done. */
  | { readonly type: 'control-called'; readonly error?: { readonly name: string; readonly message: string } }
  /** Answers `want-index`. */
  | { readonly type: 'index'; readonly answer: FreshIndex }
  | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'want-credentials' }
  | { readonly type: 'progress'; readonly progress: RunProgress }
  /** Of the library that the order was lent. */
  | { readonly type: 'want-index' }
  | { readonly type: 'call-control'; readonly call: ControlCall }
  | { readonly type: 'ended'; readonly end: WorkEnd; readonly figures: WorkFigures };

/** For the node's log. */
export interface WorkFigures {
  readonly kind: string;
  readonly seconds: number;
  /** Calls to EBS, retries included. */
  readonly calls: Readonly<Record<string, number>>;
}
