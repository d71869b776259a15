import type { HypervisorView } from '../../contracts/api.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import { Conflict } from '../../domain/errors.ts';
import type { Hypervisor, ServiceHypervisor, TenantHypervisor } from '../../domain/hypervisor.ts';
import { hypervisorView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Executions, Queues, Secrets } from '../../ports/control.ts';
import { everyItem } from '../../ports/every-item.ts';
import type { BrokerNames, NodeRoles } from '../../ports/node-access.ts';
import type { ServiceAccounts } from '../../ports/service-account.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { notFound } from './not-found.ts';
import { isInLibrary, livingPoints } from './out-of-reach-points.ts';
import { refuseWhileTenantHasAnything } from './what-tenant-has.ts';

export interface RemoveHypervisorDeps {
  readonly catalog: Pick<
    Catalog,
    'hypervisors' | 'jobs' | 'points' | 'plans' | 'vmGroups' | 'nodes' | 'effects' | 'instances' | 'usage'
  >;
  readonly scopes: TenantScopes;
  readonly executions: Executions;
  readonly clock: Clock;
  readonly queues: Queues;
  readonly secrets: Secrets;
  readonly serviceAccounts: ServiceAccounts;
  readonly nodeRoles: NodeRoles;
  readonly brokerNames: BrokerNames;
  readonly settings: { readonly controlPlaneAccountId: string };
}

const named = ({ name, hypervisorId }: Hypervisor): string => `${name} (${hypervisorId})`;

const refuseWhileBound = async ({ hypervisors }: Pick<Catalog, 'hypervisors'>, serviceId: HypervisorId) => {
  const tenants = await hypervisors.boundTo(serviceId);
  if (tenants.length === 0) return;
  throw new Conflict(`Tenant hypervisors use this service hypervisor: ${tenants.map(named).join(', ')}.`, {
    remedy: 'Bind them to another one, or unbind them (holdfast hypervisor unbind), and remove it then.',
  });
};

/** Bound to it or not: what tenants have in its library would be out of everybody's reach. */
const refuseWhilePointsAreThere = async (
  { hypervisors, points }: Pick<Catalog, 'hypervisors' | 'points'>,
  serviceId: HypervisorId,
) => {
  const holders: string[] = [];
  for await (const tenant of everyItem((page) => hypervisors.list(page))) {
    if (tenant.kind !== 'tenant') continue;
    let count = 0;
    for await (const point of livingPoints(points, tenant.hypervisorId))
      if (point.serviceId === serviceId && isInLibrary(point)) count++;
    if (count > 0) holders.push(`${count} of ${named(tenant)}`);
  }
  if (holders.length === 0) return;
  throw new Conflict(`Its library holds recovery points: ${holders.join(', ')}. They could not be restored any more.`, {
    remedy: 'Keep it until retention has removed them (holdfast retention run), and remove it then.',
  });
};

/**
 * What was made for it goes first, its record last: a removal that failed half-way is asked for again. The library and
 * what a template made in another account stay: they are their owners' to delete.
 * Errors: NotFound, Conflict (it is used or holds something: names whom or what), CredentialsRejected, TransientFailure.
 */
export const createRemoveHypervisor = (deps: RemoveHypervisorDeps) => {
  const { catalog, clock, queues, secrets, serviceAccounts, nodeRoles, brokerNames, settings } = deps;

  const removeGroups = async (hypervisorId: HypervisorId): Promise<void> => {
    const groupIds: string[] = [];
    for await (const { groupId } of everyItem((page) => catalog.vmGroups.list(hypervisorId, page)))
      groupIds.push(groupId);
    for (const groupId of groupIds) await catalog.vmGroups.remove(hypervisorId, groupId);
  };

  const removeService = async (service: ServiceHypervisor): Promise<void> => {
    const { hypervisorId, accountId, automaticNodes } = service;
    await refuseWhileBound(catalog, hypervisorId);
    await refuseWhilePointsAreThere(catalog, hypervisorId);
    // Closed to new bindings; one that was under way is seen by the second look, or sees this itself.
    await catalog.hypervisors.updateService(hypervisorId, { state: 'removing' });
    try {
      await refuseWhileBound(catalog, hypervisorId);
      await refuseWhilePointsAreThere(catalog, hypervisorId);
    } catch (error) {
      await catalog.hypervisors.updateService(hypervisorId, { state: service.state }, ['removing']);
      throw error;
    }
    if (automaticNodes && accountId === settings.controlPlaneAccountId)
      await (await serviceAccounts.open(service)).removeAutoScaling(automaticNodes);
    await queues.remove(service.queues.restores);
    await queues.remove(service.queues.work);
    await nodeRoles.remove(hypervisorId);
    await brokerNames.remove(hypervisorId);
    await removeGroups(hypervisorId);
    for (const { nodeId } of await catalog.nodes.list(hypervisorId)) await catalog.nodes.remove(hypervisorId, nodeId);
  };

  const removeTenant = async (tenant: TenantHypervisor): Promise<void> => {
    const { hypervisorId, name } = tenant;
    try {
      await refuseWhileTenantHasAnything(deps, tenant);
      // Closed to everything new; what was under way is seen by the second look, or sees this itself.
      await catalog.hypervisors.setRemoving(hypervisorId, true);
      await refuseWhileTenantHasAnything(deps, tenant);
    } catch (error) {
      await catalog.hypervisors.setRemoving(hypervisorId, false);
      throw error;
    }
    await removeGroups(hypervisorId);
    // what it has cost is still to be paid by somebody
    await catalog.usage.noteRemoved({ tenantId: hypervisorId, name, removedAt: clock.now() });
  };

  return async (hypervisorId: HypervisorId): Promise<HypervisorView> => {
    const hypervisor = await catalog.hypervisors.get(hypervisorId);
    if (!hypervisor) throw notFound('hypervisor', 'hypervisorId');
    if (hypervisor.kind === 'service') await removeService(hypervisor);
    else await removeTenant(hypervisor);
    if (hypervisor.auth.method === 'access-key') await secrets.delete(hypervisor.auth.secretArn);
    await catalog.hypervisors.remove(hypervisorId);
    return hypervisorView(hypervisor);
  };
};
