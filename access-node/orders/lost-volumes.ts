import { LostVolume } from '../../core/contracts/order-results.ts';
import type { CheckReport } from '../../library/check-library.ts';
import type { LostVolume as LostByFindings } from '../../library/check-report.ts';

const named = ({ recoveryPointId, volumeId }: LostByFindings): LostVolume => ({
  recoveryPointId,
  ...(volumeId ? { volumeId } : {}),
});

/**
 * A report whose losses are of recovery points and volumes that can be ours. Whoever has the bucket can plant an object
 * under any name; one among the points that no recovery point of ours can have is a finding, and nothing is lost by it.
 */
export const ofOurPoints = (report: CheckReport): CheckReport => ({
  ...report,
  lost: report.lost.filter((lost) => LostVolume.safeParse(named(lost)).success),
});

/**
 * After a repair, which has taken damaged packs out of use: a full backup stores what they held again. What a check without
 * the newest data key could not read may be whole.
 */
export const lostAfterRepair = (lost: readonly LostByFindings[]): LostVolume[] =>
  lost.filter(({ kinds }) => kinds.length > 0).map(named);

/**
 * Of a check, what a full backup heals at once. Until a repair has taken a damaged pack out of use, every backup still
 * takes it for good: reading all of a volume would cost much and change nothing.
 */
export const lostByCheck = (lost: readonly LostByFindings[]): LostVolume[] =>
  lost.filter(({ kinds }) => kinds.some((kind) => kind !== 'pack')).map(named);
