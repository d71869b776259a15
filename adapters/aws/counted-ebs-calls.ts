import type { CountCall } from '../../core/contracts/billed-calls.ts';
import { EbsCallError, type EbsCalls } from './ebs-calls.ts';

/** A 2xx whose body was damaged is one to AWS; what never came, or was refused, moved no block. */
const wasAnswered = (error: unknown): boolean =>
  error instanceof EbsCallError && error.status >= 200 && error.status < 300;

/** The calls, each told of that AWS bills: blocks that came or were taken, and lists. Sealing a snapshot costs nothing. */
export const countedEbsCalls = (calls: EbsCalls, count: CountCall): EbsCalls => {
  const counted = async <T>(what: Parameters<CountCall>[0], call: Promise<T>): Promise<T> => {
    try {
      const answer = await call;
      count(what);
      return answer;
    } catch (error) {
      if (wasAnswered(error)) count(what);
      throw error;
    }
  };
  return {
    listSnapshotBlocks: (request, signal) => counted('blockLists', calls.listSnapshotBlocks(request, signal)),
    listChangedBlocks: (request, signal) => counted('blockLists', calls.listChangedBlocks(request, signal)),
    getSnapshotBlock: (request, into, signal) => counted('blocksRead', calls.getSnapshotBlock(request, into, signal)),
    putSnapshotBlock: (request, data, signal) =>
      counted('blocksWritten', calls.putSnapshotBlock(request, data, signal)),
    completeSnapshot: (request, signal) => calls.completeSnapshot(request, signal),
    close: () => calls.close(),
  };
};
