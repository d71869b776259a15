import type { HypervisorId } from '../../contracts/ids.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';

const PAGE = 100;

/** A snapshot of which there is no copy in a library (any more), and whose own snapshots are still there. */
export const isToBeCopied = async (catalog: Catalog, point: RecoveryPoint): Promise<boolean> => {
  if (point.kind !== 'snapshot' || point.state !== 'available') return false;
  const copy = point.copiedTo === undefined ? undefined : await catalog.points.get(point.tenantId, point.copiedTo);
  return copy?.state !== 'available';
};

/** Of one instance, in no order. */
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
