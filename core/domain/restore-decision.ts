/** What a restore would do: one decision for the request, its preview and the job. */
import { BLOCK_BYTES } from '../contracts/ids.ts';
import type { RestoreTarget, StartRestore } from '../contracts/job-requests.ts';
import type { RestorePath, RestorePlace } from '../contracts/restore-steps.ts';
import { InvalidRequest, RecoveryPointUnavailable } from './errors.ts';
import type { RecoveryPoint, RecoveryPointVolume } from './recovery-point.ts';
import { sameDevice } from './restore-devices.ts';
import { choosePlace, type RestoreRefusal } from './restore-place.ts';
import { restoreWords } from './restore-words.ts';
import { countLeftOut } from './volume-tags.ts';

export interface RestorePlan {
  readonly action: 'restore';
  readonly place: RestorePlace;
  /** Why the data is not taken from the place that the records alone would have given. */
  readonly fromReason?: string;
  /** The point whose data is taken: the one that was named, or the other place of the same data. */
  readonly point: RecoveryPoint;
  readonly path: RestorePath;
  readonly volumes: readonly RecoveryPointVolume[];
  /** O9, decided. */
  readonly volumeTags: 'leave-out' | 'restore';
  readonly volumeTagsLeftOut: number;
  readonly awsTagsLeftOut: number;
  readonly sizeBytes: number;
  /** To be moved; 0 from a snapshot, which stays where it is. */
  readonly dataBytes: number;
  /** Sentences, one a thing. */
  readonly creates: readonly string[];
  readonly replaces: readonly string[];
  readonly leavesOut: readonly string[];
}

export type RestoreDecision = RestorePlan | RestoreRefusal;
export type RestoreAsk = Pick<StartRestore, 'from' | 'target' | 'volumeTags' | 'kmsKeyId'>;

/** What needs no licence of EC2's: an image made from its snapshots is all that there was. */
const UNLICENSED = 'Linux/UNIX';

/**
 * An image made from plain snapshots has lost the platform's billing: such an instance is launched from a donor image
 * and gets its volumes afterwards.
 */
export const restorePath = ({ kind }: RestoreTarget, { instance }: RecoveryPoint): RestorePath =>
  kind === 'new-instance' ? (instance.platform === UNLICENSED ? 'image' : 'donor') : kind;

/** The volumes of a point that a target asks for: those that it names, or all. */
export const volumesOf = (point: RecoveryPoint, target: RestoreTarget): readonly RecoveryPointVolume[] => {
  const named = 'volumeIds' in target ? target.volumeIds : undefined;
  return named === undefined ? point.volumes : point.volumes.filter(({ volumeId }) => named.includes(volumeId));
};

/** The snapshots that a restore from a snapshot needs: those of the volumes that are asked for. */
export const snapshotsOf = (point: RecoveryPoint, target: RestoreTarget): readonly string[] =>
  volumesOf(point, target).map(({ snapshotId }) => snapshotId);

/** `sibling`: the point's copy, or what it is the copy of. `gone`: those of its snapshots that are not there any more. */
export const decideRestore = (
  ask: RestoreAsk,
  named: RecoveryPoint,
  sibling: RecoveryPoint | undefined,
  gone: readonly string[] = [],
): RestoreDecision => {
  const chosen = choosePlace(ask.from, named, sibling, gone);
  if (chosen.action === 'refuse') return chosen;
  const { place, point, fromReason } = chosen;
  const { target } = ask;
  const refused = refuseVolumes(point, target);
  if (refused) return refused;
  const volumes = volumesOf(point, target);
  const path = restorePath(target, point);
  const volumeTags = ask.volumeTags ?? (place === 'snapshot' ? 'restore' : 'leave-out');
  const counts = countLeftOut(volumes, volumeTags);
  const sum = (of: (volume: RecoveryPointVolume) => number): number => volumes.reduce((all, each) => all + of(each), 0);
  return {
    action: 'restore',
    place,
    ...(fromReason === undefined ? {} : { fromReason }),
    point,
    path,
    volumes,
    volumeTags,
    ...counts,
    sizeBytes: sum(({ sizeBytes }) => sizeBytes),
    dataBytes: place === 'snapshot' ? 0 : sum(({ dataBlocks }) => dataBlocks * BLOCK_BYTES),
    ...restoreWords({ target, point, path, volumes, ...(ask.kmsKeyId ? { kmsKeyId: ask.kmsKeyId } : {}), ...counts }),
  };
};

const invalid = (field: string, reason: string, remedy?: string): RestoreRefusal => ({
  action: 'refuse',
  error: 'InvalidRequest',
  field,
  reason,
  ...(remedy === undefined ? {} : { remedy }),
});

const refuseVolumes = (point: RecoveryPoint, target: RestoreTarget): RestoreRefusal | undefined => {
  const own = new Set(point.volumes.map(({ volumeId }) => volumeId));
  const named = 'volumeIds' in target ? target.volumeIds : undefined;
  const has = `It has ${[...own].join(', ')}.`;
  const unknown = named?.find((volumeId) => !own.has(volumeId));
  if (unknown !== undefined) return invalid('target.volumeIds', `This recovery point has no volume ${unknown}.`, has);
  if (named && new Set(named).size < named.length) return invalid('target.volumeIds', 'A volume is named twice.');

  const { rootDeviceName } = point.instance;
  const whole = target.kind === 'new-instance' || (target.kind === 'in-place' && named === undefined);
  if (whole && !point.volumes.some(({ device }) => sameDevice(device, rootDeviceName))) {
    return invalid(
      target.kind === 'in-place' ? 'target.volumeIds' : 'target.kind',
      `This recovery point has no root volume (${rootDeviceName} was left out): no whole instance can be restored from it.`,
      'Name the volumes to be restored, or restore them by themselves (target kind volumes).',
    );
  }
  if (target.kind !== 'attach' || !target.devices) return undefined;
  const asked = Object.entries(target.devices);
  const stray = asked.find(([volumeId]) => !(named ?? [...own]).includes(volumeId));
  if (stray) return invalid('target.devices', `${stray[0]} is not among the volumes to be attached.`, has);
  const twice = asked.find(([, device], at) => asked.some(([, other], to) => to < at && sameDevice(other, device)));
  return twice && invalid('target.devices', `The device ${twice[1]} is named twice.`);
};

/** The refusal as the error that it is called. */
export const refusedRestore = ({ error, reason, field, remedy }: RestoreRefusal): Error => {
  const detail = { field, ...(remedy === undefined ? {} : { remedy }) };
  return error === 'InvalidRequest' ? new InvalidRequest(reason, detail) : new RecoveryPointUnavailable(reason, detail);
};
