import type { HypervisorId } from '../../contracts/ids.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';
import { promisedUntil } from '../../domain/library-lock.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';

/** What is promised to a point that is about to be made in this library; nothing where that has no lock. */
export const lockOfPoint = async (
  { catalog, clock }: { readonly catalog: Pick<Catalog, 'plans'>; readonly clock: Clock },
  { mediaAgent }: ServiceHypervisor,
  {
    tenantId,
    kind,
    takenAt,
    planId,
  }: Pick<RecoveryPoint, 'kind' | 'takenAt'> & {
    readonly tenantId: HypervisorId;
    readonly planId?: RecoveryPoint['planId'] | undefined;
  },
): Promise<Pick<RecoveryPoint, 'lockedUntil'>> => {
  if (mediaAgent.lock === undefined || kind === 'snapshot') return {};
  const plan = planId === undefined ? undefined : await catalog.plans.get(tenantId, planId);
  return { lockedUntil: promisedUntil(takenAt, plan?.retention, clock.now()) };
};
