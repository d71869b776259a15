import type { HypervisorId } from '../../contracts/ids.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { PROVIDER_WITHDREW, revokedBy } from '../../domain/revoked-access.ts';
import type { Catalog } from '../../ports/catalog.ts';

/**
 * To be asked once the record of what is begun is there: a removal closes the tenant first and looks for such records
 * then, so that one of the two sees the other. Errors: Conflict.
 */
export const refuseWhileTenantIsRemoved = async (
  { hypervisors }: Pick<Catalog, 'hypervisors'>,
  tenantId: HypervisorId,
): Promise<TenantHypervisor> => {
  const tenant = await hypervisors.get(tenantId);
  if (tenant?.kind === 'tenant' && !tenant.removing) return tenant;
  throw new Conflict(`The tenant hypervisor ${tenantId} is being removed: nothing is begun for it any more.`, {
    tenantMessage: 'Your account is just being removed by your provider: nothing is begun for it any more.',
  });
};

/**
 * The same for what reaches into the tenant's account, which jobs do and library runs do not: a revocation, too, closes
 * the tenant first and looks for jobs then. Errors: Conflict.
 */
export const refuseWhileTenantIsClosed = async (
  catalog: Pick<Catalog, 'hypervisors'>,
  tenantId: HypervisorId,
): Promise<void> => {
  const { revoked } = await refuseWhileTenantIsRemoved(catalog, tenantId);
  if (!revoked) return;
  throw new Conflict(`${revokedBy(revoked)}: nothing is begun in its account.`, {
    tenantMessage: PROVIDER_WITHDREW,
    remedy: `Give the access back first: holdfast hypervisor restore-access ${tenantId}`,
  });
};
