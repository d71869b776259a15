import { type Counters, noCounters } from '../core/contracts/orders.ts';

/**
 * An order's counters in memory that both threads see, so that a heartbeat reads them without disturbing the worker,
 * even while it compresses. Written by one thread only.
 */
export interface SharedCounters {
  readonly memory: SharedArrayBuffer;
  add(name: keyof Counters, amount: number): void;
  set(name: keyof Counters, value: number): void;
  read(): Counters;
}

const NAMES = Object.keys(noCounters) as (keyof Counters)[];

export const createSharedCounters = (
  memory: SharedArrayBuffer = new SharedArrayBuffer(NAMES.length * 8),
): SharedCounters => {
  // Doubles count whole numbers up to 2^53 and are written whole on every platform that Node runs on.
  const cells = new Float64Array(memory);
  const at = (name: keyof Counters): number => NAMES.indexOf(name);
  return {
    memory,
    add(name, amount) {
      const cell = at(name);
      cells[cell] = (cells[cell] ?? 0) + amount;
    },
    set(name, value) {
      cells[at(name)] = value;
    },
    read: () => Object.fromEntries(NAMES.map((name, cell) => [name, cells[cell] ?? 0])) as Counters,
  };
};
