import type { HypervisorId, RecoveryPointId } from '../../contracts/ids.ts';
import { RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** The other place of a point's data: its copy, or what it is the copy of. */
export const siblingOf = async (
  { points }: Pick<Catalog, 'points'>,
  { tenantId, copyOf, copiedTo }: RecoveryPoint,
): Promise<RecoveryPoint | undefined> => {
  const siblingId = copyOf ?? copiedTo;
  return siblingId === undefined ? undefined : points.get(tenantId, siblingId);
};

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
