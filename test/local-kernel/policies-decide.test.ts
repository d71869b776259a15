import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../local/iam/evaluate.ts';
import { buildContext } from '../../local/iam/request-context.ts';
import type { Access, PolicyDocument, PolicyStatement, Principal } from '../../local/kernel/service.ts';

const NOW = Date.UTC(2026, 0, 1);
const ROLE: Principal = {
  kind: 'assumed-role',
  accountId: '111111111111',
  arn: 'arn:aws:sts::111111111111:assumed-role/hub/one',
  userId: 'AROAEXAMPLE:one',
  roleArn: 'arn:aws:iam::111111111111:role/hub',
  sessionTags: { tenant: 'a', star: '*' },
};
const BUCKET = 'arn:aws:s3:::lib';

const decide = (
  identity: PolicyStatement | PolicyStatement[],
  access: Partial<Access> = {},
  principal: Principal = ROLE,
): boolean => {
  const whole: Access = { action: 's3:GetObject', resource: `${BUCKET}/a/1`, ...access };
  const context = buildContext(principal, 'eu-central-1', NOW, whole);
  return evaluate({
    principal,
    access: whole,
    context,
    identityPolicies: [{ Version: '2012-10-17', Statement: identity }],
  }).allowed;
};
const allowed = (statement: Partial<PolicyStatement>): PolicyStatement => ({
  Effect: 'Allow',
  Action: '*',
  ...(statement.NotResource ? {} : { Resource: '*' }),
  ...statement,
});
const under = (Condition: NonNullable<PolicyStatement['Condition']>, context: Access['context'] = {}): boolean =>
  decide(allowed({ Condition }), { context });

test('actions fit whatever their case, with wildcards, and NotAction is all but', () => {
  const fits = (...Action: string[]): boolean => decide(allowed({ Action }));
  assert.ok(
    fits('s3:GetObject') && fits('S3:getobject') && fits('s3:Get*') && fits('s3:Get?bject') && fits('ec2:*', '*'),
  );
  assert.ok(!fits('s3:Get') && !fits('s3:GetObjectAcl') && !fits('s3:GetObjec?t') && !fits('ec2:*'));
  const { Action: _, ...rest } = allowed({});
  assert.ok(decide({ ...rest, NotAction: 'ec2:*' }));
  assert.ok(!decide({ ...rest, NotAction: ['ec2:*', 's3:Get*'] }));
});

test('resources fit by ARN, case-sensitively, and NotResource is all but', () => {
  const fits = (Resource: string): boolean => decide(allowed({ Resource }));
  assert.ok(
    fits(`${BUCKET}/*`) && fits(`${BUCKET}/a/1`) && fits('arn:aws:s3:::lib/?/?') && fits('*') && fits('arn:*:s3:::*'),
  );
  assert.ok(!fits(BUCKET) && !fits(`${BUCKET}/A/1`) && !fits(`${BUCKET}/a`) && !fits('arn:aws:s3:*/a/1'));
  assert.ok(decide(allowed({ NotResource: 'arn:aws:s3:::other/*' })));
  assert.ok(!decide(allowed({ NotResource: `${BUCKET}/*` })));
  assert.ok(!decide(allowed({ Resource: 'arn:aws:ec2:*:*:*' }), { action: 'ec2:DescribeVolumes', resource: '*' }));
});

test('a statement without resource allows nothing and denies everything', () => {
  const { Resource: _, ...bare } = allowed({});
  assert.ok(!decide(bare));
  assert.ok(!decide([allowed({}), { ...bare, Effect: 'Deny' }]));
});

test('a deny wins over every allow', () => {
  assert.ok(!decide([allowed({}), { Effect: 'Deny', Action: 's3:*', Resource: `${BUCKET}/a/*` }]));
  assert.ok(decide([allowed({}), { Effect: 'Deny', Action: 's3:*', Resource: `${BUCKET}/b/*` }]));
});

test('string conditions', () => {
  const context = { 's3:prefix': 'tenants/a/' };
  assert.ok(under({ StringEquals: { 's3:prefix': ['x', 'tenants/a/'] } }, context));
  assert.ok(under({ StringEquals: { 'S3:Prefix': 'tenants/a/' } }, context), 'keys have no case');
  assert.ok(!under({ StringEquals: { 's3:prefix': 'tenants/*' } }, context), 'no wildcards in StringEquals');
  assert.ok(under({ StringLike: { 's3:prefix': 'tenants/?/*' } }, context));
  assert.ok(!under({ StringNotEquals: { 's3:prefix': ['x', 'tenants/a/'] } }, context), 'none of them may fit');
  assert.ok(under({ StringNotEquals: { 's3:prefix': ['x', 'y'] } }, context));
  assert.ok(under({ StringEqualsIgnoreCase: { 's3:prefix': 'TENANTS/a/' } }, context));
  assert.ok(
    !under({ StringEquals: { 's3:prefix': 'tenants/a/' }, StringLike: { 's3:prefix': 'b*' } }, context),
    'all must hold',
  );
});

test('policy variables take the value literally, and fit nothing without one', () => {
  const context = { 's3:prefix': 'tenants/a/' };
  assert.ok(under({ StringLike: { 's3:prefix': `tenants/\${aws:PrincipalTag/tenant}/*` } }, context));
  assert.ok(
    !under({ StringLike: { 's3:prefix': `tenants/\${aws:PrincipalTag/star}/*` } }, context),
    'a tag of * is no wildcard',
  );
  assert.ok(
    under({ StringLike: { 's3:prefix': `tenants/\${aws:PrincipalTag/star}/*` } }, { 's3:prefix': 'tenants/*/x' }),
  );
  assert.ok(!under({ StringLike: { 's3:prefix': `tenants/\${aws:PrincipalTag/none}*` } }, context));
  assert.ok(under({ StringLike: { 's3:prefix': `tenants/\${aws:PrincipalTag/none, 'a'}/` } }, context));
  assert.ok(under({ StringLike: { 's3:prefix': `a\${*}` } }, { 's3:prefix': 'a*' }));
  assert.ok(!under({ StringLike: { 's3:prefix': `a\${*}` } }, { 's3:prefix': 'ab' }));
  assert.ok(decide(allowed({ Resource: `${BUCKET}/\${aws:PrincipalTag/tenant}/*` })));
  assert.ok(!decide(allowed({ Resource: `${BUCKET}/\${aws:PrincipalTag/none}/*` })));
  assert.ok(
    !decide([allowed({}), { Effect: 'Deny', Action: '*', Resource: `${BUCKET}/\${aws:PrincipalTag/none}/*` }]),
    'undecided denies',
  );
});

test('a policy without the version of 2012 has no variables', () => {
  const access: Access = { action: 's3:GetObject', resource: `${BUCKET}/a/1` };
  const context = buildContext(ROLE, 'eu-central-1', NOW, access);
  const Statement = allowed({ Resource: `${BUCKET}/\${aws:PrincipalTag/tenant}/*` });
  const under = (policy: PolicyDocument) =>
    evaluate({ principal: ROLE, access, context, identityPolicies: [policy] }).allowed;
  assert.ok(under({ Version: '2012-10-17', Statement }));
  assert.ok(!under({ Statement }) && !under({ Version: '2008-10-17', Statement }));
});

test('numbers, dates, truth and ARNs', () => {
  assert.ok(under({ NumericLessThanEquals: { 's3:max-keys': '10' } }, { 's3:max-keys': '10' }));
  assert.ok(!under({ NumericLessThan: { 's3:max-keys': '10' } }, { 's3:max-keys': '10' }));
  assert.ok(!under({ NumericGreaterThan: { 's3:max-keys': '1' } }, { 's3:max-keys': 'many' }));
  assert.ok(under({ DateGreaterThan: { 'aws:CurrentTime': '2025-12-31T00:00:00Z' } }));
  assert.ok(!under({ DateLessThan: { 'aws:CurrentTime': '2025-12-31T00:00:00Z' } }));
  assert.ok(under({ Bool: { 'aws:SecureTransport': 'true' } }));
  assert.ok(!under({ Bool: { 'aws:SecureTransport': ['false'] } }));
  assert.ok(under({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/hub' } }));
  assert.ok(under({ ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111111111111:role/*' } }));
  assert.ok(!under({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:*:role/hub' } }), 'a wildcard stays in its part');
});

test('keys with several values, or none', () => {
  const tags = { 'aws:TagKeys': ['a', 'b'] };
  assert.ok(under({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b', 'c'] } }, tags));
  assert.ok(!under({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } }, tags));
  assert.ok(under({ 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'a' } }, tags));
  assert.ok(!under({ 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'c' } }, tags));
  assert.ok(under({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a'] } }), 'all of none');
  assert.ok(!under({ 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a'] } }), 'any of none');
  assert.ok(under({ Null: { 'aws:TagKeys': 'true' } }) && !under({ Null: { 'aws:TagKeys': 'true' } }, tags));
  assert.ok(under({ StringEqualsIfExists: { 'aws:RequestTag/a': 'x' } }));
  assert.ok(!under({ StringEqualsIfExists: { 'aws:RequestTag/a': 'x' } }, { 'aws:RequestTag/a': 'y' }));
  assert.ok(!under({ StringEquals: { 'aws:RequestTag/a': 'x' } }));
  assert.ok(under({ StringNotEquals: { 'aws:RequestTag/a': 'x' } }), 'as AWS has it: no value is not that value');
});

test('what this cloud does not know does not allow, and denies', () => {
  const unknown: NonNullable<PolicyStatement['Condition']>[] = [
    { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } },
    { StringNotEquals: { 'aws:PrincipalOrgID': 'o-1' } },
    { IpAddress: { 'aws:SourceIp': '127.0.0.1/32' } },
    { 'ForSomeValues:StringEquals': { 'aws:TagKeys': 'a' } },
    { NumericLessThan: { 's3:max-keys': 'ten' } },
  ];
  for (const Condition of unknown) {
    const context = { 's3:max-keys': '1' };
    assert.ok(!decide(allowed({ Condition }), { context }), JSON.stringify(Condition));
    assert.ok(
      !decide([allowed({}), { Effect: 'Deny', Action: '*', Resource: '*', Condition }], { context }),
      JSON.stringify(Condition),
    );
  }
});

const policyFor = (Principal: unknown, more: Partial<PolicyStatement> = {}): PolicyDocument => ({
  Statement: { Effect: 'Allow', Principal, Action: 's3:*', Resource: '*', ...more },
});

test("a resource policy alone is enough within an account, if it names the caller; for another account's it takes both", () => {
  const nothing: PolicyStatement[] = [];
  const named = policyFor({ AWS: ROLE.roleArn });
  const account = policyFor({ AWS: `arn:aws:iam::${ROLE.accountId}:root` });
  assert.ok(decide(nothing, { resourcePolicy: named }));
  assert.ok(!decide(nothing, { resourcePolicy: account }), 'an account only delegates');
  assert.ok(decide(allowed({}), {}));
  const foreign = { resourceAccountId: '222222222222' };
  assert.ok(!decide(allowed({}), foreign));
  assert.ok(!decide(nothing, { ...foreign, resourcePolicy: named }));
  assert.ok(decide(allowed({}), { ...foreign, resourcePolicy: named }));
  assert.ok(decide(allowed({}), { ...foreign, resourcePolicy: account }));
  assert.ok(decide(allowed({}), { ...foreign, resourcePolicy: policyFor('*') }));
  assert.ok(decide(allowed({}), { ...foreign, resourcePolicy: policyFor({ AWS: 'AROAEXAMPLE' }) }), 'pinned');
  assert.ok(!decide(allowed({}), { ...foreign, resourcePolicy: policyFor({ AWS: 'AROAANOTHER' }) }));
  assert.ok(!decide(allowed({}), { ...foreign, resourcePolicy: policyFor({ AWS: '333333333333' }) }));
  assert.ok(!decide(allowed({}), { ...foreign, resourcePolicy: policyFor({ Service: 's3.amazonaws.com' }) }));
});

test("a resource policy's deny counts for everyone whom it names, and if in doubt", () => {
  const deny = (Principal: unknown): boolean =>
    decide(allowed({}), { resourcePolicy: policyFor(Principal, { Effect: 'Deny' }) });
  assert.ok(!deny('*') && !deny({ AWS: ROLE.arn }) && !deny({ AWS: [ROLE.accountId] }));
  assert.ok(deny({ AWS: '333333333333' }));
  const { Principal: _, ...rest } = policyFor('*', { Effect: 'Deny' }).Statement as PolicyStatement;
  const notPrincipal: PolicyDocument = { Statement: { ...rest, NotPrincipal: { AWS: ROLE.arn } } };
  assert.ok(!decide(allowed({}), { resourcePolicy: notPrincipal }));
});

test('a session policy bounds what a resource policy gives the role, not what it gives the session', () => {
  const session: Principal = { ...ROLE, sessionPolicies: [{ Statement: allowed({ Action: 'ec2:*' }) }] };
  assert.ok(!decide([], { resourcePolicy: policyFor({ AWS: ROLE.roleArn }) }, session));
  assert.ok(decide([], { resourcePolicy: policyFor({ AWS: ROLE.arn }) }, session));
});

test('a key policy governs: without it, identity policies give nothing', () => {
  const governs = { resourcePolicyGoverns: true };
  assert.ok(!decide(allowed({}), { ...governs }));
  assert.ok(!decide(allowed({}), { ...governs, resourcePolicy: policyFor({ AWS: '333333333333' }) }));
  assert.ok(decide(allowed({}), { ...governs, resourcePolicy: policyFor({ AWS: ROLE.accountId }) }));
  assert.ok(!decide([], { ...governs, resourcePolicy: policyFor({ AWS: ROLE.accountId }) }));
  assert.ok(decide([], { ...governs, resourcePolicy: policyFor({ AWS: ROLE.roleArn }) }));
  assert.ok(decide([], { ...governs, granted: true }));
  assert.ok(!decide({ Effect: 'Deny', Action: '*', Resource: '*' }, { ...governs, granted: true }));
});
