import type { SegmentResult } from '../core/contracts/order-results.ts';
import { OrderWork } from '../core/contracts/order-work.ts';
import { TransientFailure } from '../core/domain/errors.ts';
import type { OrderTools } from './order-tools.ts';
import { assembleMaps } from './orders/assemble-maps.ts';
import { completeSnapshots } from './orders/complete-snapshots.ts';
import { maintainLibrary } from './orders/maintain-library.ts';
import { readSegment } from './orders/read-segment.ts';
import { writeSegment } from './orders/write-segment.ts';

/** Reads the order's document, does what it says, and leaves the result in the work area under a name of this claim's own. */
export const performOrder = async (tools: OrderTools): Promise<{ kind: OrderWork['kind']; resultKey: string }> => {
  const { order, workArea, signal } = tools;
  const document = await workArea.getJson(order.documentKey);
  if (document === undefined) throw new TransientFailure(`the order's document ${order.documentKey} is not there`);
  const work = OrderWork.parse(document);
  const base = `${order.resultPrefix}${order.orderId}-${order.claim}`;
  const result = await perform(work, tools, base);
  signal.throwIfAborted();
  const resultKey = `${base}.json`;
  await workArea.putJson(resultKey, result);
  return { kind: work.kind, resultKey };
};

const perform = (work: OrderWork, tools: OrderTools, base: string): Promise<SegmentResult> => {
  switch (work.kind) {
    case 'read-segment':
      return readSegment(work, tools);
    case 'write-segment':
      return writeSegment(work, tools, `${base}.sha`);
    case 'assemble-maps':
      return assembleMaps(work, tools);
    case 'complete-snapshots':
      return completeSnapshots(work, tools);
    case 'maintain-library':
      return maintainLibrary(work, tools, `${base}.report.json`);
    default:
      return work satisfies never;
  }
};
