import type { BrokerRequest } from '../../contracts/orders.ts';
import { monthOf } from '../../domain/billed-calls.ts';
import { hasHeld, type Order } from '../../domain/order.ts';
import { addUsage } from '../usage/add-usage.ts';
import type { BrokerDeps } from './claim-order.ts';

type Reported = Extract<BrokerRequest, { operation: 'heartbeatOrder' | 'completeOrder' | 'releaseOrder' }>;

/**
 * Does what a node asks for, and then notes what its claim has called so far; of one that ends, adds it to its tenant's
 * month. A claim that was lost cost as well: whoever has held the order may still say what, and be refused the rest.
 * That something cannot be noted, or not in time, is told, and nothing to the node: no order waits for its cost.
 */
export const thenNoteCalls = async <T>(
  deps: BrokerDeps,
  order: Order | undefined,
  reported: Reported,
  answer: () => Promise<T>,
): Promise<T> => {
  try {
    return await answer();
  } finally {
    if (order && reported.calls) await noteInTime(deps, order, reported);
  }
};

const noteInTime = async (deps: BrokerDeps, order: Order, reported: Reported): Promise<void> => {
  const { orderId, jobId, attempt, tenantId } = order;
  try {
    await deps.inTime(note(deps, order, reported));
  } catch (error) {
    deps.tellUncounted(error, { orderId, jobId, attempt, tenantId });
  }
};

const note = async ({ catalog, clock, sha256 }: BrokerDeps, order: Order, reported: Reported): Promise<void> => {
  const { operation, claim, calls, nodeId, taskToken } = reported;
  if (!calls || claim > order.claim || !hasHeld(order, { nodeId, tokenHash: sha256(taskToken) })) return;
  const { orderId, jobId, attempt, tenantId } = order;
  const month = monthOf(clock.now());
  const noted = await catalog.usage.note({ orderId, claim, jobId, attempt, tenantId, month, calls });
  if (operation !== 'heartbeatOrder') await addUsage(catalog.usage, noted);
};
