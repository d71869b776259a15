import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evaluate } from '../../local/iam/evaluate.ts';
import { matchesArn, matchesPattern } from '../../local/iam/match.ts';
import { buildContext } from '../../local/iam/request-context.ts';
import type { Access, PolicyDocument, PolicyStatement, Principal } from '../../local/kernel/service.ts';

const ACCOUNT = '111111111111';
const action = fc.constantFrom('s3:GetObject', 's3:PutObject', 'ec2:RunInstances', 'kms:Decrypt');
const resource = fc.constantFrom('arn:aws:s3:::a/1', 'arn:aws:s3:::b/1', 'arn:aws:kms:eu-central-1:111111111111:key/k');
const actionPattern = fc.constantFrom('*', 's3:*', 's3:Get*', 'ec2:RunInstances', 'kms:?ecrypt');
const resourcePattern = fc.constantFrom(
  '*',
  'arn:aws:s3:::a/*',
  'arn:aws:s3:::?/1',
  'arn:aws:kms:*:*:key/*',
  `arn:aws:s3:::\${aws:PrincipalTag/t}/*`,
);
const condition = fc.constantFrom(
  undefined,
  { StringEquals: { 'aws:PrincipalTag/t': 'a' } },
  { StringEquals: { 'aws:Unheard': 'a' } },
  { Unheard: { 'aws:PrincipalTag/t': 'a' } },
  { Null: { 'aws:PrincipalTag/t': 'true' } },
);
const principalElement = fc.constantFrom<unknown>(
  '*',
  { AWS: ACCOUNT },
  { AWS: `arn:aws:iam::${ACCOUNT}:role/r` },
  { AWS: '222222222222' },
);

const statement = (effect: fc.Arbitrary<'Allow' | 'Deny'>, forResource = false): fc.Arbitrary<PolicyStatement> =>
  fc
    .tuple(
      effect,
      fc.array(actionPattern, { minLength: 1, maxLength: 2 }),
      fc.array(resourcePattern, { minLength: 1, maxLength: 2 }),
      condition,
      principalElement,
    )
    .map(([Effect, Action, Resource, Condition, Principal]) => ({
      Effect,
      Action,
      Resource,
      ...(Condition ? { Condition } : {}),
      ...(forResource ? { Principal } : {}),
    }));
const either = fc.constantFrom<'Allow' | 'Deny'>('Allow', 'Deny');
const policy = (effect = either, forResource = false): fc.Arbitrary<PolicyDocument> =>
  fc.array(statement(effect, forResource), { maxLength: 3 }).map((Statement) => ({ Version: '2012-10-17', Statement }));

const principalArbitrary: fc.Arbitrary<Principal> = fc
  .record({
    tags: fc.constantFrom<Record<string, string>>({}, { t: 'a' }, { t: '*' }),
    session: fc.option(policy(), { nil: undefined }),
  })
  .map(({ tags, session }) => ({
    kind: 'assumed-role',
    accountId: ACCOUNT,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/r/s`,
    userId: 'AROAR:s',
    roleArn: `arn:aws:iam::${ACCOUNT}:role/r`,
    sessionTags: tags,
    ...(session ? { sessionPolicies: [session] } : {}),
  }));
const accessArbitrary: fc.Arbitrary<Access> = fc
  .record({
    action,
    resource,
    resourcePolicy: fc.option(policy(either, true), { nil: undefined }),
    own: fc.boolean(),
    resourcePolicyGoverns: fc.boolean(),
  })
  .map(({ own, resourcePolicy, ...access }) => ({
    ...access,
    resourceAccountId: own ? ACCOUNT : '222222222222',
    ...(resourcePolicy ? { resourcePolicy } : {}),
  }));
const identity = fc.array(policy(), { maxLength: 2 });

const decide = (principal: Principal, access: Access, identityPolicies: readonly PolicyDocument[]): boolean =>
  evaluate({ principal, access, identityPolicies, context: buildContext(principal, 'eu-central-1', 0, access) })
    .allowed;

test('one more deny never allows more, one more allow never less, and order does not matter', () => {
  fc.assert(
    fc.property(
      principalArbitrary,
      accessArbitrary,
      identity,
      statement(fc.constant('Deny')),
      statement(fc.constant('Allow')),
      (principal, access, policies, deny, allow) => {
        const before = decide(principal, access, policies);
        if (!before) assert.equal(decide(principal, access, [...policies, { Statement: deny }]), false);
        if (before) assert.equal(decide(principal, access, [...policies, { Statement: allow }]), true);
        assert.equal(decide(principal, access, [...policies].reverse()), before);
      },
    ),
    { numRuns: 2000 },
  );
});

test('a deny of everything denies everything, wherever it stands', () => {
  const all = { Effect: 'Deny' as const, Action: '*', Resource: '*' };
  fc.assert(
    fc.property(principalArbitrary, accessArbitrary, identity, (principal, access, policies) => {
      assert.equal(decide(principal, access, [...policies, { Statement: all }]), false);
      assert.equal(decide({ ...principal, sessionPolicies: [{ Statement: all }] }, access, policies), false);
      assert.equal(
        decide(principal, { ...access, resourcePolicy: { Statement: { ...all, Principal: '*' } } }, policies),
        false,
      );
    }),
    { numRuns: 500 },
  );
});

test('a session policy never allows more than the same session without one', () => {
  fc.assert(
    fc.property(principalArbitrary, accessArbitrary, identity, policy(), (principal, access, policies, session) => {
      const { sessionPolicies: _, ...whole } = principal;
      if (!decide(whole, access, policies))
        assert.equal(decide({ ...whole, sessionPolicies: [session] }, access, policies), false);
    }),
    { numRuns: 2000 },
  );
});

test("another account's resource is never reached without an allow in its own policy, nor by that alone", () => {
  fc.assert(
    fc.property(principalArbitrary, accessArbitrary, identity, (principal, access, policies) => {
      const foreign = { ...access, resourceAccountId: '222222222222' };
      const { resourcePolicy: _, ...bare } = foreign;
      assert.equal(decide(principal, bare, policies), false);
      assert.equal(decide(principal, foreign, []), false);
    }),
    { numRuns: 500 },
  );
});

test('a pattern matches just as a plain search does', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', '/', '.', '(', '\n'), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?', '.', '('), maxLength: 6 });
  const plainly = (p: string, t: string): boolean => {
    if (p === '') return t === '';
    if (p[0] === '*') return plainly(p.slice(1), t) || (t !== '' && plainly(p, t.slice(1)));
    return t !== '' && (p[0] === '?' || p[0] === t[0]) && plainly(p.slice(1), t.slice(1));
  };
  fc.assert(
    fc.property(pattern, text, (p, t) => assert.equal(matchesPattern(p, t), plainly(p, t))),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(text, (t) => assert.ok(matchesArn(`arn:aws:s3:::${t}`.replaceAll('*', ''), `arn:aws:s3:::${t}`))),
  );
});
