import type { HypervisorId, RecoveryPointId } from '../../contracts/ids.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { everyItem } from '../../ports/every-item.ts';

export interface PointsInLibrary {
  /** A restore may be asked for: they must be there. */
  readonly committed: readonly RecoveryPointId[];
  /** Their time is over, or they were given up and can never be committed; and their data may still be there. */
  readonly expired: readonly RecoveryPointId[];
  /** Attempts are at work on them, or may take them up again. */
  readonly pending: readonly RecoveryPointId[];
}

/** What the control plane knows of the points in a tenant's library that the library itself does not. */
export const pointsInLibrary = async (
  { points, instances }: Pick<Catalog, 'points' | 'instances'>,
  tenantId: HypervisorId,
  serviceId: HypervisorId,
): Promise<PointsInLibrary> => {
  const committed: RecoveryPointId[] = [];
  const expired: RecoveryPointId[] = [];
  const pending: RecoveryPointId[] = [];
  for await (const point of everyItem((page) => points.list(tenantId, undefined, page))) {
    if (point.kind === 'snapshot' || point.serviceId !== serviceId || point.dataRemovedAt !== undefined) continue;
    if (point.state === 'pending') pending.push(point.recoveryPointId);
    else if (point.state === 'available') committed.push(point.recoveryPointId);
    else if (point.state === 'expired' || point.state === 'abandoned') expired.push(point.recoveryPointId);
  }
  // Read after the points: one that looks abandoned may have been committed by an attempt that died before it said so.
  const counting = new Set(
    (await instances.list(tenantId))
      .flatMap(({ head, committed }) => [head, committed])
      .filter((id) => id !== undefined),
  );
  committed.push(...[...expired, ...pending].filter((id) => counting.has(id)));
  const isOpen = (id: RecoveryPointId): boolean => !counting.has(id);
  return { committed, expired: expired.filter(isOpen), pending: pending.filter(isOpen) };
};
