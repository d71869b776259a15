import type { HypervisorId } from '../../contracts/ids.ts';
import type { LostVolume } from '../../contracts/order-results.ts';
import type { Catalog } from '../../ports/catalog.ts';

/**
 * Notes which volumes have lost blocks, so that their next backups read all of them. Only for points that an incremental
 * may build on: there is one an instance, however many points have lost the same blocks.
 */
export const noteLostVolumes = async (
  { instances, points }: Pick<Catalog, 'instances' | 'points'>,
  tenantId: HypervisorId,
  lost: readonly LostVolume[],
): Promise<void> => {
  if (lost.length === 0) return;
  const lostOf = Map.groupBy(lost, ({ recoveryPointId }) => recoveryPointId);
  for (const { head } of await instances.list(tenantId)) {
    const ofHead = head === undefined ? undefined : lostOf.get(head);
    const point = head !== undefined && ofHead && (await points.get(tenantId, head));
    if (!point) continue;
    const isLost = (volumeId: string) => ofHead.some((each) => (each.volumeId ?? volumeId) === volumeId);
    const lostVolumes = point.volumes.map(({ volumeId }) => volumeId).filter(isLost);
    await points.update(tenantId, point.recoveryPointId, { lostVolumes });
  }
};
