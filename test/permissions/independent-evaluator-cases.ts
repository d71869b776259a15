import { buildContext, type RequestContext } from '../../local/iam/request-context.ts';
import type { Access, PolicyDocument, PolicyStatement, Principal } from '../../local/kernel/service.ts';
import {
  GIVEN_KEYS,
  GLOBAL_KEYS,
  type Key,
  OPERATORS,
  OTHER,
  OWN,
  RANGES,
  TARGETS,
  type Target,
} from './independent-evaluator-pools.ts';

/** One request and every policy that has a say in it. */
export interface Case {
  readonly principal: Principal;
  readonly access: Access;
  readonly context: RequestContext;
  readonly identityPolicies: readonly PolicyDocument[];
  readonly boundary?: readonly PolicyDocument[];
}

const NOW = Date.UTC(2026, 0, 1);

/** mulberry32: the same cases for the same seed, on every machine. */
export const createRandom = (seed: number) => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const chance = (of: number): boolean => next() < of;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T;
  const some = <T>(from: readonly T[], most: number): T[] =>
    Array.from({ length: 1 + Math.floor(next() * most) }, () => pick(from));
  return { chance, pick, some, below: (most: number) => Math.floor(next() * most) };
};
type Random = ReturnType<typeof createRandom>;

export const randomCase = (random: Random): Case => {
  const seldom = random.chance(0.02);
  const target = random.pick(TARGETS.filter((it) => (it.seldom ?? false) === seldom));
  // A third of the requests go to another account's resource, where the action has resources to share.
  const owner = target.policy && random.chance(0.35) ? OTHER : OWN;
  const principal = randomPrincipal(random, target);
  const keys = [...target.keys, ...GLOBAL_KEYS];
  const given = Object.fromEntries(keys.map((key) => [key.name, randomValues(random, key)]));
  const resourcePolicy = target.policy && (target.policy === 'trust' || random.chance(0.7));
  const access: Access = {
    action: target.action,
    resource: target.resource(owner),
    resourceAccountId: owner,
    context: given,
    ...(resourcePolicy ? { resourcePolicy: randomPolicy(random, target, owner, true) } : {}),
    ...(target.policy === 'governs' || target.policy === 'trust' ? { resourcePolicyGoverns: true } : {}),
  };
  const context = buildContext(principal, 'eu-west-1', NOW, access);
  const identity = (): PolicyDocument => randomPolicy(random, target, owner, false);
  const { kind } = principal;
  if (kind === 'service') return { principal, access, context, identityPolicies: [] };
  if (kind === 'root') return { principal, access, context, identityPolicies: [EVERYTHING] };
  // Federated users have a session policy always, users of their own never.
  const hasSession = kind === 'federated-user' || (kind === 'assumed-role' && random.chance(0.3));
  return {
    principal: hasSession ? { ...principal, sessionPolicies: [identity()] } : principal,
    access,
    context,
    identityPolicies: Array.from({ length: random.below(3) }, identity),
    ...(random.chance(0.3) ? { boundary: [identity()] } : {}),
  };
};

/** An account's root may do everything there, but for what a resource policy denies. */
const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

const randomPrincipal = (random: Random, target: Target): Principal => {
  const kind = random.pick(['role', 'role', 'role', 'role', 'user', 'user', 'user', 'federated', 'service', 'root']);
  if (kind === 'service' && target.policy)
    return { kind: 'service', accountId: OWN, arn: 'events.amazonaws.com', userId: 'events.amazonaws.com' };
  const user = { accountId: OWN, arn: `arn:aws:iam::${OWN}:user/ops`, userId: 'AIDAEXAMPLEOPS' };
  if (kind === 'user') return { kind, ...user };
  if (kind === 'root') return { kind, accountId: OWN, arn: `arn:aws:iam::${OWN}:root`, userId: OWN };
  if (kind === 'federated')
    return {
      kind: 'federated-user',
      accountId: OWN,
      arn: `arn:aws:sts::${OWN}:federated-user/job-1`,
      userId: `${OWN}:job-1`,
      userArn: user.arn,
    };
  return {
    kind: 'assumed-role',
    accountId: OWN,
    arn: `arn:aws:sts::${OWN}:assumed-role/hub/job-1`,
    userId: 'AROAEXAMPLEHUB:job-1',
    roleArn: `arn:aws:iam::${OWN}:role/hub`,
  };
};

/** `[]` says that the request has no value. Keys of several values have up to three. */
const randomValues = (random: Random, key: Key): readonly string[] => {
  if (random.chance(0.25)) return [];
  return key.type === 'list' ? [...new Set(random.some(key.values, 3))] : [random.pick(key.values)];
};

const randomPolicy = (random: Random, target: Target, owner: string, ofResource: boolean): PolicyDocument => ({
  Version: random.chance(0.95) ? '2012-10-17' : '2008-10-17',
  Statement: Array.from({ length: 1 + random.below(3) }, () => randomStatement(random, target, owner, ofResource)),
});

const randomStatement = (random: Random, target: Target, owner: string, ofResource: boolean): PolicyStatement => {
  const Action = random.some(actionPatterns(target.action), 2);
  const Resource = random.some(resourcePatterns(target.resource(owner)), 2);
  const trust = ofResource && target.policy === 'trust';
  const conditions = random.chance(0.55) ? randomConditions(random, target) : undefined;
  return {
    Effect: random.chance(0.78) ? 'Allow' : 'Deny',
    ...(ofResource ? { Principal: randomPrincipalElement(random, owner) } : {}),
    ...(random.chance(0.12) ? { NotAction: random.some(OTHER_ACTIONS, 2) } : { Action }),
    ...(trust
      ? {}
      : random.chance(0.12) && target.resource(owner) !== '*'
        ? { NotResource: random.some(resourcePatterns('arn:aws:s3:::none'), 1) }
        : { Resource }),
    ...(conditions ? { Condition: conditions } : {}),
  };
};

const OTHER_ACTIONS = [
  'iam:*',
  's3:Delete*',
  'ec2:Describe*',
  'kms:Decrypt',
  's3:GetObject',
  'sts:AssumeRole',
  'sqs:*',
];

const actionPatterns = (action: string): string[] => {
  const [service = '', name = ''] = action.split(':');
  return [
    action,
    action,
    `${service}:*`,
    '*',
    `${service}:${name.slice(0, 3)}*`,
    `${service}:*${name.slice(-4)}`,
    `${service}:${name.slice(0, 2)}?${name.slice(3)}`,
    action.toLowerCase(),
    `${service}:${name}2`,
    `${service}:?`,
    'iam:GetRole',
  ];
};

const resourcePatterns = (resource: string): string[] => {
  if (resource === '*') return ['*', '*', 'arn:aws:ec2:*:*:volume/*'];
  const parts = resource.split(':');
  const last = parts.slice(5).join(':');
  const start = parts.slice(0, 5).join(':');
  return [
    resource,
    '*',
    '*',
    `${start}:*`,
    `${start}:${last.slice(0, -2)}*`,
    `${start}:?${last.slice(1)}`,
    `${start}:*${last.slice(-1)}`,
    `${start}:${last.toUpperCase()}`,
    `${start}:${last}/more`,
    `arn:*:${parts[2]}:*:*:${last}`,
    `${start}:${last.replace('acme', `\${aws:PrincipalTag/tenant}`)}`,
    `${start}:${last.replace(/.$/, `\${aws:PrincipalTag/tenant, '${last.slice(-1)}'}`)}`,
  ];
};

const randomPrincipalElement = (random: Random, owner: string): unknown => {
  const arns = [
    '*',
    OWN,
    `arn:aws:iam::${OWN}:root`,
    `arn:aws:iam::${OWN}:role/hub`,
    `arn:aws:iam::${OWN}:role/hub`,
    `arn:aws:sts::${OWN}:assumed-role/hub/job-1`,
    `arn:aws:sts::${OWN}:assumed-role/hub/job-2`,
    `arn:aws:iam::${OWN}:user/ops`,
    `arn:aws:iam::${OWN}:user/other`,
    `arn:aws:sts::${OWN}:federated-user/job-1`,
    `arn:aws:iam::${owner}:root`,
    `arn:aws:iam::${OTHER}:role/hub`,
  ];
  if (random.chance(0.1)) return '*';
  if (random.chance(0.2)) return { Service: random.some(['events.amazonaws.com', 's3.amazonaws.com'], 2) };
  return { AWS: random.some(arns, 2) };
};

const randomConditions = (random: Random, target: Target): NonNullable<PolicyStatement['Condition']> => {
  const conditions: Record<string, Record<string, unknown>> = {};
  const pool = [...target.keys, ...target.keys, ...target.keys, ...GLOBAL_KEYS, ...GIVEN_KEYS];
  for (const key of random.some(pool, 2)) {
    const name = random.chance(0.1) ? 'Null' : operatorFor(random, key);
    const wanted = name === 'Null' ? [random.pick(['true', 'false'])] : random.some(wantedValues(random, key, name), 3);
    conditions[name] = {
      ...conditions[name],
      [key.name]: wanted.length === 1 && random.chance(0.5) ? wanted[0] : wanted,
    };
  }
  return conditions;
};

const operatorFor = (random: Random, key: Key): string => {
  const base = random.pick(OPERATORS[key.type]) + (random.chance(0.2) ? 'IfExists' : '');
  const quantified = key.type === 'list' ? random.chance(0.96) : random.chance(0.04);
  return quantified ? `${random.pick(['ForAllValues', 'ForAnyValue'])}:${base}` : base;
};

const wantedValues = (random: Random, key: Key, operator: string): readonly string[] => {
  const values = [...key.values].filter((value) => value !== '' || random.chance(0.5));
  if (key.type === 'ip') return [...values, ...RANGES];
  if (/Like|Arn/.test(operator))
    return [
      ...values,
      ...values.map((it) => `${it.slice(0, Math.ceil(it.length / 2))}*`),
      ...values.map((it) => it.replace(/.$/, '?')),
      `\${aws:PrincipalTag/tenant}*`,
      `a\${*}`,
      `\${?}${key.values[0]?.slice(1)}`,
    ].filter((value) => key.type !== 'arn' || /^arn:(.*:){4}/.test(value));
  if (key.type === 'string') return [...values, `\${aws:PrincipalTag/tenant}`, `\${aws:PrincipalTag/tenant, 'acme'}`];
  return values;
};
