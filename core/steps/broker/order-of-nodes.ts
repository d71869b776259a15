import type { HypervisorId, OrderId } from '../../contracts/ids.ts';
import type { Order } from '../../domain/order.ts';
import type { Catalog } from '../../ports/catalog.ts';

/**
 * An order for the nodes of that service hypervisor; another's looks as if it were not there. `serviceId` is by whose name
 * the broker was called, never what the request says.
 */
export const orderOfNodes = async (
  { orders }: Pick<Catalog, 'orders'>,
  orderId: OrderId,
  serviceId: HypervisorId,
): Promise<Order | undefined> => {
  const order = await orders.get(orderId);
  return order && (order.workerId ?? order.serviceId) === serviceId ? order : undefined;
};
