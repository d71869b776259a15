import type { InstanceRef } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Sha256 } from '../../ports/control.ts';

/** The recovery point that an attempt at a backup or a snapshot of an instance makes, unless it goes on with another's. */
export const pointIdOf = (
  sha256: Sha256,
  { jobId, instanceId }: Pick<InstanceRef, 'jobId' | 'instanceId'>,
  attempt: number,
): string => derivedId(sha256, 'rp', jobId, attempt, instanceId);

/**
 * Pending points of an instance that earlier attempts at a backup or a snapshot have begun, the newest attempt's first:
 * those that are kept for a later one, and that which this attempt has taken over already.
 */
export const keptPoints = async (
  catalog: Pick<Catalog, 'points'>,
  sha256: Sha256,
  ref: InstanceRef,
): Promise<readonly RecoveryPoint[]> => {
  const found: RecoveryPoint[] = [];
  for (let attempt = ref.attempt - 1; attempt >= 1; attempt -= 1) {
    const point = await catalog.points.get(ref.tenantId, pointIdOf(sha256, ref, attempt));
    if (point && isTakeable(point, ref.attempt)) found.push(point);
  }
  return found;
};

/** Kept for a later attempt, or taken over by this one. */
export const isTakeable = ({ state, attempt, keptBy }: RecoveryPoint, by: number): boolean =>
  state === 'pending' && (attempt === by || (attempt < by && keptBy === attempt));
