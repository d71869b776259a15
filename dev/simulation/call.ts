import type { SimProcess } from './virtual/sim-process.ts';
import type { WireAnswer, WireCall } from './wire.ts';

/** One request to AWS (or to the REST API), each try of a retried one for itself. */
export interface SimCall {
  /** Of the run, from 0. */
  readonly index: number;
  /** Who calls: `lock-instance#4`, `node-2`, `operator`; its kind, and how many calls it made before, in its life. */
  readonly who: string;
  readonly kind: SimProcess['kind'];
  readonly ordinal: number;
  /** Of a function: which of its invocations it is in, from 1; else 0. */
  readonly invocation: number;
  /** As in SigV4's scope: `ec2`, `states`, `dynamodb`, … */
  readonly service: string;
  /** `CreateSnapshots`, …; for the REST API method and path. */
  readonly operation: string;
  /** The command's input; undefined for the REST API. */
  readonly input: unknown;
}

/**
 * What a call suffers on its way. No effect: `throttle`, `error-5xx`, `timeout-before`, `expired-token`, `access-denied`.
 * Effect, but a wrong answer: `timeout-after`, `cut-page` (the connection ends in the middle of the answer),
 * `stale-read` (what the same request was answered before, if it ever was), `malformed-answer`.
 */
export const faultKinds = [
  'throttle',
  'error-5xx',
  'timeout-before',
  'timeout-after',
  'cut-page',
  'stale-read',
  'expired-token',
  'access-denied',
  'malformed-answer',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What comes back instead of what the cloud answers to `send`, which need not be called, or may be more than once. */
export type Instead = (wire: WireCall, send: () => Promise<WireAnswer | undefined>) => Promise<WireAnswer | undefined>;

/**
 * `crash`: the caller's process dies, before the call reaches AWS or after its effect. `late`: the process is paused for
 * so many ms right before the call goes out; nothing of it times out meanwhile but a function as a whole.
 */
export type Verdict =
  | 'go'
  | { readonly crash: 'before' | 'after' }
  | { readonly late: number }
  | { readonly fault: FaultKind }
  | { readonly instead: Instead };

/** Asked once for each call, in the order of the calls. Draws only from what the run's seed gives it. */
export type Chaos = (call: SimCall) => Verdict;
