import { NotAllowed } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** The tenant comes from the signed caller's account, and from nowhere else. Errors: NotAllowed. */
export const createTenantOfCaller =
  ({ catalog }: { readonly catalog: Pick<Catalog, 'hypervisors'> }) =>
  async (accountId: string): Promise<TenantHypervisor> => {
    const tenant = await catalog.hypervisors.tenantOfAccount(accountId);
    if (tenant && !tenant.removing) return tenant;
    throw new NotAllowed('The AWS account that signed this request is not known here.', {
      remedy: 'Sign with credentials of your own account, or ask your provider to add it.',
    });
  };
