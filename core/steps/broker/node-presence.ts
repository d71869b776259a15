import type { BrokerRequest, PresenceResponse } from '../../contracts/orders.ts';
import { NotFound } from '../../domain/errors.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'nodes' | 'hypervisors'>;
  readonly clock: Clock;
  readonly heartbeatSeconds: number;
}

type Asked<Operation extends BrokerRequest['operation']> = Extract<BrokerRequest, { operation: Operation }>;

/**
 * A node says that it is there (O5). One that was added by hand keeps the name that it was given. Errors: NotFound (no
 * such service hypervisor).
 */
export const createRegisterNode =
  ({ catalog, clock, heartbeatSeconds }: Deps) =>
  async ({ nodeId, serviceId, description }: Asked<'registerNode'>): Promise<PresenceResponse> => {
    if ((await catalog.hypervisors.get(serviceId))?.kind !== 'service')
      throw new NotFound(`there is no service hypervisor ${serviceId}`);
    const known = await catalog.nodes.get(serviceId, nodeId);
    const now = clock.now();
    await catalog.nodes.register({
      nodeId,
      serviceId,
      ...description,
      ...(known && known.registeredAt === undefined ? { name: known.name, origin: known.origin } : {}),
      held: 0,
      // Started anew, it is there to work.
      draining: false,
      addedAt: known?.addedAt ?? now,
      registeredAt: now,
      heartbeatAt: now,
    });
    return { drain: false, heartbeatSeconds };
  };

/** Errors: NotFound (it was removed: it registers anew). */
export const createHeartbeatNode =
  ({ catalog, clock, heartbeatSeconds }: Deps) =>
  async ({ nodeId, serviceId, held }: Asked<'heartbeatNode'>): Promise<PresenceResponse> => {
    const node = await catalog.nodes.heartbeat(serviceId, nodeId, held, clock.now());
    if (!node) throw new NotFound(`there is no access node ${nodeId}`);
    return { drain: node.draining, heartbeatSeconds };
  };

/** One that was added by hand stays known (its next start registers it again); an automatic one is gone for good. */
export const createLeaveNode =
  ({ catalog }: Deps) =>
  async ({ nodeId, serviceId }: Asked<'leaveNode'>): Promise<Record<string, never>> => {
    const node = await catalog.nodes.get(serviceId, nodeId);
    if (node?.origin === 'automatic') await catalog.nodes.remove(serviceId, nodeId);
    else if (node) await catalog.nodes.setDraining(serviceId, nodeId, true);
    return {};
  };
