import type { HypervisorId } from '../../contracts/ids.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';

const PAGE = 100;

/**
 * A snapshot of which there is no copy in a library, and whose own snapshots are still there. A copy that retention has
 * removed counts as made, or it would be made and removed for ever: unless the snapshot is `named`.
 */
export const isToBeCopied = async (catalog: Catalog, point: RecoveryPoint, named?: 'named'): Promise<boolean> => {
  if (point.kind !== 'snapshot' || point.state !== 'available') return false;
  const copy = point.copiedTo === undefined ? undefined : await catalog.points.get(point.tenantId, point.copiedTo);
  return copy?.state !== 'available' && (named !== undefined || copy?.state !== 'expired');
};

/** Of one instance, all but those whose copy there is or was, in no order. */
export const pointsToCopy = async (
  catalog: Catalog,
  tenantId: HypervisorId,
  instanceId: string,
): Promise<readonly RecoveryPoint[]> => {
  const found: RecoveryPoint[] = [];
  let next: string | undefined;
  do {
    const page = await catalog.points.list(tenantId, instanceId, {
      limit: PAGE,
      ...(next === undefined ? {} : { next }),
    });
    for (const point of page.items) if (await isToBeCopied(catalog, point)) found.push(point);
    next = page.next;
  } while (next !== undefined);
  return found;
};
