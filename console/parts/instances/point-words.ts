/** Facts of a recovery point as people read them. */
import { bytes, time } from '../../../cli/units.ts';
import type { RecoveryPointView } from '../../../core/contracts/api.ts';
import { texts } from '../../texts.ts';

const words = texts.recoveryPoint;

export const sizeOf = ({ volumes }: RecoveryPointView): string =>
  bytes(volumes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));

/** Of snapshots EBS keeps what there is of data to itself. */
export const dataOf = ({ kind, volumes }: RecoveryPointView): string | undefined =>
  kind === 'snapshot' ? undefined : words.data(bytes(volumes.reduce((sum, { dataBytes }) => sum + dataBytes, 0)));

export const levelOf = ({ kind, volumes }: RecoveryPointView): string | undefined => {
  if (kind === 'snapshot') return undefined;
  const levels = new Set(volumes.map(({ level }) => level));
  const [one] = levels;
  if (one === undefined) return undefined;
  return levels.size === 1 ? words.levels[one] : words.levels.mixed;
};

/** Snapshots are EBS's to keep whole: only what is in the library is read back. */
export const verifiedOf = ({ kind, verifiedAt, verified }: RecoveryPointView): string => {
  if (!verifiedAt) return kind === 'snapshot' ? words.verifiedWords.bySnapshot : words.verifiedWords.notYet;
  return verified ? words.verifiedWords[verified.depth] : time(verifiedAt);
};

export const isLocked = ({ lockedUntil }: RecoveryPointView): boolean =>
  lockedUntil !== undefined && Date.parse(lockedUntil) > Date.now();
