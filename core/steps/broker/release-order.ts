import type { HypervisorId } from '../../contracts/ids.ts';
import type { BrokerRequest } from '../../contracts/orders.ts';
import { jobError } from '../../domain/job-error.ts';
import type { Order } from '../../domain/order.ts';
import { giveBlockRateBack } from './block-rate.ts';
import type { BrokerDeps } from './claim-order.ts';
import { thenNoteCalls } from './note-calls.ts';
import { orderOfNodes } from './order-of-nodes.ts';

type Release = Extract<BrokerRequest, { operation: 'releaseOrder' }>;

/** Gives an order up: with an error, kept on its record; or handed back for another node to take at once. */
export const createReleaseOrder =
  (deps: BrokerDeps) =>
  async (request: Release, serviceId: HypervisorId): Promise<Record<string, never>> => {
    const order = await orderOfNodes(deps.catalog, request.orderId, serviceId);
    await thenNoteCalls(deps, order, request, () => release(deps, order, request));
    return {};
  };

const release = async (
  deps: BrokerDeps,
  order: Order | undefined,
  { orderId, taskToken, claim, calls, error }: Release,
): Promise<void> => {
  const { orders } = deps.catalog;
  if (!order || order.claim !== claim || order.tokenHash !== deps.sha256(taskToken)) return;
  if (error) await orders.release(orderId, claim, 'failed', jobError(error.name, error.message), calls);
  else await orders.release(orderId, claim, 'queued', undefined, calls);
  await giveBlockRateBack(deps, order);
};
