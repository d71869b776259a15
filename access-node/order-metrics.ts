import type { Counters } from '../core/contracts/orders.ts';
import type { Measured } from './log.ts';

/** What became of one order, in numbers: of each metric the sum is that of all orders. */
export const orderMetrics = (counters: Counters, seconds: number): Measured => ({
  OrdersDone: { unit: 'Count', value: 1 },
  OrderSeconds: { unit: 'Seconds', value: seconds },
  OrderBytes: { unit: 'Bytes', value: counters.bytes },
  OrderStoredBytes: { unit: 'Bytes', value: counters.storedBytes },
  OrderBlocks: { unit: 'Count', value: counters.transferred },
  OrderZeroBlocks: { unit: 'Count', value: counters.zero },
  OrderDeduplicatedBlocks: { unit: 'Count', value: counters.deduplicated },
  OrderStoredBlocks: { unit: 'Count', value: counters.stored },
});

export const failureMetrics = (seconds: number): Measured => ({
  OrdersFailed: { unit: 'Count', value: 1 },
  OrderSeconds: { unit: 'Seconds', value: seconds },
});
