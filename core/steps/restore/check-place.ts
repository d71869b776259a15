import { LaunchFailed, VolumeFailed } from '../../domain/errors.ts';
import type { RestoreRequest } from '../../domain/job.ts';
import { launchPlaceOf } from '../../domain/launch-place.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import { restorePath } from '../../domain/restore-decision.ts';
import type { LaunchPlaces } from '../../ports/launch-places.ts';
import { checkLaunch } from './check-launch.ts';
import { checked, type PlaceFinding, refused } from './place-finding.ts';

/**
 * Asks EC2, before anything is moved, whether what a restore would launch or make can be there. Nothing of one in place or
 * to an instance that exists. Errors: TransientFailure.
 */
export const checkPlace = async (
  places: LaunchPlaces,
  { target, kmsKeyId }: Pick<RestoreRequest, 'target' | 'kmsKeyId'>,
  point: RecoveryPoint,
): Promise<readonly PlaceFinding[]> => {
  if (target.kind === 'volumes') {
    const zone = target.availabilityZone ?? point.instance.availabilityZone;
    return zone === '' ? [] : [await checked('zone', () => zoneOf(places, zone))];
  }
  if (target.kind !== 'new-instance') return [];
  const path = restorePath(target, point);
  const place = launchPlaceOf({ target, point, path, ...(kmsKeyId === undefined ? {} : { kmsKeyId }) });
  return checkLaunch(places, place, point.instance);
};

const zoneOf = async (places: LaunchPlaces, zone: string): Promise<PlaceFinding> =>
  (await places.hasZone(zone))
    ? { rule: 'zone', outcome: 'allowed', reason: `The account can use ${zone}.` }
    : refused(
        'zone',
        `There is no availability zone ${zone} that this account can use in its region.`,
        'Name another zone (target.availabilityZone).',
      );

/** A job goes on where nothing is refused. Errors: LaunchFailed, VolumeFailed (of volumes by themselves). */
export const refuseWrongPlace = (target: RestoreRequest['target'], findings: readonly PlaceFinding[]): void => {
  const wrong = findings.filter(({ outcome }) => outcome === 'refused');
  if (wrong.length === 0) return;
  const what = wrong.map(({ reason, remedy = '' }) => `${reason} ${remedy}`.trim()).join(' ');
  const message = `Nothing was begun: ${what}`;
  throw target.kind === 'volumes' ? new VolumeFailed(message) : new LaunchFailed(message);
};
