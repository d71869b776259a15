import type { HypervisorId, RecoveryPointId } from '../../contracts/ids.ts';
import { isLocked, type LockExtension } from '../../domain/library-lock.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { everyItem } from '../../ports/every-item.ts';

export interface PointsInLibrary {
  /** A restore may be asked for: they must be there. */
  readonly committed: readonly RecoveryPointId[];
  /** Their time is over, or they were given up and can never be committed; and their data may still be there. */
  readonly expired: readonly RecoveryPointId[];
  /** Attempts are at work on them, or may take them up again; or they are locked, so that they cannot go yet. */
  readonly pending: readonly RecoveryPointId[];
  /** Until when the last of them is locked (ms since 1970); 0: none is. */
  readonly lockedUntil: number;
  /** Committed, and locked by now: until when, as it was noted (ms since 1970). */
  readonly promised: readonly LockExtension[];
}

/** What the control plane knows of the points in a tenant's library that the library itself does not. */
export const pointsInLibrary = async (
  { points, instances }: Pick<Catalog, 'points' | 'instances'>,
  tenantId: HypervisorId,
  serviceId: HypervisorId,
  now: number,
): Promise<PointsInLibrary> => {
  const committed: RecoveryPointId[] = [];
  const expired: RecoveryPointId[] = [];
  const pending: RecoveryPointId[] = [];
  const promised: LockExtension[] = [];
  let lockedUntil = 0;
  for await (const point of everyItem((page) => points.list(tenantId, undefined, page))) {
    if (point.kind === 'snapshot' || point.serviceId !== serviceId || point.dataRemovedAt !== undefined) continue;
    lockedUntil = Math.max(lockedUntil, point.lockedUntil ?? 0);
    const { recoveryPointId, lockedUntil: until = 0 } = point;
    if (point.state === 'available' && until > now) promised.push({ recoveryPointId, until });
    if (point.state === 'available') committed.push(recoveryPointId);
    else if (point.state === 'pending' || isLocked(point, now)) pending.push(point.recoveryPointId);
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
  return { committed, expired: expired.filter(isOpen), pending: pending.filter(isOpen), lockedUntil, promised };
};
