import type { BrokerRequest } from '../../contracts/orders.ts';
import { jobError } from '../../domain/job-error.ts';
import { giveBlockRateBack } from './block-rate.ts';
import type { BrokerDeps } from './claim-order.ts';

type Release = Extract<BrokerRequest, { operation: 'releaseOrder' }>;

/** Gives an order up: with an error, kept on its record; or handed back for another node to take at once. */
export const createReleaseOrder =
  (deps: BrokerDeps) =>
  async ({ orderId, taskToken, claim, error }: Release): Promise<Record<string, never>> => {
    const { catalog, sha256 } = deps;
    const order = await catalog.orders.get(orderId);
    if (order && order.claim === claim && order.tokenHash === sha256(taskToken)) {
      if (error) await catalog.orders.release(orderId, claim, 'failed', jobError(error.name, error.message));
      else await catalog.orders.release(orderId, claim, 'queued');
      await giveBlockRateBack(deps, order);
    }
    return {};
  };
