import type { BrokerRequest, PresenceResponse } from '../../contracts/orders.ts';
import { type AccessNode, accessNodeStatus, comesByItself, MOST_UNKNOWN_NODES } from '../../domain/access-node.ts';
import { Conflict, NotFound } from '../../domain/errors.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'nodes' | 'hypervisors'>;
  readonly clock: Clock;
  readonly heartbeatSeconds: number;
}

type Asked<Operation extends BrokerRequest['operation']> = Extract<BrokerRequest, { operation: Operation }>;

/**
 * A node says that it is there (O5). One that was added by hand keeps the name that it was given, and stays that; one
 * that nobody has added may work, but does not count where nodes by hand are asked for (O6).
 * Errors: NotFound (no such service hypervisor), Conflict (too many that nobody has added).
 */
export const createRegisterNode =
  ({ catalog, clock, heartbeatSeconds }: Deps) =>
  async ({ nodeId, serviceId, description }: Asked<'registerNode'>): Promise<PresenceResponse> => {
    if ((await catalog.hypervisors.get(serviceId))?.kind !== 'service')
      throw new NotFound(`there is no service hypervisor ${serviceId}`);
    const known = await catalog.nodes.get(serviceId, nodeId);
    const now = clock.now();
    if (!known) await makeRoom(catalog, serviceId, now);
    await catalog.nodes.register({
      nodeId,
      serviceId,
      ...description,
      ...(known && known.registeredAt === undefined ? { name: known.name } : {}),
      ...(known?.addedByHand ? { origin: known.origin } : {}),
      addedByHand: known?.addedByHand ?? false,
      held: 0,
      // Started anew, it is there to work.
      draining: false,
      ...(known?.left ? { left: false } : {}),
      addedAt: known?.addedAt ?? now,
      registeredAt: now,
      heartbeatAt: now,
    });
    return { drain: false, heartbeatSeconds };
  };

/** Of those that nobody has added, the one that was lost first is forgotten for another; if it comes back, it registers. */
const makeRoom = async (
  { nodes }: Pick<Catalog, 'nodes'>,
  serviceId: AccessNode['serviceId'],
  now: number,
): Promise<void> => {
  const unknown = (await nodes.list(serviceId)).filter(({ addedByHand }) => !addedByHand);
  if (unknown.length < MOST_UNKNOWN_NODES) return;
  const [lost] = unknown
    .filter((node) => accessNodeStatus(node, now) === 'lost')
    .toSorted((a, b) => (a.heartbeatAt ?? 0) - (b.heartbeatAt ?? 0));
  if (!lost)
    throw new Conflict(`${serviceId} has ${unknown.length} access nodes already that nobody has added`, {
      remedy: 'add it: holdfast access-node add',
    });
  await nodes.remove(serviceId, lost.nodeId);
};

/** Errors: NotFound (it was removed: it registers anew). */
export const createHeartbeatNode =
  ({ catalog, clock, heartbeatSeconds }: Deps) =>
  async ({ nodeId, serviceId, held }: Asked<'heartbeatNode'>): Promise<PresenceResponse> => {
    const node = await catalog.nodes.heartbeat(serviceId, nodeId, held, clock.now());
    if (!node) throw new NotFound(`there is no access node ${nodeId}`);
    return { drain: node.draining, heartbeatSeconds };
  };

/**
 * One that was added by hand stays known (its next start registers it again); an automatic one is gone for good, unless
 * an operator let it drain: then its instance is still there, and is ended next (size-nodes.ts).
 */
export const createLeaveNode =
  ({ catalog }: Deps) =>
  async ({ nodeId, serviceId }: Asked<'leaveNode'>): Promise<Record<string, never>> => {
    const node = await catalog.nodes.get(serviceId, nodeId);
    if (node?.draining && comesByItself(node)) await catalog.nodes.leave(serviceId, nodeId);
    else if (node?.origin === 'automatic' && !node.addedByHand) await catalog.nodes.remove(serviceId, nodeId);
    else if (node) await catalog.nodes.setDraining(serviceId, nodeId, true);
    return {};
  };
