/**
 * From the shipped permissions to questions that IAM's simulator, or a dry run, can answer, and back to a report. Each
 * question is one action on one kind of resource in one situation; a permission is there if all its questions say so.
 */
import type { PermissionsReport } from '../contracts/api.ts';
import { ASKS_SIMULATOR, featureOf } from './permission-features.ts';

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
  readonly foundBy: 'simulator' | 'dry run';
}

const list = (value: string | readonly string[]): readonly string[] => (typeof value === 'string' ? [value] : value);

/** Where a statement names more kinds of resource than an action knows: those that it knows. */
const ACTS_ON: Readonly<Record<string, readonly string[]>> = {
  'ec2:AttachVolume': ['instance', 'volume'],
  'ec2:DeleteVolume': ['volume'],
  'ec2:DeregisterImage': ['image'],
  'ec2:TerminateInstances': ['instance'],
};
/** What an action tags as it makes it. */
const MAKES: Readonly<Record<string, readonly string[]>> = {
  CopySnapshot: ['snapshot'],
  CreateSnapshots: ['snapshot'],
  CreateVolume: ['volume'],
  RegisterImage: ['image'],
  RunInstances: ['instance', 'volume'],
  StartSnapshot: ['snapshot'],
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
      return wanted.map((value) => [{ key, type: 'string', values: [fittingValue(key, value, region)] }]);
    case 'Bool':
      return [[{ key, type: 'boolean', values: wanted }]];
    case 'ForAllValues:StringEquals':
      return [[{ key, type: 'stringList', values: wanted }]];
    case 'Null':
      // "The key is there": another condition on it has given it.
      return [[]];
    default:
      throw new TypeError(`permissions with a condition of the kind ${operator} cannot be checked`);
  }
};

const fits = (action: string, kind: string, context: readonly PermissionContext[]): boolean => {
  const known = ACTS_ON[action];
  if (known && !known.includes(kind)) return false;
  const creating = context.find(({ key }) => key === 'ec2:CreateAction')?.values[0];
  return creating === undefined || (MAKES[creating]?.includes(kind) ?? true);
};

/** All but the one that is answered by asking: whether the simulator may be asked. */
export const permissionQuestions = ({ Statement }: PermissionPolicy, place: Place): readonly PermissionQuestion[] =>
  Statement.filter(({ Sid }) => Sid !== ASKS_SIMULATOR).flatMap((statement) =>
    situations(statement.Condition, place.region).flatMap((context) =>
      list(statement.Action).flatMap((action) =>
        list(statement.Resource)
          .filter((pattern) => fits(action, resourceKind(pattern), context))
          .map((pattern) => ({ sid: statement.Sid, action, resource: exampleOf(pattern, place), context })),
      ),
    ),
  );

/** The statement with this action alone, under a Sid of its own, so that it can be added to a policy as it is. */
const statementFor = (statement: PermissionStatement, action: string): PermissionStatement => {
  const known = ACTS_ON[action];
  return {
    Sid: `${statement.Sid}${action.split(':')[1]}`,
    Effect: statement.Effect,
    Action: action,
    Resource: known ? list(statement.Resource).filter((arn) => known.includes(resourceKind(arn))) : statement.Resource,
    ...(statement.Condition ? { Condition: statement.Condition } : {}),
  };
};

const FORBIDDEN =
  'A policy denies it outright (of the role or user, its permissions boundary, or the organisation): that one has to be changed.';

/** `simulated`: whether the simulator could be asked. */
export const permissionsReport = (
  policy: PermissionPolicy,
  questions: readonly PermissionQuestion[],
  { simulated, answers }: { readonly simulated: boolean; readonly answers: readonly PermissionAnswer[] },
): PermissionsReport => {
  const checked: PermissionsReport['checked'] = [];
  const missing: PermissionsReport['missing'] = [];
  const unchecked: NonNullable<PermissionsReport['unchecked']> = [];
  for (const statement of policy.Statement) {
    const { feature, without } = featureOf(statement.Sid);
    for (const action of list(statement.Action)) {
      const isAbout = (question: PermissionQuestion) => question.sid === statement.Sid && question.action === action;
      const found =
        statement.Sid === ASKS_SIMULATOR
          ? ({ verdict: simulated ? 'allowed' : 'missing', foundBy: 'simulator' } as const)
          : worstOf(
              questions.filter(isAbout),
              answers.filter(({ question }) => isAbout(question)),
            );
      if (!found) {
        unchecked.push({ action, feature });
        continue;
      }
      checked.push({ action, feature, allowed: found.verdict === 'allowed', foundBy: found.foundBy });
      if (found.verdict === 'allowed') continue;
      const text = found.verdict === 'forbidden' ? `${without} ${FORBIDDEN}` : without;
      missing.push({ action, feature, without: text, statement: statementFor(statement, action) });
    }
  }
  return {
    complete: missing.length === 0 && unchecked.length === 0,
    checked,
    missing,
    ...(unchecked.length > 0 ? { unchecked } : {}),
  };
};

/** One bad answer is enough to know that it is missing, all are needed to know that it is there; undefined: neither. */
const worstOf = (
  questions: readonly PermissionQuestion[],
  answers: readonly PermissionAnswer[],
): PermissionAnswer | undefined => {
  const worst =
    answers.find(({ verdict }) => verdict === 'forbidden') ?? answers.find(({ verdict }) => verdict === 'missing');
  return worst ?? (answers.length === questions.length ? answers[0] : undefined);
};
