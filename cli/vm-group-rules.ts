/** The rules of a VM group, from options or from a file: which instances, and which of them and their volumes not. */
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { z } from 'zod';
import { type InstanceRule, VmGroupFields, type VolumeRule } from '../core/contracts/vm-groups.ts';
import { checkBody } from './checked-body.ts';
import { usageError } from './cli-error.ts';
import { numeric, repeatable, repeatableText, tagOf } from './options.ts';

export interface RuleOptions {
  readonly all?: boolean;
  readonly instance?: readonly string[];
  readonly tag?: readonly string[];
  readonly name?: readonly string[];
  readonly vpc?: readonly string[];
  readonly subnet?: readonly string[];
  readonly any?: boolean;
  readonly excludeInstance?: readonly string[];
  readonly excludeTag?: readonly string[];
  readonly excludeName?: readonly string[];
  readonly excludeVolumeTag?: readonly string[];
  readonly excludeDevice?: readonly string[];
  readonly excludeLargerThan?: number;
  readonly excludeSmallerThan?: number;
  readonly rules?: string;
}

export const withRules = (command: Command): Command =>
  command
    .optionsGroup('Which instances (several: all must hold; * and ? stand for any characters, and one):')
    .option('--all', 'all of the account in its region')
    .addOption(repeatable('--instance <id>', 'by id (repeatable)'))
    .addOption(repeatableText('--tag <key=value>', 'by tag; a key alone means any value (repeatable)'))
    .addOption(repeatableText('--name <pattern>', 'by Name tag (repeatable)'))
    .addOption(repeatable('--vpc <id>', 'by VPC (repeatable)'))
    .addOption(repeatable('--subnet <id>', 'by subnet (repeatable)'))
    .option('--any', 'one of them is enough')
    .optionsGroup('What of it not:')
    .addOption(repeatable('--exclude-instance <id>', 'not this instance (repeatable)'))
    .addOption(repeatableText('--exclude-tag <key=value>', 'no instance with this tag (repeatable)'))
    .addOption(repeatableText('--exclude-name <pattern>', 'no instance of this name (repeatable)'))
    .addOption(repeatableText('--exclude-volume-tag <key=value>', 'no volume with this tag (repeatable)'))
    .addOption(repeatableText('--exclude-device <pattern>', 'no volume at this device, like /dev/sdf (repeatable)'))
    .addOption(numeric('--exclude-larger-than <GiB>', 'no volume that is larger'))
    .addOption(numeric('--exclude-smaller-than <GiB>', 'no volume that is smaller'))
    .addOption(
      new Option(
        '--rules <file>',
        'instead of the above: {"match": …, "exclude": …} as JSON, in any depth; - is standard input',
      ),
    )
    .optionsGroup('Options:');

export const ruleFields = {
  instanceIds: '--instance',
  'match.name': '--name',
  vpcId: '--vpc',
  subnetId: '--subnet',
  key: '--tag',
  value: '--tag',
  'exclude.instances.instanceIds': '--exclude-instance',
  'exclude.instances.name': '--exclude-name',
  'exclude.instances.tag.key': '--exclude-tag',
  'exclude.instances.tag.value': '--exclude-tag',
  'exclude.volumes.tag.key': '--exclude-volume-tag',
  'exclude.volumes.tag.value': '--exclude-volume-tag',
  device: '--exclude-device',
  largerThanGiB: '--exclude-larger-than',
  smallerThanGiB: '--exclude-smaller-than',
} as const;

const RuleFile = VmGroupFields.pick({ match: true, exclude: true }).partial({ exclude: true });
export type Rules = z.input<typeof RuleFile>;

const readRules = async (file: string): Promise<Rules> => {
  let rules: unknown;
  try {
    rules = JSON.parse(file === '-' ? await text(process.stdin) : readFileSync(file, 'utf8'));
  } catch (cause) {
    throw usageError(`The rules cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      field: '--rules',
      remedy: 'Give a file with JSON like {"match": {"tag": {"key": "app"}}}, or - for standard input.',
      cause,
    });
  }
  checkBody(RuleFile, rules);
  return rules as Rules;
};

const conditionsOf = (options: RuleOptions): InstanceRule[] => [
  ...(options.all ? [{ all: true } as const] : []),
  ...(options.instance ? [{ instanceIds: [...options.instance] }] : []),
  ...(options.tag ?? []).map((tag) => ({ tag: tagOf(tag) })),
  ...(options.name ?? []).map((name) => ({ name })),
  ...(options.vpc ?? []).map((vpcId) => ({ vpcId })),
  ...(options.subnet ?? []).map((subnetId) => ({ subnetId })),
];

const joined = (conditions: readonly InstanceRule[], how: 'and' | 'or'): InstanceRule | undefined => {
  const [first, ...rest] = conditions;
  if (!first || rest.length === 0) return first;
  return how === 'and' ? { and: [...conditions] } : { or: [...conditions] };
};

const volumeRulesOf = (options: RuleOptions): VolumeRule[] => [
  ...(options.excludeVolumeTag ?? []).map((tag) => ({ tag: tagOf(tag) })),
  ...(options.excludeDevice ?? []).map((device) => ({ device })),
  ...(options.excludeLargerThan === undefined ? [] : [{ largerThanGiB: options.excludeLargerThan }]),
  ...(options.excludeSmallerThan === undefined ? [] : [{ smallerThanGiB: options.excludeSmallerThan }]),
];

/** Undefined where nothing was said about it. Errors: CliError for --rules beside other rules. */
export const rulesOf = async (options: RuleOptions): Promise<Partial<Rules>> => {
  const match = joined(conditionsOf(options), options.any ? 'or' : 'and');
  const instances = joined(
    conditionsOf({
      ...(options.excludeInstance ? { instance: options.excludeInstance } : {}),
      ...(options.excludeTag ? { tag: options.excludeTag } : {}),
      ...(options.excludeName ? { name: options.excludeName } : {}),
    }),
    'or',
  );
  const volumes = volumeRulesOf(options);
  const excludes = instances !== undefined || volumes.length > 0;
  if (options.rules !== undefined) {
    if (match === undefined && !excludes) return readRules(options.rules);
    throw usageError('--rules says all of it: the other rules would have no effect.', {
      field: '--rules',
      remedy: 'Write them into the file, or leave --rules out.',
    });
  }
  return {
    ...(match ? { match } : {}),
    ...(excludes ? { exclude: { ...(instances ? { instances } : {}), volumes } } : {}),
  };
};

/** Errors: CliError if no rule says which instances. */
export const neededRules = async (options: RuleOptions): Promise<Rules> => {
  const { match, exclude } = await rulesOf(options);
  if (match) return { match, ...(exclude ? { exclude } : {}) };
  throw usageError('Which instances?', {
    field: '--tag',
    remedy: 'Give one of --tag, --name, --instance, --vpc, --subnet, --all or --rules.',
  });
};
