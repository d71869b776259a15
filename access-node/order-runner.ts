import type { BilledCalls } from '../core/contracts/billed-calls.ts';
import type { RunProgress } from '../core/contracts/library-runs.ts';
import type { ClaimResponse, Counters, OrderCredentials } from '../core/contracts/orders.ts';

/** What a claim gave: everything that the work needs to know. */
export type ClaimedOrder = Omit<Extract<ClaimResponse, { outcome: 'yours' }>, 'outcome'> & { readonly orderId: string };

export type WorkEnd =
  /** The result is in the work area. */
  | { readonly end: 'done'; readonly resultKey: string }
  /** By a name of core/domain/errors.ts. */
  | { readonly end: 'failed'; readonly error: { readonly name: string; readonly message: string } }
  /** `stop` was called; nothing is being written any more. */
  | { readonly end: 'stopped' };

/** An order's work while it runs, in a thread of its own. */
export interface RunningOrder {
  /** Never rejects. */
  readonly ended: Promise<WorkEnd>;
  counters(): Counters;
  /** What AWS bills of what was called for it so far, by whichever thread. */
  calls(): BilledCalls;
  /** Of a library run, once it has said so. */
  progress(): RunProgress | undefined;
  setRate(callsPerSecond: number): void;
  setCredentials(credentials: OrderCredentials): void;
  /** `ended` follows within seconds, whatever the work is doing. */
  stop(): void;
}

export interface OrderRunner {
  /** `wantCredentials` is called when a session turned out to have ended early. */
  start(order: ClaimedOrder, wantCredentials: () => void, callControl: CallControl): RunningOrder;
}

/** What a run that changes a library says to the control plane before it goes on. */
export type ControlCall =
  /** It has published that generation of what is condemned. */
  | { readonly operation: 'noteCondemned'; readonly generation: number }
  /** It is about to delete: commits of what was begun before (ms since 1970) are to be refused. */
  | { readonly operation: 'raiseFences'; readonly generation: number; readonly before: number };

/** Asked until it is done. */
export type CallControl = (call: ControlCall) => Promise<void>;
