import type { HypervisorId } from '../../contracts/ids.ts';
import type { BrokerRequest } from '../../contracts/orders.ts';
import type { BrokerDeps } from './claim-order.ts';
import { maintainingOrder } from './maintaining-order.ts';

type Raise = Extract<BrokerRequest, { operation: 'raiseFences' }>;

/**
 * The control plane's part of a prune, asked for by the node that is about to delete: from the answer on, no point of this
 * tenant can be committed whose record was made before that time, or before the control plane was told of the generation
 * (now, if it never was: then nothing says that its node's clock was right). An instance that has no record yet is left
 * out: an attempt locks it, and so makes it, before it makes its point, and that comes after what was condemned.
 * Errors: as `maintainingOrder`.
 */
export const createRaiseFences =
  (deps: Pick<BrokerDeps, 'catalog' | 'sha256' | 'clock'>) =>
  async ({ before, generation, ...asked }: Raise, nodesOf: HypervisorId): Promise<Record<string, never>> => {
    const { instances, libraryRuns } = deps.catalog;
    const { tenantId, serviceId } = await maintainingOrder(deps, asked, nodesOf);
    const noted = await libraryRuns.noteCondemned(tenantId, serviceId, generation, deps.clock.now());
    await instances.raiseBarrier(tenantId, Math.max(before, noted));
    return {};
  };
