/** What the main thread and a worker thread say to each other. */
import type { MessagePort } from 'node:worker_threads';
import type { RunProgress } from '../core/contracts/library-runs.ts';
import type { LibraryRef, OrderCredentials } from '../core/contracts/orders.ts';
import type { SharedLibrary } from '../library/library.ts';
import type { FreshIndex } from './index-line.ts';
import type { ClaimedOrder, ControlCall, WorkEnd } from './order-runner.ts';

/** What a worker needs to read another's library. */
export interface HelpedLibrary {
  readonly library: LibraryRef;
  readonly shared: SharedLibrary;
  /** Of the order that is helped. */
  readonly calls: SharedArrayBuffer;
}

export type ToWorker =
  | {
      readonly type: 'start';
      readonly order: ClaimedOrder;
      /** Absent for orders that need no library. */
      readonly library: SharedLibrary | undefined;
      readonly counters: SharedArrayBuffer;
      readonly calls: SharedArrayBuffer;
    }
  | { readonly type: 'credentials'; readonly credentials: OrderCredentials }
  | { readonly type: 'rate'; readonly callsPerSecond: number }
  /** Answers `call-control`; with an error, it is not done. */
  | { readonly type: 'control-called'; readonly error?: { readonly name: string; readonly message: string } }
  /** Answers `want-index`. */
  | { readonly type: 'index'; readonly answer: FreshIndex }
  /** Answers `want-helpers`, once for each. */
  | { readonly type: 'helper'; readonly port: MessagePort }
  /** To a worker without an order: reads for whoever is at the port's other end. */
  | { readonly type: 'help'; readonly library: HelpedLibrary; readonly port: MessagePort }
  /** An order waits for it. */
  | { readonly type: 'help-no-more' }
  | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'want-credentials' }
  | { readonly type: 'progress'; readonly progress: RunProgress }
  /** Of the library that the order was lent. */
  | { readonly type: 'want-index' }
  | { readonly type: 'call-control'; readonly call: ControlCall }
  /** The order can use what other workers have no order. */
  | { readonly type: 'want-helpers' }
  /** Answers `help`, when that has ended. */
  | { readonly type: 'helped' }
  | { readonly type: 'ended'; readonly end: WorkEnd; readonly figures: WorkFigures };

/** For the node's log. */
export interface WorkFigures {
  readonly kind: string;
  readonly seconds: number;
  /** Calls to EBS, retries included. */
  readonly calls: Readonly<Record<string, number>>;
}
