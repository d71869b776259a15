import type { BindHypervisor, HypervisorView } from '../../contracts/api.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import { Conflict, InvalidRequest } from '../../domain/errors.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../domain/hypervisor.ts';
import { decideResources, resourceError } from '../../domain/resource-rules.ts';
import { hypervisorView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { resourceQuestion } from './check-resources.ts';
import { notFound } from './not-found.ts';
import { refuseIfPointsGoOutOfReach } from './out-of-reach-points.ts';
import { refuseSharedLibrary } from './refuse-shared-library.ts';
import { refuseUnlessReady } from './service-readiness.ts';
import { refuseWhileJobsRun } from './unended-job.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'jobs' | 'points' | 'vmGroups' | 'nodes'>;
  readonly clock: Clock;
}

/** Errors: NotFound, InvalidRequest. */
export const tenantToBind = async (
  { hypervisors }: Pick<Catalog, 'hypervisors'>,
  tenantId: HypervisorId,
): Promise<TenantHypervisor> => {
  const tenant = await hypervisors.get(tenantId);
  if (!tenant) throw notFound('tenant hypervisor', 'hypervisorId');
  if (tenant.kind === 'tenant') return tenant;
  throw new InvalidRequest(`${tenantId} is a service hypervisor: only a tenant hypervisor can be bound to one.`, {
    field: 'hypervisorId',
    remedy: 'Name the tenant hypervisor in the path, and the service hypervisor in the body.',
  });
};

/** Somebody else has bound, unbound or removed the tenant since it was read. */
export const bindingChanged = (tenantId: HypervisorId): Conflict =>
  new Conflict(`The binding of ${tenantId} was changed meanwhile.`, {
    remedy: `Look at it (holdfast hypervisor show ${tenantId}), and ask again.`,
  });

const serviceToUse = async (
  { hypervisors }: Pick<Catalog, 'hypervisors'>,
  serviceId: HypervisorId,
): Promise<ServiceHypervisor> => {
  const service = await hypervisors.get(serviceId);
  if (!service) throw notFound('service hypervisor', 'serviceHypervisorId');
  if (service.kind === 'service') return service;
  throw new InvalidRequest(`${serviceId} is a tenant hypervisor: it has no resources to lend.`, {
    field: 'serviceHypervisorId',
    remedy: 'Name a service hypervisor.',
  });
};

/** What O6 says of a tenant on that service hypervisor, for whatever job. Errors: RuleViolated. */
const askO6 = async (catalog: Deps['catalog'], tenant: TenantHypervisor, service: ServiceHypervisor): Promise<void> => {
  const terms = { purpose: 'restore', transport: 'ebs-direct' } as const;
  const error = resourceError(decideResources(await resourceQuestion(catalog, tenant, service, terms)));
  if (error) throw error;
};

/** Errors: NotFound, InvalidRequest (wrong kind), Conflict, RuleViolated (O6). */
const usableService = async (
  catalog: Deps['catalog'],
  tenant: TenantHypervisor,
  serviceId: HypervisorId,
): Promise<ServiceHypervisor> => {
  const service = await serviceToUse(catalog, serviceId);
  refuseUnlessReady(service);
  await askO6(catalog, tenant, service);
  return service;
};

/** What stands against binding a tenant to another service hypervisor than the one that it is bound to. Errors: as there. */
export const refuseRebinding = async (
  { catalog }: Pick<Deps, 'catalog'>,
  tenant: TenantHypervisor,
  serviceId: HypervisorId,
): Promise<void> => {
  const service = await usableService(catalog, tenant, serviceId);
  await refuseSharedLibrary(catalog, service, 'older');
  await refuseWhileJobsRun(catalog.jobs, tenant.hypervisorId, 'its binding cannot be changed');
  await refuseIfPointsGoOutOfReach(catalog, tenant, service);
};

/**
 * "Use service account resources" (A3). Binding to the service hypervisor that it is bound to changes nothing; to
 * another, only while no job runs. What the tenant has in another library stays there and restorable: a recovery point
 * names its service hypervisor, and where the new one's nodes could not read it, the binding is refused.
 * Errors: NotFound, InvalidRequest (wrong kind), Conflict, RuleViolated (O6).
 */
export const createBindHypervisor =
  ({ catalog, clock }: Deps) =>
  async (tenantId: HypervisorId, { serviceHypervisorId }: BindHypervisor): Promise<HypervisorView> => {
    const tenant = await tenantToBind(catalog, tenantId);
    if (tenant.binding?.serviceId === serviceHypervisorId) {
      await usableService(catalog, tenant, serviceHypervisorId);
      return hypervisorView(tenant);
    }
    await refuseRebinding({ catalog }, tenant, serviceHypervisorId);
    const binding = { serviceId: serviceHypervisorId, boundAt: clock.now() };
    if (!(await catalog.hypervisors.bind(tenantId, binding, tenant.binding))) throw bindingChanged(tenantId);
    await refuseIfGone(catalog, tenant, binding);
    return hypervisorView({ ...tenant, binding });
  };

/** It may have been removed (which closes it first) while this went on: then the tenant is as it was. */
const refuseIfGone = async (
  { hypervisors }: Pick<Catalog, 'hypervisors'>,
  tenant: TenantHypervisor,
  binding: TenantHypervisor['binding'] & object,
): Promise<void> => {
  const { serviceId } = binding;
  const service = await hypervisors.get(serviceId);
  if (service?.kind === 'service' && service.state === 'ready') return;
  await hypervisors.bind(tenant.hypervisorId, tenant.binding, binding);
  throw new Conflict(`The service hypervisor ${serviceId} is being removed.`, {
    field: 'serviceHypervisorId',
    remedy: 'Name another service hypervisor.',
  });
};
