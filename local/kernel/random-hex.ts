import { hash, randomBytes } from 'node:crypto';
import type { Store } from './store.ts';

/**
 * Random lower-case hex, or a sequence that a seed repeats. A data folder counts its starts, so that a seeded cloud
 * does not give out the same ids again after a stop and start.
 */
export const createRandomHex = (store: Store, seed: string | undefined): ((bytes: number) => string) => {
  if (seed === undefined) return (bytes) => randomBytes(bytes).toString('hex');
  const starts = store.table<number>('kernel.starts');
  const start = starts.get(seed) ?? 0;
  starts.put(seed, start + 1);
  let count = 0;
  return (bytes) => {
    let hex = '';
    while (hex.length < bytes * 2) hex += hash('sha256', `${seed}/${start}/${count++}`, 'hex');
    return hex.slice(0, bytes * 2);
  };
};
