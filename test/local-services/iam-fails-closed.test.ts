import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../local/iam/evaluate.ts';
import { buildContext } from '../../local/iam/request-context.ts';
import type { Access, PolicyDocument, PolicyStatement, Principal } from '../../local/kernel/service.ts';

const ACCOUNT = '111111111111';
const ROLE: Principal = {
  kind: 'assumed-role',
  accountId: ACCOUNT,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/hub/one`,
  userId: 'AROAEXAMPLE:one',
  roleArn: `arn:aws:iam::${ACCOUNT}:role/hub`,
  sessionTags: { tenant: 'acme' },
};
const FEDERATED: Principal = {
  kind: 'federated-user',
  accountId: ACCOUNT,
  arn: `arn:aws:sts::${ACCOUNT}:federated-user/one`,
  userId: `${ACCOUNT}:one`,
  userArn: `arn:aws:iam::${ACCOUNT}:user/ops`,
};
const QUEUE = `arn:aws:sqs:eu-west-1:${ACCOUNT}:orders`;

interface Given {
  readonly identity?: readonly PolicyDocument[];
  readonly boundary?: readonly PolicyDocument[];
  readonly access?: Partial<Access>;
  readonly principal?: Principal;
}
const decide = ({ identity = [], boundary, access = {}, principal = ROLE }: Given): boolean => {
  const whole: Access = { action: 'sqs:SendMessage', resource: QUEUE, ...access };
  const context = buildContext(principal, 'eu-west-1', Date.UTC(2026, 0, 1), whole);
  return evaluate({ principal, access: whole, context, identityPolicies: identity, boundary }).allowed;
};

const policy = (...Statement: PolicyStatement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const ALL: PolicyStatement = { Effect: 'Allow', Action: '*', Resource: '*' };
const EVERYTHING = policy(ALL);
const DENY: PolicyStatement = { ...ALL, Effect: 'Deny' };
const under = (statement: PolicyStatement, Condition: NonNullable<PolicyStatement['Condition']>): PolicyStatement => ({
  ...statement,
  Condition,
});

/** Neither does such a condition let an allow apply, nor keep a deny from it. */
const failsClosed = (Condition: NonNullable<PolicyStatement['Condition']>, access: Partial<Access> = {}): void => {
  const what = JSON.stringify(Condition);
  assert.ok(!decide({ identity: [policy(under(ALL, Condition))], access }), `allows under ${what}`);
  assert.ok(!decide({ identity: [EVERYTHING, policy(under(DENY, Condition))], access }), `does not deny under ${what}`);
};

test('a policy with an element, a version or an effect that nobody knows denies, wherever it stands', () => {
  const odd: unknown[] = [
    { Version: '2012-10-18', Statement: ALL },
    { ...EVERYTHING, Comment: 'x' },
    policy({ ...ALL, Priority: 1 } as PolicyStatement),
    policy({ ...ALL, Effect: 'allow' as 'Allow' }),
    policy({ ...ALL, NotAction: 'iam:*' }),
    policy({ Effect: 'Allow', Resource: '*' }),
    policy({ ...ALL, NotResource: 'arn:aws:s3:::x' }),
    policy({ ...ALL, Principal: '*' }),
    { Version: '2012-10-17' },
    { Version: '2012-10-17', Statement: ['Allow'] },
    null,
  ];
  for (const one of odd as PolicyDocument[]) {
    const what = JSON.stringify(one);
    assert.ok(!decide({ identity: [EVERYTHING, one] }), `as an identity policy: ${what}`);
    assert.ok(!decide({ identity: [EVERYTHING], boundary: [one] }), `as a boundary: ${what}`);
    assert.ok(!decide({ identity: [EVERYTHING], principal: { ...ROLE, sessionPolicies: [one] } }), `session: ${what}`);
  }
  const { Principal: _, ...nobody } = { ...ALL, Principal: '*' };
  for (const resourcePolicy of [{ Version: '1', Statement: { ...ALL, Principal: '*' } }, policy(nobody)])
    assert.ok(!decide({ identity: [EVERYTHING], access: { resourcePolicy } }), 'as a resource policy');
});

test('an unknown operator, key or value fails closed, also with IfExists and Null', () => {
  failsClosed({ StringEquals: { 'aws:NoSuchKey': 'a' } });
  failsClosed({ StringNotEquals: { 'aws:NoSuchKey': 'a' } });
  failsClosed({ StringEqualsIfExists: { 'aws:NoSuchKey': 'a' } });
  failsClosed({ 'ForAllValues:StringEquals': { 'aws:NoSuchKey': 'a' } });
  failsClosed({ Null: { 'aws:NoSuchKey': 'true' } });
  failsClosed({ Null: { 'aws:NoSuchKey': 'false' } });
  failsClosed({ Null: { 'aws:PrincipalTag/tenant': 'perhaps' } });
  for (const operator of ['StringSame', 'stringequals', 'ForSomeValues:StringEquals', 'NullIfExists', 'IfExists'])
    failsClosed({ [operator]: { 'aws:PrincipalTag/tenant': 'acme' } });
});

test('a value that is no number, date, address, truth or base64 fails closed', () => {
  const having = (key: string, value: string): Partial<Access> => ({ context: { [key]: value } });
  failsClosed({ NumericEquals: { 'aws:MultiFactorAuthAge': '0x10' } }, having('aws:MultiFactorAuthAge', '16'));
  failsClosed({ NumericNotEquals: { 'aws:MultiFactorAuthAge': 'ten' } }, having('aws:MultiFactorAuthAge', '16'));
  failsClosed({ DateLessThan: { 'aws:CurrentTime': '1 January 2030' } });
  failsClosed({ DateNotEquals: { 'aws:CurrentTime': 'tomorrow' } });
  failsClosed({ IpAddress: { 'aws:SourceIp': '10.0.0.0/33' } }, having('aws:SourceIp', '10.0.0.1'));
  failsClosed({ NotIpAddress: { 'aws:SourceIp': 'ten' } }, having('aws:SourceIp', '10.0.0.1'));
  failsClosed({ Bool: { 'aws:SecureTransport': 'yes' } });
  failsClosed({ BinaryEquals: { 'aws:SourceIdentity': '*' } }, having('aws:SourceIdentity', 'AAEC'));
});

test('a variable without a value, and several values without a quantifier, fail closed', () => {
  const none = '$' + '{aws:PrincipalTag/none}';
  failsClosed({ StringEquals: { 'aws:PrincipalTag/tenant': none } });
  failsClosed({ StringNotEquals: { 'aws:PrincipalTag/tenant': none } });
  const several = { context: { 'aws:TagKeys': ['a', 'b'] } };
  failsClosed({ StringEquals: { 'aws:TagKeys': 'a' } }, several);
  failsClosed({ StringNotEquals: { 'aws:TagKeys': 'c' } }, several);
  const one = { context: { 'aws:TagKeys': ['a'] } };
  assert.ok(decide({ identity: [policy(under(ALL, { StringEquals: { 'aws:TagKeys': 'a' } }))], access: one }));
});

test('NotPrincipal, patterns of principals and kinds of principals that nobody knows fail closed', () => {
  const other = { AWS: 'arn:aws:iam::999999999999:role/other' };
  const { Principal: _, ...bare } = { ...ALL, Principal: undefined };
  const odd: Partial<PolicyStatement>[] = [
    { NotPrincipal: other },
    { Principal: { AWS: 'arn:aws:iam::*:role/other' } },
    { Principal: { CanonicalUser: 'abc' } },
    { Principal: { Group: 'admins' } },
  ];
  for (const principal of odd) {
    const what = JSON.stringify(principal);
    const foreign = { resourceAccountId: '999999999999' };
    const allows = policy({ ...bare, ...principal });
    assert.ok(!decide({ identity: [EVERYTHING], access: { ...foreign, resourcePolicy: allows } }), `allows ${what}`);
    const denies = policy({ ...bare, ...principal, Effect: 'Deny' });
    assert.ok(!decide({ identity: [EVERYTHING], access: { resourcePolicy: denies } }), `does not deny ${what}`);
  }
});

test('a boundary whose policy is gone allows nothing', () => {
  assert.ok(decide({ identity: [EVERYTHING] }));
  assert.ok(!decide({ identity: [EVERYTHING], boundary: [] }));
});

/** What the independent evaluator is not asked about, each as AWS documents it. */
test('addresses fit ranges of their own family only, and 0.0.0.0/0 holds all of one', () => {
  const from = (ip: string, operator: string, range: string): boolean =>
    decide({
      identity: [policy(under(ALL, { [operator]: { 'aws:SourceIp': range } }))],
      access: { context: { 'aws:SourceIp': ip } },
    });
  assert.ok(from('203.0.113.9', 'IpAddress', '0.0.0.0/0') && !from('203.0.113.9', 'NotIpAddress', '0.0.0.0/0'));
  assert.ok(!from('2001:db8::1', 'IpAddress', '0.0.0.0/0') && from('2001:db8::1', 'NotIpAddress', '10.0.0.0/8'));
  assert.ok(from('2001:db8::1', 'IpAddress', '2001:db8::/32') && from('10.0.0.1', 'IpAddress', '10.0.0.1'));
  assert.ok(!from('10.0.0.2', 'IpAddress', '10.0.0.1') && from('10.0.0.2', 'NotIpAddress', '10.0.0.1'));
});

test('aws:EpochTime is compared with calendar dates and with seconds', () => {
  const at = (operator: string, wanted: string): boolean =>
    decide({ identity: [policy(under(ALL, { [operator]: { 'aws:EpochTime': wanted } }))] });
  assert.ok(at('DateEquals', '2026-01-01T00:00:00Z') && at('DateEquals', '1767225600'));
  assert.ok(at('DateLessThan', '2026-01-01T00:00:01Z') && !at('DateLessThan', '2026-01-01'));
  assert.ok(at('DateGreaterThan', '2025-12-31T23:59:59+00:00') && at('DateGreaterThanEquals', '2026'));
});

test('wildcards stand anywhere in the resource, variables too, and not in policies of 2008', () => {
  const on = (Resource: string, Version = '2012-10-17'): boolean =>
    decide({ identity: [{ Version, Statement: { ...ALL, Resource } }] });
  const variable = '$' + "{aws:PrincipalTag/none, 'orders'}";
  assert.ok(on(QUEUE.replace('orders', '?rders')) && on(QUEUE.replace('orders', variable)));
  assert.ok(!on(QUEUE.replace('orders', variable), '2008-10-17'));
  const starred = { access: { resource: 'arn:aws:s3:::lib/a*' } };
  const literal = 'arn:aws:s3:::lib/a$' + '{*}';
  assert.ok(decide({ identity: [policy({ ...ALL, Resource: literal })], ...starred }));
  assert.ok(
    !decide({ identity: [policy({ ...ALL, Resource: literal })], access: { resource: 'arn:aws:s3:::lib/ab' } }),
  );
});

test('what a resource policy gives a session is beyond session policy and boundary, what it gives a role is not', () => {
  const gives = (principal: Principal, AWS: string, boundary?: PolicyDocument): boolean =>
    decide({
      principal,
      access: { resourcePolicy: policy({ ...ALL, Principal: { AWS } }) },
      ...(boundary ? { boundary: [boundary] } : {}),
    });
  const nothing = policy({ ...ALL, Action: 'iam:GetRole' });
  const narrowed = { ...ROLE, sessionPolicies: [nothing] };
  assert.ok(gives(narrowed, ROLE.arn) && gives(ROLE, ROLE.arn, nothing));
  assert.ok(gives(ROLE, ROLE.roleArn ?? ''));
  assert.ok(!gives(narrowed, ROLE.roleArn ?? '') && !gives(ROLE, ROLE.roleArn ?? '', nothing));
  assert.ok(!gives(narrowed, '*') && !gives(ROLE, '*', nothing));

  const federated = { ...FEDERATED, sessionPolicies: [nothing] };
  assert.ok(gives(federated, FEDERATED.arn));
  assert.ok(!gives(federated, FEDERATED.userArn ?? ''));
  assert.ok(gives({ ...FEDERATED, sessionPolicies: [EVERYTHING] }, FEDERATED.userArn ?? ''));

  const user: Principal = { kind: 'user', accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/u`, userId: 'AIDAU' };
  assert.ok(gives(user, user.arn, nothing) && gives(user, '*', nothing));
});

test('an empty tag is a value; a service has none of the keys of callers', () => {
  const variable = '$' + '{aws:PrincipalTag/tenant}';
  const empty: Principal = { ...ROLE, sessionTags: { tenant: '' } };
  const prefixed = policy({ ...ALL, Resource: `${QUEUE}${variable}` });
  assert.ok(decide({ identity: [prefixed], principal: empty }));
  assert.ok(!decide({ identity: [prefixed] }));

  const service: Principal = {
    kind: 'service',
    accountId: ACCOUNT,
    arn: 's3.amazonaws.com',
    userId: 's3.amazonaws.com',
  };
  const gives = (Condition?: NonNullable<PolicyStatement['Condition']>): boolean =>
    decide({
      principal: service,
      access: { resourcePolicy: policy({ ...ALL, Principal: '*', ...(Condition ? { Condition } : {}) }) },
    });
  assert.ok(gives() && !gives({ StringNotEquals: { 'aws:PrincipalAccount': '999999999999' } }));
});
