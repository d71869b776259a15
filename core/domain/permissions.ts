/**
 * From the shipped permissions to questions that IAM's simulator, a dry run or a live probe can answer. Each question is
 * one action on one kind of resource in one situation; a permission is there if all its questions say so.
 */
import type { FoundBy } from '../contracts/permissions.ts';
import { ASKS_SIMULATOR } from './permission-features.ts';

export interface PermissionStatement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}
export interface PermissionPolicy {
  readonly Version?: string;
  readonly Statement: readonly PermissionStatement[];
}

/** A condition key of the request, as the simulator takes it. */
export interface PermissionContext {
  readonly key: string;
  readonly type: 'string' | 'stringList' | 'boolean';
  readonly values: readonly string[];
}
export interface PermissionQuestion {
  readonly sid: string;
  readonly action: string;
  /** `*`, or the ARN of an example that need not exist. */
  readonly resource: string;
  readonly context: readonly PermissionContext[];
}
export interface PermissionAnswer {
  readonly question: PermissionQuestion;
  /** `forbidden`: denied outright, or kept out by the organisation or a permissions boundary; a statement more is not enough. */
  readonly verdict: 'allowed' | 'missing' | 'forbidden';
  readonly foundBy: FoundBy;
  /** What an operator has to know besides: which key it was that refused. */
  readonly note?: string;
}

export const list = (value: string | readonly string[]): readonly string[] =>
  typeof value === 'string' ? [value] : value;

/** Where a statement names more kinds of resource than an action knows: those that it knows. */
export const ACTS_ON: Readonly<Record<string, readonly string[]>> = {
  'ec2:AttachVolume': ['instance', 'volume'],
  'ec2:DeleteVolume': ['volume'],
  'ec2:DeregisterImage': ['image'],
  'ec2:TerminateInstances': ['instance'],
};
/** `arn:aws:ec2:*:*:volume/*` → `volume`; of `*` and what is no ARN: ``. */
export const resourceKind = (arn: string): string => arn.split(':')[5]?.split('/')[0] ?? '';

const EXAMPLES: Readonly<Record<string, string>> = {
  image: 'ami',
  instance: 'i',
  'network-interface': 'eni',
  'security-group': 'sg',
  snapshot: 'snap',
  subnet: 'subnet',
  volume: 'vol',
};

/** What an operator would write into a check by hand: an ARN that fits the pattern in this account and region. */
const exampleOf = (pattern: string, { accountId, region }: Place): string => {
  if (pattern === '*') return pattern;
  const [arn, partition, service, where, whose, ...rest] = pattern.split(':');
  const prefix = EXAMPLES[resourceKind(pattern)];
  const resource = rest.join(':').replaceAll('*', prefix ? `${prefix}-0123456789abcdef0` : 'holdfast-check');
  return [arn, partition, service, where === '*' ? region : where, whose === '*' ? accountId : whose, resource].join(
    ':',
  );
};

interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** The job in whose name is asked: fits wherever a statement wants `job-*`. */
export const JOB_OF_CHECK = 'job-permission-check';

const fittingValue = (key: string, pattern: string, region: string): string => {
  if (key === 'kms:ViaService') return pattern.replaceAll('*', region);
  return pattern === 'job-*' ? JOB_OF_CHECK : pattern.replaceAll('*', 'check');
};

/** Each way to fulfil a condition that names several values is a situation of its own. */
const situations = (
  condition: PermissionStatement['Condition'],
  region: string,
): readonly (readonly PermissionContext[])[] => {
  let all: readonly (readonly PermissionContext[])[] = [[]];
  for (const [operator, keys] of Object.entries(condition ?? {})) {
    for (const [key, wanted] of Object.entries(keys)) {
      const ways = waysOf(operator, key, list(wanted), region);
      all = all.flatMap((one) => ways.map((way) => [...one, ...way]));
    }
  }
  return all;
};

const waysOf = (
  operator: string,
  key: string,
  wanted: readonly string[],
  region: string,
): readonly (readonly PermissionContext[])[] => {
  switch (operator) {
    case 'StringEquals':
    case 'StringLike':
    case 'ArnLike':
      return wanted.map((value) => [{ key, type: 'string', values: [fittingValue(key, value, region)] }]);
    case 'Bool':
      return [[{ key, type: 'boolean', values: wanted }]];
    case 'ForAllValues:StringEquals':
      return [[{ key, type: 'stringList', values: wanted }]];
    case 'ForAllValues:StringLike':
      return [[{ key, type: 'stringList', values: wanted.map((value) => fittingValue(key, value, region)) }]];
    case 'ForAllValues:StringNotLike':
      // what is kept out is not asked for
      return [[]];
    case 'Null':
      // "The key is there": another condition on it has given it.
      return [[]];
    default:
      throw new TypeError(`permissions with a condition of the kind ${operator} cannot be checked`);
  }
};

const fits = (action: string, kind: string): boolean => ACTS_ON[action]?.includes(kind) ?? true;

/** All but the one that is answered by asking: whether the simulator may be asked. */
export const permissionQuestions = ({ Statement }: PermissionPolicy, place: Place): readonly PermissionQuestion[] =>
  Statement.filter(({ Sid }) => Sid !== ASKS_SIMULATOR).flatMap((statement) =>
    situations(statement.Condition, place.region).flatMap((context) =>
      list(statement.Action).flatMap((action) =>
        list(statement.Resource)
          .filter((pattern) => fits(action, resourceKind(pattern)))
          .map((pattern) => ({ sid: statement.Sid, action, resource: exampleOf(pattern, place), context })),
      ),
    ),
  );
