import type { ProtectedInstance } from '../../domain/protected-instance.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** Pages of points that are looked through: what a person has removed, or a check found damaged, is passed over. */
const LOOKED_AT = 25;

/** One that can be restored from, whole. */
export const isGood = ({ state, lostVolumes = [] }: Pick<RecoveryPoint, 'state' | 'lostVolumes'>): boolean =>
  state === 'available' && lostVolumes.length === 0;

/** When the instance's newest good recovery point was taken, of whatever kind and however it was asked for. */
export const newestGoodPoint = async (
  catalog: Pick<Catalog, 'instances' | 'points'>,
  tenantId: ProtectedInstance['tenantId'],
  instanceId: string,
): Promise<number | undefined> => {
  const record = await catalog.instances.get(tenantId, instanceId);
  if (!record) return undefined;
  // Mostly one and the same, and good: one read.
  const ids = new Set([record.committed, record.head, record.snapshotHead].filter((id) => id !== undefined));
  if (ids.size === 0) return undefined;
  const points = await Promise.all([...ids].map((id) => catalog.points.get(tenantId, id)));
  const good = points.filter((point) => point !== undefined && isGood(point)).map((point) => point?.takenAt ?? 0);
  if (good.length > 0) return Math.max(...good);
  const { items } = await catalog.points.list(tenantId, instanceId, { limit: LOOKED_AT });
  return items.find(isGood)?.takenAt;
};
