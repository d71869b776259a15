import type { HypervisorId, RecoveryPointId } from '../../contracts/ids.ts';
import { RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** Errors: RecoveryPointUnavailable; the same for an absent one and another tenant's. */
export const restoredPoint = async (
  catalog: Catalog,
  tenantId: HypervisorId,
  recoveryPointId: RecoveryPointId,
): Promise<RecoveryPoint> => {
  const point = await catalog.points.get(tenantId, recoveryPointId);
  if (point?.state !== 'available') {
    throw new RecoveryPointUnavailable(`there is no recovery point ${recoveryPointId} to restore from`, {
      field: 'recoveryPointId',
    });
  }
  return point;
};
