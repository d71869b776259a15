import type { LockedInstance, TransferInput } from '../../contracts/steps.ts';
import { RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { RecoveryPoint, RecoveryPointVolume } from '../../domain/recovery-point.ts';
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

/**
 * Notes what planning has decided of its volumes. Errors: RecoveryPointUnavailable (its data is there already, or it is not
 * this attempt's any more: this run of the step came too late).
 */
export const planVolumes = async (
  catalog: Catalog,
  { tenantId, recoveryPointId, attempt }: Pick<TransferInput, 'tenantId' | 'recoveryPointId' | 'attempt'>,
  volumes: readonly RecoveryPointVolume[],
): Promise<void> => {
  if (await catalog.points.fill(tenantId, recoveryPointId, attempt, { volumes })) return;
  throw new RecoveryPointUnavailable(`${recoveryPointId} is not this attempt's to fill any more`);
};
