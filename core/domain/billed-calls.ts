import { BILLED_CALLS, type BilledCall, type BilledCalls } from '../contracts/billed-calls.ts';

const each = (of: (call: BilledCall) => number): BilledCalls =>
  Object.fromEntries(BILLED_CALLS.map((call) => [call, of(call)])) as BilledCalls;

export const sumOfCalls = (a: BilledCalls, b: BilledCalls): BilledCalls => each((call) => a[call] + b[call]);

/** What `now` has more than `before`, of each. */
export const moreCalls = (now: BilledCalls, before: BilledCalls): BilledCalls =>
  each((call) => Math.max(0, now[call] - before[call]));

export const furthestCalls = (a: BilledCalls, b: BilledCalls): BilledCalls =>
  each((call) => Math.max(a[call], b[call]));

/** All of them: grows whenever one of them does. */
export const countOfCalls = (calls: BilledCalls): number => BILLED_CALLS.reduce((sum, call) => sum + calls[call], 0);

/** `2026-11`, UTC. */
export const monthOf = (time: number): string => new Date(time).toISOString().slice(0, 7);
