import type { HypervisorId } from '../../contracts/ids.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { isLocked } from '../../domain/library-lock.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { countAndNames, isInLibrary, livingPoints } from './out-of-reach-points.ts';

/**
 * In vault mode (Object Lock in compliance mode) a tenant stays bound as long as it has locked recovery points in a vault,
 * whichever that is: without a binding nothing is restored, and nobody is to have that in his hand. Errors: Conflict.
 */
export const refuseFromVault = async (
  { hypervisors, points }: Pick<Catalog, 'hypervisors' | 'points'>,
  { hypervisorId }: TenantHypervisor,
  now: number,
): Promise<void> => {
  const vaults = new Map<HypervisorId, Promise<boolean>>();
  const isVault = (serviceId: HypervisorId): Promise<boolean> => {
    const known = vaults.get(serviceId) ?? isInVaultMode(hypervisors, serviceId);
    vaults.set(serviceId, known);
    return known;
  };
  const locked: string[] = [];
  let last = 0;
  for await (const point of livingPoints(points, hypervisorId)) {
    if (!isInLibrary(point) || !isLocked(point, now) || !(await isVault(point.serviceId))) continue;
    locked.push(point.recoveryPointId);
    last = Math.max(last, point.lockedUntil ?? 0);
  }
  if (locked.length === 0) return;
  throw new Conflict(`Its recovery points are in a vault, and locked: ${countAndNames(locked)}.`, {
    remedy: `Bind it to another service hypervisor instead, or wait until the last lock has ended: ${new Date(last).toISOString().slice(0, 10)}.`,
  });
};

const isInVaultMode = async (hypervisors: Catalog['hypervisors'], serviceId: HypervisorId): Promise<boolean> => {
  const service = await hypervisors.get(serviceId);
  return service?.kind === 'service' && service.mediaAgent.lock === 'compliance';
};
