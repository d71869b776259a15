import type { Purpose, Transport } from '../../contracts/plans.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../domain/hypervisor.ts';
import { decideResources, type ResourceQuestion, resourceError } from '../../domain/resource-rules.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { boundService } from './bound-service.ts';

interface Terms {
  readonly purpose: Purpose;
  readonly transport: Transport;
}
type CheckCatalog = Pick<Catalog, 'hypervisors' | 'vmGroups' | 'nodes'>;

/** The facts that O6 to O8 are asked with. */
export const resourceQuestion = async (
  catalog: CheckCatalog,
  tenant: TenantHypervisor,
  service: ServiceHypervisor,
  { purpose, transport }: Terms,
): Promise<ResourceQuestion> => {
  const serviceId = service.hypervisorId;
  const [groups, nodes] = await Promise.all([
    catalog.vmGroups.list(serviceId, { limit: 1 }),
    catalog.nodes.list(serviceId),
  ]);
  return {
    purpose,
    transport,
    tenantAccountId: tenant.accountId,
    nodeAccountId: service.accountId,
    serviceId,
    accessNodes: service.accessNodes,
    vmGroups: groups.items.length,
    manualNodes: nodes.filter(({ addedByHand }) => addedByHand).length,
  };
};

/**
 * Whether a tenant may have something done on the resources that it is bound to; asked by the API and again by the
 * first state of each machine. Answers the service hypervisor. Errors: TenantNotBound, RuleViolated (O6 to O8), NotAvailable.
 */
export const checkResources = async (
  catalog: CheckCatalog,
  tenant: TenantHypervisor,
  terms: Terms,
): Promise<ServiceHypervisor> => {
  const service = await boundService(catalog, tenant);
  const error = resourceError(decideResources(await resourceQuestion(catalog, tenant, service, terms)));
  if (error) throw error;
  return service;
};
