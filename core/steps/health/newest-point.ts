import type { ProtectedInstance } from '../../domain/protected-instance.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** Of one instance's recovery points, those that are looked at: the newest ones' records. */
export const MOST_POINTS = 1_000;
/** What a person has removed, or a check found damaged, is passed over: mostly there is little of it. */
const FIRST_LOOK = 25;

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
  const takenAt = points.flatMap((point) => (point && isGood(point) ? [point.takenAt] : []));
  return takenAt.length === ids.size ? Math.max(...takenAt) : newestOfList(catalog, tenantId, instanceId);
};

const newestOfList = async (
  { points }: Pick<Catalog, 'points'>,
  tenantId: ProtectedInstance['tenantId'],
  instanceId: string,
): Promise<number | undefined> => {
  const first = await points.outlines(tenantId, instanceId, { limit: FIRST_LOOK });
  const found = first.items.find(isGood);
  if (found || first.next === undefined) return found?.takenAt;
  const rest = await points.outlines(tenantId, instanceId, { limit: MOST_POINTS - FIRST_LOOK, next: first.next });
  return rest.items.find(isGood)?.takenAt;
};
