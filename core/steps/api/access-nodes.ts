import type { AccessNodeView, AddAccessNode, AddedAccessNode } from '../../contracts/api.ts';
import type { HypervisorId, NodeId } from '../../contracts/ids.ts';
import { type AccessNode, accessNodeStatus } from '../../domain/access-node.ts';
import { Conflict } from '../../domain/errors.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';
import { accessNodeView } from '../../domain/node-views.ts';
import { environmentOfNodes, instanceProfileOf, type NodeSettings } from '../../domain/nodes-of-service.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';
import { type Asked, newId } from './idempotency.ts';
import { notFound } from './not-found.ts';
import { whoNeedsNodesOf } from './who-needs-nodes.ts';

export interface AccessNodesDeps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'nodes' | 'vmGroups' | 'points'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sha256: Sha256;
  readonly settings: NodeSettings;
}

/** All of them, by name: a service hypervisor has dozens at most. */
export const createListAccessNodes =
  ({ catalog, clock }: AccessNodesDeps) =>
  async ({ hypervisorId }: ServiceHypervisor): Promise<{ items: AccessNodeView[] }> => {
    const now = clock.now();
    const nodes = [...(await catalog.nodes.list(hypervisorId))];
    nodes.sort((a, b) => a.name.localeCompare(b.name) || a.nodeId.localeCompare(b.nodeId));
    return { items: nodes.map((node) => accessNodeView(node, now)) };
  };

/**
 * A node that is added by hand (O6): known from now on, and to be started with the environment that is answered.
 * Errors: Conflict (another name under the same key).
 */
export const createAddAccessNode = (deps: AccessNodesDeps) => {
  const { catalog, clock, settings } = deps;

  const record = async (serviceId: HypervisorId, asked: Asked, name: string): Promise<AccessNode> => {
    const nodeId: NodeId = newId(deps, 'node', serviceId, 'access-nodes', asked);
    const there = await catalog.nodes.get(serviceId, nodeId);
    if (there && there.name !== name) {
      throw new Conflict('The Idempotency-Key was used before, with another request.', {
        field: 'Idempotency-Key',
        remedy: 'Use a fresh key for each new request.',
      });
    }
    if (there) return there;
    const node: AccessNode = {
      nodeId,
      serviceId,
      name,
      origin: 'manual',
      addedByHand: true,
      draining: false,
      addedAt: clock.now(),
    };
    await catalog.nodes.register(node);
    return node;
  };

  return async (service: ServiceHypervisor, asked: Asked, { name }: AddAccessNode): Promise<AddedAccessNode> => {
    const node = await record(service.hypervisorId, asked, name);
    return {
      ...accessNodeView(node, clock.now()),
      instanceProfileName: instanceProfileOf(settings, service),
      environment: {
        ...environmentOfNodes(settings, service),
        HOLDFAST_NODE_ID: node.nodeId,
        HOLDFAST_NODE_NAME: name,
        HOLDFAST_NODE_ORIGIN: 'manual',
      },
    };
  };
};

/** It takes no more orders from its next heartbeat on, and ends when it holds none. Errors: NotFound. */
export const createDrainAccessNode =
  ({ catalog, clock }: AccessNodesDeps) =>
  async ({ hypervisorId }: ServiceHypervisor, nodeId: NodeId): Promise<AccessNodeView> => {
    const node = await catalog.nodes.get(hypervisorId, nodeId);
    if (!node || !(await catalog.nodes.setDraining(hypervisorId, nodeId, true)))
      throw notFound('access node', 'nodeId');
    return accessNodeView({ ...node, draining: true }, clock.now());
  };

const refuseWhileItWorks = (node: AccessNode, now: number): void => {
  const status = accessNodeStatus(node, now);
  if (status === 'expected' || status === 'lost' || (status === 'draining' && (node.held ?? 0) === 0)) return;
  throw new Conflict(`The access node ${node.name} is ${status}: it would make itself known again.`, {
    remedy: `Let it drain (holdfast access-node drain) or stop it, and remove it then.`,
  });
};

/** O6: without VM groups, the nodes that were added by hand are all that an automatic service hypervisor has. */
const refuseLast = async (
  { catalog }: AccessNodesDeps,
  service: ServiceHypervisor,
  { nodeId, addedByHand }: AccessNode,
): Promise<void> => {
  const { hypervisorId, accessNodes } = service;
  if (accessNodes === 'manual' || !addedByHand) return;
  const others = (await catalog.nodes.list(hypervisorId)).filter((each) => each.addedByHand && each.nodeId !== nodeId);
  if (others.length > 0 || (await catalog.vmGroups.list(hypervisorId, { limit: 1 })).items.length > 0) return;
  const names = await whoNeedsNodesOf(catalog, service);
  if (names.length === 0) return;
  throw new Conflict(
    `It is the only access node of ${hypervisorId} that was added by hand, and there is no VM group; it is used by ${names.join(', ')}.`,
    { remedy: 'Add another access node or a VM group, and remove it then.' },
  );
};

/** Errors: NotFound, Conflict (it lives, or is the last that tenants have). */
export const createRemoveAccessNode =
  (deps: AccessNodesDeps) =>
  async (service: ServiceHypervisor, nodeId: NodeId): Promise<AccessNodeView> => {
    const { catalog, clock } = deps;
    const node = await catalog.nodes.get(service.hypervisorId, nodeId);
    if (!node) throw notFound('access node', 'nodeId');
    refuseWhileItWorks(node, clock.now());
    await refuseLast(deps, service, node);
    await catalog.nodes.remove(service.hypervisorId, nodeId);
    return accessNodeView(node, clock.now());
  };
