import type { HypervisorId, NodeId, OrderId } from '../../contracts/ids.ts';
import type { ClaimResponse } from '../../contracts/orders.ts';
import { accessNodeStatus } from '../../domain/access-node.ts';
import type { Death, Order } from '../../domain/order.ts';
import { quarantineError, type Suspect } from '../../domain/quarantine.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TaskTokens } from '../../ports/control.ts';
import { SILENT_HEARTBEATS } from './block-rate.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'orders' | 'quarantine' | 'nodes'>;
  readonly clock: Clock;
  readonly tokens: TaskTokens;
  readonly heartbeatSeconds: number;
}

/** An order that was held is offered again with the next heartbeat, and may have to wait in its queue. */
const KEPT_HEARTBEATS = 4;

/**
 * Nobody gets it any more; its task fails at once, by name, instead of costing another node. Asked again (the answer was
 * lost, or the node died in between), only the task is answered.
 */
export const quarantineOrder = async (
  { catalog, clock, tokens }: Pick<Deps, 'catalog' | 'clock' | 'tokens'>,
  order: Order,
  deaths: readonly Death[],
  taskToken: string,
): Promise<ClaimResponse> => {
  const error = order.state === 'quarantined' && order.error ? order.error : quarantineError(deaths);
  if (order.state !== 'quarantined' && !(await catalog.quarantine.putOrder(order, deaths, error, clock.now())))
    return { outcome: 'held' };
  await tokens.fail(taskToken, error.name, error.message);
  return { outcome: 'gone', reason: `${error.name}: ${error.message}` };
};

/** A node that is drained, or that nobody hears of, is none that could try an order once more. */
export const liveNodes = async (
  { catalog, clock }: Pick<Deps, 'catalog' | 'clock'>,
  serviceId: HypervisorId,
): Promise<readonly NodeId[]> =>
  (await catalog.nodes.list(serviceId))
    .filter((node) => ['online', 'busy'].includes(accessNodeStatus(node, clock.now())))
    .map(({ nodeId }) => nodeId);

/** Of those that run alone: the one that the node works on, or is kept free for. */
const suspectHere = async (
  { catalog, clock, heartbeatSeconds }: Omit<Deps, 'tokens'>,
  nodeId: NodeId,
  noted: Suspect | undefined,
): Promise<OrderId | undefined> => {
  const order = noted && (await catalog.orders.get(noted.orderId));
  if (!order) return undefined;
  const now = clock.now();
  const isClaimed =
    order.state === 'claimed' && now - (order.heartbeatAt ?? 0) < heartbeatSeconds * SILENT_HEARTBEATS * 1_000;
  if (isClaimed) return order.nodeId === nodeId ? order.orderId : undefined;
  const isOpen = order.state === 'claimed' || order.state === 'queued' || order.state === 'failed';
  return isOpen && now < noted.keptUntil ? order.orderId : undefined;
};

/** While a node works on an order that runs alone, or is kept free for it, it gets no other. */
export const isKeptForAnother = async (
  deps: Omit<Deps, 'tokens'>,
  nodeId: NodeId,
  orderId: OrderId,
): Promise<boolean> => {
  const here = await suspectHere(deps, nodeId, await deps.catalog.quarantine.suspectOf(nodeId));
  return here !== undefined && here !== orderId;
};

/**
 * Whichever dies with it, the others have no part in that. `holding`: how many others the node says that it works on; with
 * some it is kept free from now on, until they are done and this one comes again.
 */
export const mayTakeSuspect = async (
  deps: Omit<Deps, 'tokens'>,
  nodeId: NodeId,
  orderId: OrderId,
  holding: number,
): Promise<boolean> => {
  const { quarantine } = deps.catalog;
  const noted = await quarantine.suspectOf(nodeId);
  const here = await suspectHere(deps, nodeId, noted);
  if (here !== undefined && here !== orderId) return false;
  const keptUntil = deps.clock.now() + deps.heartbeatSeconds * KEPT_HEARTBEATS * 1_000;
  return (await quarantine.noteSuspect(nodeId, { orderId, keptUntil }, noted)) && holding === 0;
};
