/** Which instances a VM group's rules match, and which of their volumes its filters leave out. */
import type { InstanceRule, VmGroupFields, VolumeRule } from '../contracts/vm-groups.ts';
import type { DescribedVolume, ListedInstance } from '../ports/tenant-scope.ts';
import { matchesPattern } from './wildcards.ts';

export interface MatchedInstance {
  readonly instance: ListedInstance;
  readonly volumes: readonly MatchedVolume[];
}

export interface MatchedVolume {
  readonly volumeId: string;
  readonly device: string;
  readonly sizeGiB: number;
  /** The rule that leaves it out, in words. */
  readonly excludedBy?: string;
}

export interface GroupMatch {
  readonly instances: readonly MatchedInstance[];
  /** Matched, and left out again by `exclude.instances`. */
  readonly excluded: readonly ListedInstance[];
}

type TagMatch = { readonly key: string; readonly value?: string | undefined };

const hasTag = (tags: Readonly<Record<string, string>>, { key, value }: TagMatch): boolean => {
  const present = Object.hasOwn(tags, key) ? tags[key] : undefined;
  return present !== undefined && (value === undefined || matchesPattern(value, present));
};

export const matchesRule = (rule: InstanceRule, instance: ListedInstance): boolean => {
  if ('all' in rule) return true;
  if ('instanceIds' in rule) return rule.instanceIds.includes(instance.instanceId);
  if ('tag' in rule) return hasTag(instance.tags, rule.tag);
  if ('name' in rule) return instance.name !== undefined && matchesPattern(rule.name, instance.name);
  if ('vpcId' in rule) return instance.vpcId === rule.vpcId;
  if ('subnetId' in rule) return instance.subnetId === rule.subnetId;
  if ('and' in rule) return rule.and.every((each) => matchesRule(each, instance));
  return rule.or.some((each) => matchesRule(each, instance));
};

/** All conditions that a rule has must hold. */
const leavesOut = (rule: VolumeRule, volume: DescribedVolume, device: string): boolean =>
  (rule.tag === undefined || hasTag(volume.tags, rule.tag)) &&
  (rule.device === undefined || matchesPattern(rule.device, device)) &&
  (rule.largerThanGiB === undefined || volume.sizeGiB > rule.largerThanGiB) &&
  (rule.smallerThanGiB === undefined || volume.sizeGiB < rule.smallerThanGiB);

const inWords = ({ tag, device, largerThanGiB, smallerThanGiB }: VolumeRule): string =>
  [
    ...(tag === undefined ? [] : [`tag ${tag.key}${tag.value === undefined ? '' : `=${tag.value}`}`]),
    ...(device === undefined ? [] : [`device ${device}`]),
    ...(largerThanGiB === undefined ? [] : [`larger than ${largerThanGiB} GiB`]),
    ...(smallerThanGiB === undefined ? [] : [`smaller than ${smallerThanGiB} GiB`]),
  ].join(' and ');

/** A volume that is not in `volumes` does not exist any more. */
const volumesOf = (
  instance: ListedInstance,
  volumes: ReadonlyMap<string, DescribedVolume>,
  rules: readonly VolumeRule[],
): readonly MatchedVolume[] =>
  instance.volumes.flatMap(({ volumeId, device }) => {
    const volume = volumes.get(volumeId);
    if (!volume) return [];
    const rule = rules.find((each) => leavesOut(each, volume, device));
    return [{ volumeId, device, sizeGiB: volume.sizeGiB, ...(rule ? { excludedBy: inWords(rule) } : {}) }];
  });

/** In the order of `instances`. */
export const matchGroup = (
  { match, exclude }: Pick<VmGroupFields, 'match' | 'exclude'>,
  instances: readonly ListedInstance[],
  volumes: ReadonlyMap<string, DescribedVolume>,
): GroupMatch => {
  const matched = instances.filter((instance) => matchesRule(match, instance));
  const out = exclude.instances;
  const isOut = (instance: ListedInstance): boolean => out !== undefined && matchesRule(out, instance);
  return {
    instances: matched
      .filter((instance) => !isOut(instance))
      .map((instance) => ({ instance, volumes: volumesOf(instance, volumes, exclude.volumes) })),
    excluded: matched.filter(isOut),
  };
};
