import type { HypervisorId } from '../../contracts/ids.ts';
import type { BrokerRequest } from '../../contracts/orders.ts';
import { FenceRaised } from '../../domain/errors.ts';
import type { BrokerDeps } from './claim-order.ts';
import { whyGone } from './order-life.ts';
import { orderOfNodes } from './order-of-nodes.ts';

type Raise = Extract<BrokerRequest, { operation: 'raiseFences' }>;

/**
 * The control plane's part of a prune, asked for by the node that is about to delete: from the answer on, no point of this
 * tenant can be committed whose record was made before that time. An instance that has no record yet is left out: an
 * attempt locks it, and so makes it, before it makes its point, and that comes after what was condemned.
 * Errors: FenceRaised (the order is not this node's, is no such order, or has ended).
 */
export const createRaiseFences =
  ({ catalog, sha256 }: Pick<BrokerDeps, 'catalog' | 'sha256'>) =>
  async ({ orderId, taskToken, claim, before }: Raise, serviceId: HypervisorId): Promise<Record<string, never>> => {
    const order = await orderOfNodes(catalog, orderId, serviceId);
    if (!order || order.claim !== claim || order.tokenHash !== sha256(taskToken))
      throw new FenceRaised(`claim ${claim} of ${orderId} was lost to another node`);
    if (order.maintains !== true) throw new FenceRaised(`${orderId} does not prune`);
    const gone = await whyGone(catalog, order);
    if (gone !== undefined) throw new FenceRaised(gone);
    await catalog.instances.raiseBarrier(order.tenantId, before);
    return {};
  };
