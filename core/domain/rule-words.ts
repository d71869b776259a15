/** Rules of VM groups, as one says them. */
import type { InstanceRule, VmGroupView, VolumeRule } from '../contracts/vm-groups.ts';

const tagWords = ({ key, value }: { key: string; value?: string | undefined }): string =>
  value === undefined ? `tag ${key}` : `tag ${key}=${value}`;

const inner = (rule: InstanceRule): string =>
  ('and' in rule && rule.and.length > 1) || ('or' in rule && rule.or.length > 1)
    ? `(${ruleWords(rule)})`
    : ruleWords(rule);

/** `tag app=web and (name db-* or vpc-…)` */
export const ruleWords = (rule: InstanceRule): string => {
  if ('all' in rule) return 'all instances';
  if ('instanceIds' in rule)
    return rule.instanceIds.length <= 3 ? rule.instanceIds.join(', ') : `${rule.instanceIds.length} instances`;
  if ('tag' in rule) return tagWords(rule.tag);
  if ('name' in rule) return `name ${rule.name}`;
  if ('vpcId' in rule) return rule.vpcId;
  if ('subnetId' in rule) return rule.subnetId;
  if ('and' in rule) return rule.and.map(inner).join(' and ');
  return rule.or.map(inner).join(' or ');
};

/** `device /dev/sd? and larger than 50 GiB` */
export const volumeRuleWords = ({ tag, device, largerThanGiB, smallerThanGiB }: VolumeRule): string =>
  [
    ...(tag ? [tagWords(tag)] : []),
    ...(device ? [`device ${device}`] : []),
    ...(largerThanGiB === undefined ? [] : [`larger than ${largerThanGiB} GiB`]),
    ...(smallerThanGiB === undefined ? [] : [`smaller than ${smallerThanGiB} GiB`]),
  ].join(' and ');

/** Undefined where nothing is left out. */
export const excludeWords = ({ instances, volumes }: VmGroupView['exclude']): string | undefined => {
  const parts = [
    ...(instances ? [`instances: ${ruleWords(instances)}`] : []),
    ...(volumes.length > 0 ? [`volumes: ${volumes.map(volumeRuleWords).join('; ')}`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : undefined;
};
