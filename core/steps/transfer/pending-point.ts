import type { LockedInstance } from '../../contracts/steps.ts';
import { RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** The record that this attempt is filling. Errors: RecoveryPointUnavailable (cleanup has abandoned it). */
export const pendingPoint = async (
  catalog: Catalog,
  { tenantId, recoveryPointId }: Pick<LockedInstance, 'tenantId' | 'recoveryPointId'>,
): Promise<RecoveryPoint> => {
  const point = await catalog.points.get(tenantId, recoveryPointId);
  if (!point || point.state === 'abandoned') {
    throw new RecoveryPointUnavailable(`${recoveryPointId} was given up; start the job again`);
  }
  return point;
};
