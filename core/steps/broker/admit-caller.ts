import type { HypervisorId } from '../../contracts/ids.ts';
import type { BrokerRequest } from '../../contracts/orders.ts';
import { calledBy } from '../../domain/broker-name.ts';
import { NotAllowed } from '../../domain/errors.ts';

/**
 * Whose node asks: told by the name that the broker was called by, which the node's role allows it alone. Errors:
 * NotAllowed (called by no hypervisor's name; a node that speaks for another hypervisor).
 */
export const admitCaller = (invokedFunctionArn: string, request: BrokerRequest): HypervisorId => {
  const serviceId = calledBy(invokedFunctionArn);
  if (serviceId === undefined)
    throw new NotAllowed('the broker is called by the alias of a service hypervisor, and by no other name');
  if ('serviceId' in request && request.serviceId !== serviceId)
    throw new NotAllowed(`a node of ${serviceId} cannot speak for another service hypervisor`);
  return serviceId;
};
