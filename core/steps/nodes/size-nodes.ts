import { comesByItself } from '../../domain/access-node.ts';
import { ORDERS_PER_NODE, wantedNodes } from '../../domain/automatic-nodes.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';
import { automaticNodesOf, type NodeSettings } from '../../domain/nodes-of-service.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { everyItem } from '../../ports/every-item.ts';
import type { QueueDepths, ServiceAccounts } from '../../ports/service-account.ts';
import { endDrainedNodes } from './end-drained-nodes.ts';

export interface SizeNodesDeps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'nodes' | 'vmGroups' | 'jobs'>;
  readonly clock: Clock;
  readonly serviceAccounts: ServiceAccounts;
  readonly depths: QueueDepths;
  readonly settings: NodeSettings;
}

export interface SizeNodesOutcome {
  /** Service hypervisors whose nodes are now asked for in another number. */
  readonly changed: number;
  /** What did not work, in sentences: the next time tries again. */
  readonly problems: readonly string[];
}

/**
 * Asks for as many automatic nodes as there is work, where no scaling policy can (another account or region: see
 * `scaledBy`). Where one can, it only asks for the first ones: to how many a policy grows a group of none is not
 * documented, and its alarm takes minutes. Looking at the queues is of use besides: SQS stops reporting those that
 * nobody uses. Nodes that were told to drain do not count, and their instances are ended when they hold nothing, so that
 * others come where they are needed. One service hypervisor's trouble does not stop the others'.
 */
export const createSizeNodes = ({ catalog, clock, serviceAccounts, depths, settings }: SizeNodesDeps) => {
  const hasOpenJob = async ({ hypervisorId }: ServiceHypervisor): Promise<boolean> => {
    const tenants = new Set((await catalog.hypervisors.boundTo(hypervisorId)).map((tenant) => tenant.hypervisorId));
    for await (const { tenantId } of everyItem((page) => catalog.jobs.open(page)))
      if (tenants.has(tenantId)) return true;
    return false;
  };

  const size = async (
    service: ServiceHypervisor,
  ): Promise<{ readonly changed: boolean; readonly problems: readonly string[] }> => {
    const { automaticNodes, queues, hypervisorId } = service;
    if (!automaticNodes || service.state !== 'ready') return { changed: false, problems: [] };
    const name = automaticNodes.autoScalingGroupName;
    const orders = (await depths.depth(queues.restores)) + (await depths.depth(queues.work));
    const groups = await catalog.vmGroups.list(hypervisorId, { limit: 1 });
    // O6: automatic nodes come from VM groups.
    const work = groups.items.length === 0 ? 0 : orders;
    const hasPolicy = automaticNodesOf(settings, service, groups.items).scaledBy === 'queues';
    const drained = (await catalog.nodes.list(hypervisorId)).filter((node) => node.draining && comesByItself(node));
    if (hasPolicy && work === 0 && drained.length === 0) return { changed: false, problems: [] };
    const account = await serviceAccounts.open(service);
    const state = await account.describeAutoScaling(name);
    if (!state) throw new Error(`the Auto Scaling group ${name} is not there any more`);
    const deps = { nodes: catalog.nodes, account, now: clock.now() };
    const { ended, draining, problems } = await endDrainedNodes(drained, { name, state }, deps);
    const desired = Math.max(0, state.desired - ended);
    // Between two steps of a job there may be no order for a while: nodes that went then would have to come again.
    const stays = orders === 0 && desired > 0 && (await hasOpenJob(service));
    const { most } = state;
    const wanted = stays ? desired : wantedNodes(work, { desired, most, draining, ordersPerNode: ORDERS_PER_NODE });
    // To a policy, nodes that drain are as good as others.
    const isLeftToPolicy = hasPolicy && desired > 0 && (wanted < desired || draining.nodes < desired);
    const isAsked = wanted !== desired && !isLeftToPolicy;
    if (isAsked) await account.setDesired(name, wanted);
    return {
      changed: isAsked || ended > 0,
      problems: [...problems, ...(state.problem === undefined ? [] : [state.problem])],
    };
  };

  return async (): Promise<SizeNodesOutcome> => {
    const problems: string[] = [];
    let changed = 0;
    for await (const hypervisor of everyItem((page) => catalog.hypervisors.list(page))) {
      if (hypervisor.kind !== 'service') continue;
      try {
        const outcome = await size(hypervisor);
        if (outcome.changed) changed += 1;
        problems.push(...outcome.problems.map((problem) => `${hypervisor.hypervisorId}: ${problem}`));
      } catch (error) {
        problems.push(`${hypervisor.hypervisorId}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return { changed, problems };
  };
};
