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
}

/** Where a point's data is. */
export const placeOf = ({ kind }: Pick<RecoveryPoint, 'kind'>): RestorePlace =>
  kind === 'snapshot' ? 'snapshot' : 'library';

const GONE: Readonly<Record<Exclude<RecoveryPoint['state'], 'available'>, string>> = {
  pending: 'is not complete yet: its job is still running, or ended before it was committed',
  abandoned: 'was given up with the job that made it: there is nothing to restore from',
  expired: 'has expired: its data was removed by retention',
};

/**
 * A recovery point and its copy are two places of the same data: `nearest` is the snapshot while it is there, since it
 * has not to travel; else the library.
 */
export const choosePlace = (
  from: 'nearest' | RestorePlace,
  point: RecoveryPoint,
  sibling: RecoveryPoint | undefined,
): ChosenPlace | RestoreRefusal => {
  const there = [point, ...(sibling ? [sibling] : [])].filter(({ state }) => state === 'available');
  const at = (place: RestorePlace): RecoveryPoint | undefined => there.find((each) => placeOf(each) === place);
  const chosen = from === 'nearest' ? (at('snapshot') ?? at('library')) : at(from);
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
