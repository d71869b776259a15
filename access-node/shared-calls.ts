import { BILLED_CALLS, type BilledCalls, type CountCall } from '../core/contracts/billed-calls.ts';

/**
 * What AWS bills of an order's calls, in memory that all threads see which call for it: its worker, those that help it, and
 * the main thread, which opens its library. So a thread that dies takes nothing with it.
 */
export interface SharedCalls {
  readonly memory: SharedArrayBuffer;
  readonly count: CountCall;
  read(): BilledCalls;
}

export const createSharedCalls = (
  // an order with more than 4,294,967,295 calls of a kind would take weeks
  memory: SharedArrayBuffer = new SharedArrayBuffer(BILLED_CALLS.length * Uint32Array.BYTES_PER_ELEMENT),
): SharedCalls => {
  const cells = new Uint32Array(memory);
  return {
    memory,
    count: (call) => void Atomics.add(cells, BILLED_CALLS.indexOf(call), 1),
    read: () => Object.fromEntries(BILLED_CALLS.map((call, cell) => [call, Atomics.load(cells, cell)])) as BilledCalls,
  };
};
