import { type AccessNode, accessNodeStatus } from '../../domain/access-node.ts';
import type { DrainingNodes } from '../../domain/automatic-nodes.ts';
import type { AccessNodes } from '../../ports/access-nodes.ts';
import type { AutoScalingState, ServiceAccount } from '../../ports/service-account.ts';

export interface DrainedNodes {
  /** Instances that were ended just now, by which the group's desired capacity fell. */
  readonly ended: number;
  /** Those that are still there. */
  readonly draining: DrainingNodes;
  /** Why one could not be ended, or forgotten, in sentences. */
  readonly problems: readonly string[];
}

/** It said goodbye, or is not heard of any more: what it held, if anything, is back in its queue. */
const holdsNothing = (node: AccessNode, now: number): boolean =>
  node.left === true || accessNodeStatus(node, now) === 'lost';

/**
 * Ends the instances of drained nodes that hold no order, and forgets nodes whose instance is gone. `drained`: of this
 * service hypervisor, and launched by its group. A node's own word for what instance it is ends none of another group.
 */
export const endDrainedNodes = async (
  drained: readonly AccessNode[],
  group: { readonly name: string; readonly state: AutoScalingState },
  deps: { readonly nodes: Pick<AccessNodes, 'remove'>; readonly account: ServiceAccount; readonly now: number },
): Promise<DrainedNodes> => {
  const problems: string[] = [];
  let [ended, nodes, held] = [0, 0, 0];
  for (const node of drained) {
    const instance = group.state.instances.find(({ instanceId }) => instanceId === node.ec2InstanceId);
    const isDone = holdsNothing(node, deps.now);
    try {
      if (isDone && !instance) await deps.nodes.remove(node.serviceId, node.nodeId);
      if (!instance || instance.ending) continue;
      if (isDone) {
        await deps.account.endNode(group.name, instance.instanceId);
        ended += 1;
        continue;
      }
    } catch (error) {
      problems.push(`drained ${node.nodeId}: ${error instanceof Error ? error.message : String(error)}`);
      if (!instance) continue;
    }
    nodes += 1;
    held += isDone ? 0 : (node.held ?? 0);
  }
  return { ended, draining: { nodes, held }, problems };
};
