import { ORDERS_PER_NODE, wantedNodes } from '../../domain/automatic-nodes.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';
import { automaticNodesOf, type NodeSettings } from '../../domain/nodes-of-service.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { everyItem } from '../../ports/every-item.ts';
import type { QueueDepths, ServiceAccounts } from '../../ports/service-account.ts';

export interface SizeNodesDeps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'vmGroups' | 'jobs'>;
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
 * nobody uses. One service hypervisor's trouble does not stop the others'.
 */
export const createSizeNodes = ({ catalog, serviceAccounts, depths, settings }: SizeNodesDeps) => {
  const hasOpenJob = async ({ hypervisorId }: ServiceHypervisor): Promise<boolean> => {
    const tenants = new Set((await catalog.hypervisors.boundTo(hypervisorId)).map((tenant) => tenant.hypervisorId));
    for await (const { tenantId } of everyItem((page) => catalog.jobs.open(page)))
      if (tenants.has(tenantId)) return true;
    return false;
  };

  const size = async (
    service: ServiceHypervisor,
  ): Promise<{ readonly changed: boolean; readonly problem?: string }> => {
    const { automaticNodes, queues } = service;
    if (!automaticNodes || service.state !== 'ready') return { changed: false };
    const orders = (await depths.depth(queues.restores)) + (await depths.depth(queues.work));
    const groups = await catalog.vmGroups.list(service.hypervisorId, { limit: 1 });
    // O6: automatic nodes come from VM groups.
    const work = groups.items.length === 0 ? 0 : orders;
    const hasPolicy = automaticNodesOf(settings, service, groups.items).scaledBy === 'queues';
    if (hasPolicy && work === 0) return { changed: false };
    const account = await serviceAccounts.open(service);
    const there = await account.describeAutoScaling(automaticNodes.autoScalingGroupName);
    if (!there) throw new Error(`the Auto Scaling group ${automaticNodes.autoScalingGroupName} is not there any more`);
    // Between two steps of a job there may be no order for a while: nodes that went then would have to come again.
    const stays = orders === 0 && there.desired > 0 && (await hasOpenJob(service));
    const wanted = stays ? there.desired : wantedNodes(work, { ...there, ordersPerNode: ORDERS_PER_NODE });
    const changed = wanted !== there.desired && !(hasPolicy && there.desired > 0);
    if (changed) await account.setDesired(automaticNodes.autoScalingGroupName, wanted);
    return { changed, ...(there.problem === undefined ? {} : { problem: there.problem }) };
  };

  return async (): Promise<SizeNodesOutcome> => {
    const problems: string[] = [];
    let changed = 0;
    for await (const hypervisor of everyItem((page) => catalog.hypervisors.list(page))) {
      if (hypervisor.kind !== 'service') continue;
      try {
        const outcome = await size(hypervisor);
        if (outcome.changed) changed += 1;
        if (outcome.problem !== undefined) problems.push(`${hypervisor.hypervisorId}: ${outcome.problem}`);
      } catch (error) {
        problems.push(`${hypervisor.hypervisorId}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return { changed, problems };
  };
};
