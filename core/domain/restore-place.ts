import type { RestorePlace } from '../contracts/restore-steps.ts';
import type { RecoveryPoint } from './recovery-point.ts';

/** Why something is not restored; `error` is the name that it is refused by. */
export interface RestoreRefusal {
  readonly action: 'refuse';
  readonly error: 'InvalidRequest' | 'RecoveryPointUnavailable';
  readonly field: string;
  readonly reason: string;
  readonly remedy?: string;
}

export interface ChosenPlace {
  readonly action: 'restore';
  readonly place: RestorePlace;
  readonly point: RecoveryPoint;
  /** Why it is not the place that the records alone would have given. */
  readonly fromReason?: string;
}

/** Where a point's data is. */
export const placeOf = ({ kind }: Pick<RecoveryPoint, 'kind'>): RestorePlace =>
  kind === 'snapshot' ? 'snapshot' : 'library';

const GONE: Readonly<Record<Exclude<RecoveryPoint['state'], 'available'>, string>> = {
  pending: 'is not complete yet: its job is still running, or ended before it was committed',
  abandoned: 'was given up with the job that made it: there is nothing to restore from',
  expired: 'has expired: its data was removed by retention',
};

/** Of a list of ids in a sentence; a point may have dozens of volumes. */
const MOST_NAMED = 5;

const goneWords = (gone: readonly string[]): string => {
  const rest = gone.length - MOST_NAMED;
  const names = `${gone.slice(0, MOST_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  return gone.length === 1
    ? `The snapshot ${names} is not in the account any more`
    : `The snapshots ${names} are not in the account any more`;
};

/**
 * A recovery point and its copy are two places of the same data: `nearest` is the snapshot while it is there, since it
 * has not to travel; else the library. `gone`: snapshots that would be needed and that the account has no more, whatever
 * the record says: its owner can delete them.
 */
export const choosePlace = (
  from: 'nearest' | RestorePlace,
  point: RecoveryPoint,
  sibling: RecoveryPoint | undefined,
  gone: readonly string[] = [],
): ChosenPlace | RestoreRefusal => {
  const there = [point, ...(sibling ? [sibling] : [])].filter(({ state }) => state === 'available');
  const at = (place: RestorePlace): RecoveryPoint | undefined => there.find((each) => placeOf(each) === place);
  const snapshot = at('snapshot');
  if (gone.length > 0 && snapshot && from !== 'library') return withoutSnapshot(from, snapshot, at('library'), gone);
  const chosen = from === 'nearest' ? (snapshot ?? at('library')) : at(from);
  if (chosen) return { action: 'restore', place: placeOf(chosen), point: chosen };
  const other = there[0];
  if (other) {
    return {
      action: 'refuse',
      error: 'RecoveryPointUnavailable',
      field: 'from',
      reason: `The data of ${point.recoveryPointId} is not ${from === 'snapshot' ? 'there as a snapshot' : 'in the library'}; it is ${
        placeOf(other) === 'snapshot' ? 'there as a snapshot' : 'in the library'
      } (${other.recoveryPointId}).`,
      remedy: `Ask for it from ${placeOf(other)}, or from the nearest place.`,
    };
  }
  return {
    action: 'refuse',
    error: 'RecoveryPointUnavailable',
    field: 'recoveryPointId',
    reason: `This recovery point ${GONE[point.state as keyof typeof GONE]}.`,
    remedy: 'Choose a recovery point whose state is available.',
  };
};

const withoutSnapshot = (
  from: 'nearest' | 'snapshot',
  { recoveryPointId }: RecoveryPoint,
  copy: RecoveryPoint | undefined,
  gone: readonly string[],
): ChosenPlace | RestoreRefusal => {
  if (from === 'nearest' && copy) {
    const fromReason = `${goneWords(gone)}: the data is taken from its copy in the library (${copy.recoveryPointId}).`;
    return { action: 'restore', place: 'library', point: copy, fromReason };
  }
  const why = `${goneWords(gone)}: ${recoveryPointId} cannot be restored from there`;
  return copy
    ? {
        action: 'refuse',
        error: 'RecoveryPointUnavailable',
        field: 'from',
        reason: `${why}. Its copy is in the library (${copy.recoveryPointId}).`,
        remedy: 'Ask for it from library, or from the nearest place.',
      }
    : {
        action: 'refuse',
        error: 'RecoveryPointUnavailable',
        field: 'recoveryPointId',
        reason: `${why}, and there is no copy of it in the library.`,
        remedy: 'Choose another recovery point.',
      };
};
