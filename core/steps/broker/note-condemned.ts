import type { HypervisorId } from '../../contracts/ids.ts';
import type { BrokerRequest } from '../../contracts/orders.ts';
import type { BrokerDeps } from './claim-order.ts';
import { maintainingOrder } from './maintaining-order.ts';

type Note = Extract<BrokerRequest, { operation: 'noteCondemned' }>;

/**
 * Notes by the control plane's own clock when a generation had been published: the times of recovery points are its own,
 * and a node's clock may be wrong by any amount. The first time counts. Errors: as `maintainingOrder`.
 */
export const createNoteCondemned =
  (deps: Pick<BrokerDeps, 'catalog' | 'sha256' | 'clock'>) =>
  async ({ generation, ...asked }: Note, nodesOf: HypervisorId): Promise<Record<string, never>> => {
    const { tenantId, serviceId } = await maintainingOrder(deps, asked, nodesOf);
    await deps.catalog.libraryRuns.noteCondemned(tenantId, serviceId, generation, deps.clock.now());
    return {};
  };
