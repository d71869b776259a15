import type { Effect } from '../../domain/effect.ts';
import { launchSubnet, planSettings, type SettingsPlan } from '../../domain/launch-settings.ts';
import type { RecoveryPointVolume } from '../../domain/recovery-point.ts';
import { restoredName } from '../../domain/restore-words.ts';
import { restoredTags } from '../../domain/volume-tags.ts';
import type { LaunchRequest } from '../../ports/tenant-instances.ts';
import type { RestoreWork } from './restore-work.ts';

/** How the new instance is launched: as it was, but for what was asked to be different. */
export const launchTerms = (
  work: Pick<RestoreWork, 'request' | 'point' | 'path' | 'tagsOf'>,
  launch: Effect,
): Omit<LaunchRequest, 'imageId'> => {
  const {
    request: { target },
    point,
    tagsOf,
  } = work;
  if (target.kind !== 'new-instance') throw new Error(`a restore to ${target.kind} launches nothing`);
  const was = point.instance;
  return {
    clientToken: launch.effectId,
    instanceType: target.instanceType ?? was.instanceType,
    ...optional('subnetId', launchSubnet(target, point)),
    ...optional('availabilityZone', target.availabilityZone),
    securityGroupIds: target.securityGroupIds ?? was.securityGroupIds,
    ...optional('keyName', target.keyName ?? was.keyName),
    ...optional('instanceProfileArn', was.instanceProfileArn),
    instanceTags: { ...restoredTags(was.tags), Name: target.name ?? restoredName(point), ...tagsOf(launch) },
    volumeTags: tagsOf(launch),
    settings: settingsPlan(work).launch,
  };
};

/** Of a restore that launches an instance. */
export const settingsPlan = ({
  request: { target, kmsKeyId },
  point,
  path,
}: Pick<RestoreWork, 'request' | 'point' | 'path'>): SettingsPlan => {
  if (target.kind !== 'new-instance') throw new Error(`a restore to ${target.kind} launches nothing`);
  return planSettings({ target, point, path, ...(kmsKeyId === undefined ? {} : { kmsKeyId }) });
};

/** EC2 describes both for other types too, and is told them only where they can be chosen (the adapters know). */
export const speedOf = ({ iops, throughput }: RecoveryPointVolume): { iops?: number; throughput?: number } => ({
  ...(iops === undefined ? {} : { iops }),
  ...(throughput === undefined ? {} : { throughput }),
});

const optional = <K extends string>(key: K, value: string | undefined): { [P in K]?: string } =>
  value === undefined ? {} : ({ [key]: value } as { [P in K]?: string });
