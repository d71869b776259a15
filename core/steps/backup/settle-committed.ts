import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';

/** Says on a point's own record, and on that of the snapshot that it is the copy of, that it counts. Idempotent. */
export const settleCommitted = async (
  catalog: Catalog,
  clock: Clock,
  { tenantId, recoveryPointId, state, copyOf }: RecoveryPoint,
): Promise<void> => {
  if (state === 'pending' || state === 'abandoned') {
    await catalog.points.update(tenantId, recoveryPointId, { state: 'available', committedAt: clock.now() });
  }
  if (copyOf === undefined || state === 'expired') return;
  const snapshot = await catalog.points.get(tenantId, copyOf);
  if (snapshot && snapshot.copiedTo !== recoveryPointId) {
    await catalog.points.update(tenantId, copyOf, { copiedTo: recoveryPointId });
  }
};
