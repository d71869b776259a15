/** Which instances a VM group's rules match, and which of their volumes its filters leave out. */
import type { InstanceRule, VmGroupFields, VolumeRule } from '../contracts/vm-groups.ts';
import type { ListedInstance } from '../ports/tenant-instances.ts';
import type { DescribedVolume } from '../ports/tenant-volumes.ts';
import { ruleWords, volumeRuleWords } from './rule-words.ts';
import { matchesPattern } from './wildcards.ts';

export interface MatchedInstance {
  readonly instance: ListedInstance;
  /** The conditions that it fulfils, in words. */
  readonly matchedBy: string;
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
  readonly excluded: readonly ExcludedInstance[];
}

export interface ExcludedInstance {
  readonly instance: ListedInstance;
  readonly excludedBy: string;
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

/** Of a rule that matches: what of it holds, in words; of alternatives the first. */
const holdingWords = (rule: InstanceRule, instance: ListedInstance): string => {
  if ('instanceIds' in rule) return 'its id';
  if ('and' in rule) return rule.and.map((each) => holdingWords(each, instance)).join(' and ');
  const first = 'or' in rule ? rule.or.find((each) => matchesRule(each, instance)) : undefined;
  return first ? holdingWords(first, instance) : ruleWords(rule);
};

/** Characters: 1,000 of them are in one answer, and a rule may have 64 KB. */
const LONGEST_WORDS = 256;
const why = (rule: InstanceRule, instance: ListedInstance): string => {
  const words = holdingWords(rule, instance);
  return words.length <= LONGEST_WORDS ? words : `${words.slice(0, LONGEST_WORDS - 1)}…`;
};

/** All conditions that a rule has must hold. */
const leavesOut = (rule: VolumeRule, volume: DescribedVolume, device: string): boolean =>
  (rule.tag === undefined || hasTag(volume.tags, rule.tag)) &&
  (rule.device === undefined || matchesPattern(rule.device, device)) &&
  (rule.largerThanGiB === undefined || volume.sizeGiB > rule.largerThanGiB) &&
  (rule.smallerThanGiB === undefined || volume.sizeGiB < rule.smallerThanGiB);

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
    return [{ volumeId, device, sizeGiB: volume.sizeGiB, ...(rule ? { excludedBy: volumeRuleWords(rule) } : {}) }];
  });

/** In the order of `instances`. */
export const matchGroup = (
  { match, exclude }: Pick<VmGroupFields, 'match' | 'exclude'>,
  instances: readonly ListedInstance[],
  volumes: ReadonlyMap<string, DescribedVolume>,
): GroupMatch => {
  const matched = instances.filter((instance) => matchesRule(match, instance));
  const out = exclude.instances;
  const excluded = out === undefined ? [] : matched.filter((instance) => matchesRule(out, instance));
  const isOut = new Set(excluded);
  return {
    instances: matched
      .filter((instance) => !isOut.has(instance))
      .map((instance) => ({
        instance,
        matchedBy: why(match, instance),
        volumes: volumesOf(instance, volumes, exclude.volumes),
      })),
    excluded: excluded.map((instance) => ({ instance, excludedBy: out ? why(out, instance) : '' })),
  };
};
