import { GIB } from '../contracts/ids.ts';
import type { RestoreTarget } from '../contracts/job-requests.ts';
import type { RestorePath } from '../contracts/restore-steps.ts';
import { LONGEST_TAG_VALUE } from './effect.ts';
import { planSettings, type SettingsPlan } from './launch-settings.ts';
import type { RecoveryPoint, RecoveryPointVolume } from './recovery-point.ts';

interface Told {
  readonly target: RestoreTarget;
  readonly point: RecoveryPoint;
  readonly path: RestorePath;
  readonly volumes: readonly RecoveryPointVolume[];
  readonly kmsKeyId?: string;
  readonly volumeTagsLeftOut: number;
  readonly awsTagsLeftOut: number;
}

interface Words {
  readonly creates: readonly string[];
  readonly replaces: readonly string[];
  readonly leavesOut: readonly string[];
}

const SUFFIX = '-restored';
/** The Name tag of a new instance where none was asked for. */
export const restoredName = ({ instance, instanceId }: RecoveryPoint): string =>
  `${(instance.name ?? instanceId).slice(0, LONGEST_TAG_VALUE - SUFFIX.length)}${SUFFIX}`;

/** What a restore makes, replaces and leaves out, in sentences that a tenant may read (A5). */
export const restoreWords = (told: Told): Words => ({
  creates: [
    ...instanceWords(told),
    ...(settingsOf(told)?.creates ?? []),
    ...told.volumes.map((volume) => volumeWords(volume, told)),
  ],
  replaces: replacedWords(told),
  leavesOut: leftOutWords(told),
});

const settingsOf = ({ target, ...told }: Told): SettingsPlan | undefined =>
  target.kind === 'new-instance' ? planSettings({ ...told, target }) : undefined;

const instanceWords = ({ target, point, path }: Told): readonly string[] => {
  if (target.kind !== 'new-instance') return [];
  const { instance } = point;
  const name = target.name ?? restoredName(point);
  const type = target.instanceType ?? instance.instanceType;
  const where =
    target.subnetId ?? target.availabilityZone ?? instance.subnetId ?? (instance.availabilityZone || 'its old zone');
  const by =
    path === 'donor'
      ? `, launched from ${target.donorImageId ?? `an image of ${instance.platform}`} so that its licence is kept`
      : '';
  return [`The instance "${name}" (${type}) in ${where}${by}.`];
};

const volumeWords = (
  { volumeId, device, sizeBytes, volumeType, encrypted }: RecoveryPointVolume,
  { kmsKeyId, target, point }: Told,
): string => {
  const key = kmsKeyId ? `, encrypted under ${kmsKeyId}` : encrypted ? ', encrypted as it was' : '';
  const zone = target.kind === 'volumes' ? ` in ${target.availabilityZone ?? point.instance.availabilityZone}` : '';
  const place =
    target.kind === 'attach'
      ? `, attached to ${target.instanceId}${target.devices?.[volumeId] ? ` at ${target.devices[volumeId]}` : ' at the first free device'}`
      : '';
  return `A volume of ${sizeBytes / GIB} GiB (${volumeType}) with what was on ${volumeId} at ${device}${zone}${place}${key}.`;
};

/** What an instance has at a device now: a volume's id, undefined for nothing; `unseen` if nobody has looked. */
export type ThereNow = (device: string) => string | undefined;
const unseen: ThereNow = () => 'the volume that is there now';

/** One line a device, then what becomes of the instance and of the volumes that are replaced. */
export const replacedWords = (
  { target, point, volumes }: Pick<Told, 'target' | 'point' | 'volumes'>,
  thereNow: ThereNow = unseen,
): readonly string[] => {
  if (target.kind !== 'in-place') return [];
  return [
    ...volumes.map(({ device, sizeBytes }) => {
      const by = `a new volume of ${sizeBytes / GIB} GiB`;
      const there = thereNow(device);
      return there === undefined
        ? `${device}: nothing is there now; ${by} is attached.`
        : `${device}: ${there} is replaced by ${by}.`;
    }),
    `${point.instanceId} is stopped meanwhile, and started again if it ran.`,
    target.replacedVolumes === 'remove'
      ? 'The replaced volumes are removed once the restore has succeeded.'
      : 'The replaced volumes are kept, detached.',
  ];
};

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

const leftOutWords = (told: Told): readonly string[] => [
  ...told.point.volumes
    .filter((volume) => !told.volumes.includes(volume))
    .map(({ volumeId, device }) => `The volume ${volumeId} at ${device} of the recovery point.`),
  ...(told.volumeTagsLeftOut > 0 ? [`${count(told.volumeTagsLeftOut, 'tag')} of volumes.`] : []),
  ...(told.awsTagsLeftOut > 0
    ? [`${count(told.awsTagsLeftOut, 'tag')} of volumes that only AWS can set (aws:…).`]
    : []),
  ...(settingsOf(told)?.leavesOut ?? []),
];
