import type { RecoveryPointVolume } from '../../domain/recovery-point.ts';
import { EFFECT, type RestoreWork } from './restore-work.ts';

/** What a volume is made from: the recovery point's own snapshot, or the one that nodes have filled from the library. */
export const sourceSnapshot = (
  { place, resource }: Pick<RestoreWork, 'place' | 'resource'>,
  { volumeId, snapshotId }: RecoveryPointVolume,
): Promise<string> => (place === 'snapshot' ? Promise.resolve(snapshotId) : resource(EFFECT.snapshot(volumeId)));
