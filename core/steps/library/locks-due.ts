import type { HypervisorId } from '../../contracts/ids.ts';
import { extensionsDue, type LockExtension } from '../../domain/library-lock.ts';
import type { Clock } from '../../ports/clock.ts';
import { type RetentionCatalog, ruledByPlans } from '../jobs/retention-of-tenant.ts';

/** The recovery points in a library that retention keeps, and whose lock ends soon. */
export const locksDue = async (
  { catalog, clock }: { readonly catalog: RetentionCatalog; readonly clock: Clock },
  tenantId: HypervisorId,
  serviceId: HypervisorId,
): Promise<readonly LockExtension[]> => {
  const { keep } = await ruledByPlans(catalog, tenantId);
  const kept = keep.map(({ point }) => point).filter((point) => point.serviceId === serviceId);
  return extensionsDue(kept, clock.now());
};
