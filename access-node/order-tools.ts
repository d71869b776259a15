import type { RunProgress } from '../core/contracts/library-runs.ts';
import type { OrderCredentials, SessionCredentials } from '../core/contracts/orders.ts';
import type { BlockTransport } from '../core/ports/block-transport.ts';
import type { OrderWorkArea } from '../core/ports/node-control.ts';
import type { DeletableStore } from '../core/ports/object-store.ts';
import type { NoteCondemned } from '../library/condemn.ts';
import type { Library } from '../library/library.ts';
import type { PackReader } from '../library/read-pack.ts';
import type { RaiseFences } from '../library/sweep.ts';
import type { RunReader } from '../library/verify-volume.ts';
import type { BlockBuffers } from './block-buffers.ts';
import type { ClaimedOrder } from './order-runner.ts';
import type { SharedCounters } from './shared-counters.ts';

/** What the work on one order needs, in its worker thread. */
export interface OrderTools {
  readonly order: ClaimedOrder;
  readonly workArea: OrderWorkArea;
  /** To the tenant's snapshots; throws InvalidRequest if the order came without credentials for them. */
  transport(): Promise<BlockTransport>;
  /** The tenant's library; throws InvalidRequest if the order came without it. */
  library(): Library;
  /** Reads the library, with the help of the node's workers that have no order. */
  spread(): PackReader & RunReader;
  /** Of a library run. */
  readonly maintenance: MaintenanceTools;
  /** Of this thread, kept between its orders. */
  readonly buffers: BlockBuffers;
  readonly counters: SharedCounters;
  readonly signal: AbortSignal;
  /** The most blocks that are fetched or put at the same time; each holds a buffer of a block's size. */
  readonly connections: number;
  readonly level: 'fast' | 'default';
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface MaintenanceTools {
  /** The library's own place; deletes where the order's credentials let it. */
  store(): DeletableStore;
  readonly noteCondemned: NoteCondemned;
  readonly raiseFences: RaiseFences;
  tell(progress: RunProgress): void;
}

/** An order's credentials as they are now: replaced by the broker while it runs. */
export interface LiveCredentials {
  readonly tenant: () => SessionCredentials;
  readonly library: () => SessionCredentials;
  readonly workArea: () => SessionCredentials;
  replace(credentials: OrderCredentials): void;
}
