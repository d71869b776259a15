import { TenantNotBound } from '../../domain/errors.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** The service hypervisor whose resources a tenant uses. Errors: TenantNotBound. */
export const boundService = async (
  catalog: Pick<Catalog, 'hypervisors'>,
  tenant: TenantHypervisor,
): Promise<ServiceHypervisor> => {
  const service = tenant.binding && (await catalog.hypervisors.get(tenant.binding.serviceId));
  if (service?.kind === 'service') return service;
  throw new TenantNotBound(
    `The tenant hypervisor ${tenant.hypervisorId} is not bound to a service hypervisor: it has no access nodes and no library.`,
    {
      remedy: `Bind it: holdfast hypervisor bind ${tenant.hypervisorId} --to <service hypervisor id>`,
      tenantMessage:
        'Your account is not connected to your provider’s resources yet. Your provider has to finish the set-up.',
    },
  );
};
