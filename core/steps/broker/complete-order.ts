import type { HypervisorId } from '../../contracts/ids.ts';
import type { BrokerRequest, OrderOutcome } from '../../contracts/orders.ts';
import { FenceRaised } from '../../domain/errors.ts';
import type { Order } from '../../domain/order.ts';
import { giveBlockRateBack } from './block-rate.ts';
import type { BrokerDeps } from './claim-order.ts';
import { addProgress } from './heartbeat-order.ts';
import { thenNoteCalls } from './note-calls.ts';
import { orderOfNodes } from './order-of-nodes.ts';

type Complete = Extract<BrokerRequest, { operation: 'completeOrder' }>;

/**
 * The order is done, whoever answers its token afterwards. The first outcome counts; a node that comes second is told
 * the first. Errors: FenceRaised (the claim was lost and nothing is done yet).
 */
export const createCompleteOrder =
  (deps: BrokerDeps) =>
  async (request: Complete, serviceId: HypervisorId): Promise<OrderOutcome> => {
    const order = await orderOfNodes(deps.catalog, request.orderId, serviceId);
    return thenNoteCalls(deps, order, request, () => complete(deps, order, request));
  };

const complete = async (
  deps: BrokerDeps,
  order: Order | undefined,
  { orderId, taskToken, claim, counters, calls, resultKey }: Complete,
): Promise<OrderOutcome> => {
  const { catalog, clock, sha256 } = deps;
  if (order?.outcome) return order.outcome;
  const lost = new FenceRaised(`claim ${claim} of ${orderId} was lost to another node`);
  if (
    !order ||
    order.claim !== claim ||
    order.tokenHash !== sha256(taskToken) ||
    resultKey !== `${order.resultPrefix}${orderId}-${claim}.json`
  )
    throw lost;
  const outcome = await catalog.orders.complete(orderId, claim, { orderId, claim, resultKey, counters }, calls);
  if (!outcome) throw lost;
  if (outcome.claim === claim) await addProgress(catalog, order, counters, clock.now());
  await giveBlockRateBack(deps, order);
  return outcome;
};
