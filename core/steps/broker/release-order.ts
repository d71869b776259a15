import type { HypervisorId } from '../../contracts/ids.ts';
import type { BrokerRequest } from '../../contracts/orders.ts';
import { jobError } from '../../domain/job-error.ts';
import { giveBlockRateBack } from './block-rate.ts';
import type { BrokerDeps } from './claim-order.ts';
import { addNoted, noteCalls } from './note-calls.ts';
import { orderOfNodes } from './order-of-nodes.ts';

type Release = Extract<BrokerRequest, { operation: 'releaseOrder' }>;

/** Gives an order up: with an error, kept on its record; or handed back for another node to take at once. */
export const createReleaseOrder =
  (deps: BrokerDeps) =>
  async (
    { orderId, taskToken, claim, calls, error }: Release,
    serviceId: HypervisorId,
  ): Promise<Record<string, never>> => {
    const { catalog, clock, sha256 } = deps;
    const order = await orderOfNodes(catalog, orderId, serviceId);
    const noted = order && (await noteCalls(catalog, order, claim, calls, clock.now()));
    if (order && order.claim === claim && order.tokenHash === sha256(taskToken)) {
      if (error) await catalog.orders.release(orderId, claim, 'failed', jobError(error.name, error.message));
      else await catalog.orders.release(orderId, claim, 'queued');
      await giveBlockRateBack(deps, order);
    }
    await addNoted(catalog, noted);
    return {};
  };
