import type { HypervisorId, RecoveryPointId } from '../../contracts/ids.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { LEAD_MS } from '../../domain/library-lock.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { everyItem } from '../../ports/every-item.ts';
import { isInLibrary } from '../api/out-of-reach-points.ts';

/** What a tenant has in the library of one service hypervisor. */
export interface SurveyedLibrary {
  readonly serviceId: HypervisorId;
  /** Available recovery points whose lock ends soon, has ended or was never made, and when (ms since 1970; 0: none). */
  readonly endsSoon: ReadonlyMap<RecoveryPointId, number>;
}

/**
 * The libraries that hold data of a tenant, wherever it is bound by now, if anywhere: what is there is looked after until
 * the last of it is gone. Reads each of its points once.
 */
export const surveyLibraries = async (
  { points }: Pick<Catalog, 'points'>,
  { hypervisorId, binding }: TenantHypervisor,
  now: number,
): Promise<readonly SurveyedLibrary[]> => {
  const found = new Map<HypervisorId, Map<RecoveryPointId, number>>();
  for await (const point of everyItem((page) => points.list(hypervisorId, undefined, page))) {
    const { serviceId, state, lockedUntil = 0, dataRemovedAt } = point;
    if (!isInLibrary(point) || (state !== 'available' && state !== 'expired')) continue;
    // of the present library also what comes after the last point that was removed: a prune ends on its next run
    if (dataRemovedAt !== undefined && serviceId !== binding?.serviceId) continue;
    const endsSoon = found.get(serviceId) ?? new Map<RecoveryPointId, number>();
    found.set(serviceId, endsSoon);
    if (state === 'available' && lockedUntil <= now + LEAD_MS) endsSoon.set(point.recoveryPointId, lockedUntil);
  }
  return [...found].map(([serviceId, endsSoon]) => ({ serviceId, endsSoon }));
};
