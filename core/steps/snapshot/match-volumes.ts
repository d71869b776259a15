import { TransientFailure } from '../../domain/errors.ts';
import type { AttachedVolume, DescribedInstance } from '../../ports/tenant-instances.ts';
import type { DescribedSnapshot } from '../../ports/tenant-snapshots.ts';

export interface MatchedSnapshot {
  readonly snapshot: DescribedSnapshot;
  readonly volume: AttachedVolume;
}

/**
 * Which snapshot is of which volume. Volumes may have come and gone between the look at the instance and the snapshots:
 * one that was attached meanwhile is part of the point, one that is gone is not. Right after a creation whose answer was
 * lost, Describe may show a part of the set: TransientFailure, and the step is run again; a point that lacks a volume
 * is never made. `superfluous`: of volumes that are left out, or that nothing is known of any more.
 */
export const matchVolumes = async (
  taken: readonly DescribedSnapshot[],
  before: DescribedInstance,
  excluded: ReadonlySet<string>,
  lookAgain: () => Promise<DescribedInstance | undefined>,
): Promise<{ readonly matched: readonly MatchedSnapshot[]; readonly superfluous: readonly DescribedSnapshot[] }> => {
  const wanted = taken.filter(({ volumeId }) => !excluded.has(volumeId));
  const missing = before.volumes.filter(
    ({ volumeId }) => !excluded.has(volumeId) && !wanted.some((snapshot) => snapshot.volumeId === volumeId),
  );
  const isUnknown = ({ volumeId }: DescribedSnapshot): boolean =>
    !before.volumes.some((volume) => volume.volumeId === volumeId);
  const after = missing.length > 0 || wanted.some(isUnknown) ? await lookAgain() : before;
  const stillThere = missing.filter(({ volumeId }) => after?.volumes.some((volume) => volume.volumeId === volumeId));
  if (stillThere.length > 0 || wanted.length === 0) {
    const ids = (stillThere.length > 0 ? stillThere : missing).map(({ volumeId }) => volumeId);
    throw new TransientFailure(`there is no snapshot of ${ids.join(', ')} to be seen yet`);
  }
  const volumes = new Map([...(after?.volumes ?? []), ...before.volumes].map((volume) => [volume.volumeId, volume]));
  const matched = wanted.flatMap((snapshot) => {
    const volume = volumes.get(snapshot.volumeId);
    return volume ? [{ snapshot, volume }] : [];
  });
  if (matched.length === 0) throw new TransientFailure('nothing is known of the volumes that snapshots were taken of');
  const kept = new Set(matched.map(({ snapshot }) => snapshot.snapshotId));
  return { matched, superfluous: taken.filter(({ snapshotId }) => !kept.has(snapshotId)) };
};
