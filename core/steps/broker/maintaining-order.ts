import type { HypervisorId } from '../../contracts/ids.ts';
import type { BrokerRequest } from '../../contracts/orders.ts';
import { FenceRaised } from '../../domain/errors.ts';
import type { Order } from '../../domain/order.ts';
import type { BrokerDeps } from './claim-order.ts';
import { whyGone } from './order-life.ts';
import { orderOfNodes } from './order-of-nodes.ts';

type Asked = Pick<Extract<BrokerRequest, { operation: 'raiseFences' }>, 'orderId' | 'taskToken' | 'claim'>;

/**
 * The order of a run that changes the library, of the node that holds it. Errors: FenceRaised (the order is not this
 * node's, is no such order, or has ended).
 */
export const maintainingOrder = async (
  { catalog, sha256 }: Pick<BrokerDeps, 'catalog' | 'sha256'>,
  { orderId, taskToken, claim }: Asked,
  nodesOf: HypervisorId,
): Promise<Order> => {
  const order = await orderOfNodes(catalog, orderId, nodesOf);
  if (!order || order.claim !== claim || order.tokenHash !== sha256(taskToken))
    throw new FenceRaised(`claim ${claim} of ${orderId} was lost to another node`);
  if (order.maintains !== true) throw new FenceRaised(`${orderId} changes no library`);
  const gone = await whyGone(catalog, order);
  if (gone !== undefined) throw new FenceRaised(gone);
  return order;
};
