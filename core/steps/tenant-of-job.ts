import type { HypervisorId, JobId } from '../contracts/ids.ts';
import { LibraryUnavailable, NotFound, TenantNotBound } from '../domain/errors.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../domain/hypervisor.ts';
import type { Job } from '../domain/job.ts';
import { refuseRevoked } from '../domain/revoked-access.ts';
import type { Catalog } from '../ports/catalog.ts';

/**
 * The tenant of a job and the service hypervisor that it is bound to: the only way in which a step comes to either.
 * Errors: NotFound, TenantNotBound, TenantAccessLost (its access was revoked).
 */
export const openTenant = async (
  catalog: Catalog,
  tenantId: HypervisorId,
  jobId: JobId,
): Promise<{ readonly job: Job; readonly tenant: TenantHypervisor; readonly service: ServiceHypervisor }> => {
  const job = await catalog.jobs.get(tenantId, jobId);
  if (!job) throw new NotFound(`there is no job ${jobId} of ${tenantId}`);
  const bound = await boundTenant(catalog, tenantId);
  refuseRevoked(bound.tenant);
  return { job, ...bound };
};

/** A service hypervisor that a record names. Errors: LibraryUnavailable (it is gone, and its library with it). */
export const serviceOf = async (
  catalog: Pick<Catalog, 'hypervisors'>,
  serviceId: HypervisorId,
): Promise<ServiceHypervisor> => {
  const service = await catalog.hypervisors.get(serviceId);
  if (service?.kind === 'service') return service;
  throw new LibraryUnavailable(`the service hypervisor ${serviceId}, whose library holds the data, is gone`);
};

/** Whether it is bound or not. Errors: NotFound. */
export const tenantOf = async (
  catalog: Pick<Catalog, 'hypervisors'>,
  tenantId: HypervisorId,
): Promise<TenantHypervisor> => {
  const tenant = await catalog.hypervisors.get(tenantId);
  if (tenant?.kind === 'tenant') return tenant;
  throw new NotFound(`there is no tenant hypervisor ${tenantId}`);
};

export const boundTenant = async (
  catalog: Pick<Catalog, 'hypervisors'>,
  tenantId: HypervisorId,
): Promise<{ readonly tenant: TenantHypervisor; readonly service: ServiceHypervisor }> => {
  const tenant = await tenantOf(catalog, tenantId);
  const service = tenant.binding && (await catalog.hypervisors.get(tenant.binding.serviceId));
  if (service?.kind !== 'service') {
    throw new TenantNotBound(`${tenantId} is not bound to a service hypervisor`, {
      remedy: `bind it: holdfast hypervisor bind ${tenantId} --to <service hypervisor>`,
      tenantMessage:
        'Your account is not connected to your provider’s resources yet. Your provider has to finish the set-up.',
    });
  }
  return { tenant, service };
};
