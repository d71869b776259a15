import type { HypervisorId } from '../../contracts/ids.ts';
import { Conflict } from '../../domain/errors.ts';
import type { Catalog } from '../../ports/catalog.ts';

/**
 * To be asked once the record of what is begun is there: a removal closes the tenant first and looks for such records
 * then, so that one of the two sees the other. Errors: Conflict.
 */
export const refuseWhileTenantIsRemoved = async (
  { hypervisors }: Pick<Catalog, 'hypervisors'>,
  tenantId: HypervisorId,
): Promise<void> => {
  const tenant = await hypervisors.get(tenantId);
  if (tenant?.kind === 'tenant' && !tenant.removing) return;
  throw new Conflict(`The tenant hypervisor ${tenantId} is being removed: nothing is begun for it any more.`, {
    tenantMessage: 'Your account is just being removed by your provider: nothing is begun for it any more.',
  });
};
