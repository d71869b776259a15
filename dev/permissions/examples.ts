/** What a statement is about, as questions that it answers: one for each action and each kind of resource. */
import { ACTS_ON, resourceKind } from '../../core/domain/permissions.ts';
import type { Access, PolicyStatement } from '../../local/kernel/service.ts';
import { HYPERVISOR, JOB, PLACE, TENANT } from './place.ts';

type Context = Readonly<Record<string, string | readonly string[]>>;

/** An access that the statement applies to, and which of its resources it is an example of. */
export interface Example {
  readonly access: Access & { readonly context: Context };
  readonly pattern: string;
}

export const textsOf = (value: unknown): readonly string[] =>
  value === undefined ? [] : ([value].flat() as unknown[]).map(String);

/** The actions that a wildcard of ours stands for. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'kms:ReEncrypt*': ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
  'kms:*': ['kms:Decrypt', 'kms:Encrypt', 'kms:CreateGrant'],
  's3:*': ['s3:GetObject', 's3:PutObject', 's3:DeleteObjectVersion', 's3:ListBucket'],
};

const PREFIXES: Readonly<Record<string, string>> = {
  image: 'ami',
  instance: 'i',
  'network-interface': 'eni',
  'security-group': 'sg',
  snapshot: 'snap',
  subnet: 'subnet',
  volume: 'vol',
};

/** An ARN that fits the pattern. */
export const exampleOf = (pattern: string): string => {
  if (pattern === '*') return pattern;
  const [arn, partition, service, region, account, ...rest] = pattern.split(':');
  const prefix = PREFIXES[resourceKind(pattern)];
  const name = rest.join(':').replaceAll('*', prefix ? `${prefix}-0123456789abcdef0` : 'example');
  return [
    arn,
    partition,
    service,
    region === '*' ? PLACE.region : region,
    account === '*' ? TENANT : account,
    name,
  ].join(':');
};

const VALUES: Readonly<Record<string, string>> = {
  'job-*': JOB,
  'hv-*': HYPERVISOR,
  'ec2.*.amazonaws.com': `ec2.${PLACE.region}.amazonaws.com`,
  'ebs.*.amazonaws.com': `ebs.${PLACE.region}.amazonaws.com`,
};

const fulfil = (operator: string, wanted: readonly string[]): readonly string[] | undefined => {
  const [first = ''] = wanted;
  switch (operator) {
    case 'StringEquals':
    case 'StringLike':
    case 'ArnLike':
    case 'ForAllValues:StringLike':
      return [VALUES[first] ?? first.replaceAll('*', 'example')];
    case 'Bool':
      return [first];
    case 'ForAllValues:StringEquals':
      return wanted;
    case 'NumericGreaterThanEquals':
    case 'NumericLessThanEquals':
      return [first];
    case 'ForAllValues:StringNotLike':
      return ['another'];
    case 'NumericGreaterThan':
      return [String(Number(first) + 1)];
    case 'Null':
      // "Is not there"; that it is there another condition says.
      return first === 'true' ? [] : undefined;
    default:
      throw new TypeError(`no example fulfils a condition of the kind ${operator}`);
  }
};

/** Which of an account's roles may ask: no part of the question, but of who asks it (strangers.ts). */
export const isAboutTheAsker = (operator: string, key: string): boolean =>
  operator === 'ArnLike' && key === 'aws:PrincipalArn';

export const contextOf = (condition: PolicyStatement['Condition']): Context => {
  const context: Record<string, readonly string[]> = {};
  for (const [operator, keys] of Object.entries(condition ?? {}))
    for (const [key, wanted] of Object.entries(keys)) {
      if (isAboutTheAsker(operator, key)) continue;
      const values = fulfil(operator, textsOf(wanted));
      if (values !== undefined) context[key] = values;
    }
  return context;
};

/** `resource`: of a trust policy, whose statements name none. */
export const examplesOf = (statement: PolicyStatement, resource?: string): readonly Example[] => {
  const patterns = statement.Resource === undefined ? [resource ?? '*'] : textsOf(statement.Resource);
  return textsOf(statement.Action).flatMap((written) =>
    (ACTIONS[written] ?? [written]).flatMap((action) =>
      patterns
        .filter((pattern) => pattern === '*' || (ACTS_ON[action]?.includes(resourceKind(pattern)) ?? true))
        // Objects are asked for by objects' actions, buckets by buckets'.
        .filter((pattern) => !/^s3:/.test(action) || /:ListBucket|:GetBucket/.test(action) !== pattern.includes('/'))
        .map((pattern) => ({
          pattern,
          access: { action, resource: exampleOf(pattern), context: contextOf(statement.Condition) },
        })),
    ),
  );
};
