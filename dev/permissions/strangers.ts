/** Who asks for a role, a bucket or a key: those that a statement names, and those that come close to them. */

import { matchesArn } from '../../local/iam/match.ts';
import type { PolicyStatement, Principal } from '../../local/kernel/service.ts';
import { textsOf } from './examples.ts';
import { OTHER_SERVICE, OTHER_TENANT, PLACE, STRANGER, TENANT } from './place.ts';
import { type ShippedDocument, sessionOf } from './shipped.ts';

export interface Somebody {
  readonly words: string;
  readonly principal: Principal;
  /** His own policies allow nothing; of all others here, everything. */
  readonly isPowerless?: boolean;
}

const user = (accountId: string, name: string): Principal => ({
  kind: 'user',
  accountId,
  arn: `arn:aws:iam::${accountId}:user/${name}`,
  userId: `AIDAEXAMPLE${accountId.slice(0, 4)}`,
});
const root = (accountId: string): Principal => ({
  kind: 'root',
  accountId,
  arn: `arn:aws:iam::${accountId}:root`,
  userId: accountId,
});
const service = (name: string, accountId: string): Principal => ({
  kind: 'service',
  accountId,
  arn: name,
  userId: name,
});

const SERVICES = ['lambda', 'ec2', 'states', 'scheduler', 'events', 'ecs-tasks', 'codebuild'].map(
  (name) => `${name}.amazonaws.com`,
);
const ROLES = [
  'hub',
  'step-open-backup',
  'broker',
  'operator-api',
  'tick',
  'operator',
  'work',
  'library',
  'states-backup',
].map((name) => `holdfast-${PLACE.stage}-${name}`);
const NODE = `holdfast-${PLACE.stage}-node-111111111111`;

const everybody = (accountId: string): readonly Somebody[] => [
  ...SERVICES.map((name) => ({ words: name, principal: service(name, accountId) })),
  ...[...ROLES, NODE, 'Administrator'].map((name) => ({
    words: `${name} of the control plane`,
    principal: sessionOf(PLACE.accountId, name),
  })),
  ...[...ROLES.slice(0, 3), 'Administrator'].map((name) => ({
    words: `${name} of a stranger’s account`,
    principal: sessionOf(STRANGER, name),
  })),
  ...[TENANT, OTHER_TENANT].map((tenant) => ({
    words: `the tenant role of ${tenant}`,
    principal: sessionOf(tenant, 'holdfast-tenant'),
  })),
  { words: 'an administrator of the account', principal: user(accountId, 'admin') },
  { words: 'the account’s root', principal: root(accountId) },
  { words: 'an administrator of another service account', principal: user(OTHER_SERVICE, 'admin') },
  { words: 'the root of a stranger’s account', principal: root(STRANGER) },
];

const kindsOf = ({ Principal }: PolicyStatement): readonly (readonly [kind: string, name: string])[] => {
  if (Principal === '*') return [['AWS', '*']];
  return Object.entries(Principal as Readonly<Record<string, unknown>>).flatMap(([kind, names]) =>
    textsOf(names).map((name) => [kind, name] as const),
  );
};

/** A trust may name the whole account, and then which of its roles. */
const rolesAskedFor = ({ Condition }: PolicyStatement): readonly string[] | undefined => {
  const wanted = Condition?.ArnLike?.['aws:PrincipalArn'];
  return wanted === undefined ? undefined : textsOf(wanted);
};
const isRoleAskedFor = (statement: PolicyStatement, { roleArn, arn }: Principal): boolean =>
  rolesAskedFor(statement)?.some((pattern) => matchesArn(pattern, roleArn ?? arn)) ?? true;

const names = ([kind, name]: readonly [string, string], { kind: who, accountId, arn, roleArn }: Principal): boolean => {
  if (kind === 'Service') return who === 'service' && arn === name;
  if (name === '*') return true;
  if (who === 'service') return false;
  return name === roleArn || name === arn || name === `arn:aws:iam::${accountId}:root`;
};

const roleLike = (pattern: string, accountId: string): Somebody => {
  const role = pattern.replace(/^.*:role\//, '').replaceAll('*', 'open-backup');
  return { words: role, principal: sessionOf(accountId, role) };
};

/** Where the account is named, its roles' own policies have to allow it as well. */
const powerless = (statement: PolicyStatement, accountId: string): readonly Somebody[] =>
  (rolesAskedFor(statement) ?? []).map((pattern) => {
    const { words, principal } = roleLike(pattern, accountId);
    return { words: `${words}, whose own policies do not allow it`, principal, isPowerless: true };
  });

/** Those that it names; one of an account that is named as a whole. */
export const namedBy = ({ of }: ShippedDocument, statement: PolicyStatement): readonly Somebody[] => {
  const accountId = of?.accountId ?? PLACE.accountId;
  return kindsOf(statement).flatMap((one): readonly Somebody[] => {
    const [kind, name] = one;
    if (kind === 'Service') return [{ words: name, principal: service(name, accountId) }];
    const [, , , , account = '', what = ''] = name.split(':');
    const roles = rolesAskedFor(statement);
    if (what === 'root' && roles) return roles.map((pattern) => roleLike(pattern, account));
    if (what === 'root') return [{ words: 'an administrator of the account', principal: user(account, 'admin') }];
    return [{ words: what, principal: sessionOf(account, what.replace('role/', '')) }];
  });
};

/** Those that it does not name, and who would be let in by nothing else; of a statement that denies: those that it names. */
export const strangersTo = ({ kind, of }: ShippedDocument, statement: PolicyStatement): readonly Somebody[] => {
  const accountId = of?.accountId ?? PLACE.accountId;
  const named = kindsOf(statement);
  const isNamed = ({ principal }: Somebody): boolean =>
    named.some((one) => names(one, principal)) && isRoleAskedFor(statement, principal);
  if (statement.Effect === 'Deny')
    return everybody(accountId).filter(
      (one) => isNamed(one) && one.principal.accountId === accountId && ['root', 'user'].includes(one.principal.kind),
    );
  const others = everybody(accountId).filter(
    (one) =>
      !isNamed(one) &&
      (kind === 'trust' || (one.principal.accountId !== accountId && one.principal.kind !== 'service')),
  );
  return [...others, ...powerless(statement, accountId)];
};
