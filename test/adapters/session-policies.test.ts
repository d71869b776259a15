import assert from 'node:assert/strict';
import { test } from 'node:test';
import { libraryPolicy, snapshotPolicy, workAreaPolicy } from '../../adapters/aws/order-session-policies.ts';
import { LONGEST_POLICY, type Policy, policyText, type Statement } from '../../adapters/aws/session-policy.ts';
import { tenantSessionPolicy } from '../../adapters/aws/tenant-session-policy.ts';
import type { TenantAccess } from '../../core/ports/tenant-scope.ts';
import {
  LONGEST_MANAGED_POLICY,
  ROLE_FEATURES,
  tenantFeatures,
  tenantPermissions,
  tenantPolicies,
} from '../../infra/permissions/tenant-permissions.ts';

const shipped = (name: 'tenant' | 'tenant-user'): Policy =>
  tenantPermissions(name === 'tenant' ? ROLE_FEATURES : tenantFeatures) as Policy;

const REGION = 'ap-southeast-5';
const long = (prefix: string): string => prefix + 'x'.repeat(48 - prefix.length);
const snapshotIds = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `snap-${String(i).padStart(17, '0')}`);

const libraryAccess = {
  library: {
    kind: 's3' as const,
    bucket: 'b'.repeat(63),
    prefix: `${'p'.repeat(512)}/tenants/${long('hv-')}`,
    region: REGION,
  },
  tenantId: long('hv-'),
  libraryId: long('lib-'),
  kmsKeyArn: `arn:aws:kms:${REGION}:111111111111:key/mrk-0123456789abcdef0123456789abcdef`,
  recoveryPublicKey: 'hfpub1-x',
};

/** Its prefix may be no longer, or it is refused when it is added. */
const lockedAccess = {
  ...libraryAccess,
  library: { ...libraryAccess.library, prefix: `${'p'.repeat(128)}/tenants/${long('hv-')}` },
};
const lock = { mode: 'compliance', leastDays: 3_658, mostDays: 3_661 } as const;

/** The longest that there can be: all ids at their full length, and another region. */
const stepPolicy = (to: TenantAccess['to'], more: Partial<TenantAccess> = {}): Policy =>
  tenantSessionPolicy({ to, accountId: '222222222222', regions: [REGION, REGION], jobId: long('job-'), ...more });
const WAYS = ['look', 'survey', 'protect', 'retain', 'restore', 'replace', 'clean-up'] as const;
const anInstance = { instanceId: 'i-0123456789abcdef0' };
const steps: Readonly<Record<string, Policy>> = {
  ...Object.fromEntries(WAYS.map((to) => [`step to ${to}`, stepPolicy(to)])),
  'step to protect one instance': stepPolicy('protect', anInstance),
  'step to replace in one instance': stepPolicy('replace', anInstance),
  'step to clean up in one instance': stepPolicy('clean-up', anInstance),
};

const policies: Readonly<Record<string, Policy>> = {
  ...steps,
  'read order': snapshotPolicy(REGION, long('job-'), snapshotIds(2), 'read'),
  'longest read order': snapshotPolicy(REGION, long('job-'), snapshotIds(24), 'read'),
  'write order of 20': snapshotPolicy(REGION, long('job-'), snapshotIds(20), 'write'),
  'write order of 128': snapshotPolicy(REGION, long('job-'), snapshotIds(128), 'write'),
  'library to write': libraryPolicy(libraryAccess, 'write'),
  'library to read': libraryPolicy(libraryAccess, 'read'),
  'locked library to write': libraryPolicy(lockedAccess, 'write', lock),
  'locked library to extend its locks': libraryPolicy(libraryAccess, 'lock', lock),
  'work area': workAreaPolicy('b'.repeat(63), long('job-'), 1_000_000, `work/${'r'.repeat(200)}`),
};

const actions = (statements: readonly Statement[]): string[] => statements.flatMap(({ Action }) => Action).toSorted();

for (const [name, policy] of Object.entries(policies)) {
  test(`the session policy of a ${name} fits into STS's ${LONGEST_POLICY} characters`, () => {
    assert.ok(policyText(policy).length <= LONGEST_POLICY, String(JSON.stringify(policy).length));
  });
}

test('a policy that does not fit is refused before STS is asked', () => {
  assert.throws(() => policyText(snapshotPolicy(REGION, 'job-1', snapshotIds(128), 'read')), RangeError);
});

test('a writer to a library with a lock can put nothing there that is not locked as its order says, but the index', () => {
  const puts = libraryPolicy(lockedAccess, 'write', lock).Statement.filter(({ Action }) =>
    [Action].flat().includes('s3:PutObject'),
  );
  const free = puts.filter(({ Condition }) => !Condition).flatMap(({ Resource }) => Resource);
  assert.deepEqual(free, [`arn:aws:s3:::${lockedAccess.library.bucket}/${lockedAccess.library.prefix}/index/*`]);
  const days = 's3:object-lock-remaining-retention-days';
  assert.deepEqual(
    puts.flatMap(({ Condition }) => (Condition ? [Condition] : [])),
    [
      {
        StringEquals: { 's3:object-lock-mode': 'COMPLIANCE' },
        NumericGreaterThanEquals: { [days]: '3658' },
        NumericLessThanEquals: { [days]: '3661' },
      },
    ],
  );
});

test("an order's sessions delete nothing and name no wildcard of actions", () => {
  for (const [name, { Statement }] of Object.entries(policies)) {
    if (name in steps) continue;
    for (const action of actions(Statement)) assert.doesNotMatch(action, /\*|Delete|Terminate|Deregister|Share|Modify/);
  }
});

test('a step reads and writes no block of data', () => {
  const blocks = ['ebs:GetSnapshotBlock', 'ebs:PutSnapshotBlock', 'ebs:ListSnapshotBlocks', 'ebs:CompleteSnapshot'];
  for (const [name, { Statement }] of Object.entries(steps)) {
    for (const action of blocks) assert.ok(!actions(Statement).includes(action), `${name}: ${action}`);
  }
});

test("what the shipped permissions allow a tenant's role is what sessions use of EC2, EBS and SSM, no more and no less", () => {
  const ofService = (list: readonly string[]) => [...new Set(list.filter((action) => /^(ec2|ebs|ssm):/.test(action)))];
  const used = ofService(
    [
      ...Object.values(steps),
      snapshotPolicy(REGION, 'job-1', snapshotIds(1), 'read'),
      snapshotPolicy(REGION, 'job-1', snapshotIds(1), 'write'),
    ].flatMap(({ Statement }) => actions(Statement)),
  ).toSorted();
  assert.deepEqual(used, ofService(actions(shipped('tenant').Statement)).toSorted());
});

test('only a step for one instance may run commands, in this one alone; retention only deletes what is ours', () => {
  const { Statement } = stepPolicy('protect', anInstance);
  const sends = Statement.filter(({ Action }) => Action === 'ssm:SendCommand');
  assert.deepEqual(
    sends.flatMap(({ Resource }) => Resource).filter((arn) => arn.includes(':instance/')),
    [`arn:aws:ec2:*:222222222222:instance/${anInstance.instanceId}`],
  );
  for (const [name, policy] of Object.entries(steps))
    if (name !== 'step to protect one instance')
      assert.ok(!actions(policy.Statement).some((action) => action.startsWith('ssm:')), name);
  const changes = stepPolicy('retain').Statement.filter(({ Action }) => !String(Action).includes('Describe'));
  assert.deepEqual(actions(changes), ['ec2:DeleteSnapshot']);
  assert.ok(changes.every(({ Condition }) => Condition?.StringLike));
});

test('who only looks changes nothing, and no step but a clean-up or a replacement touches what is not ours', () => {
  for (const to of ['look', 'survey'] as const)
    for (const action of actions(stepPolicy(to).Statement)) assert.match(action, /^ec2:Describe/);
  const unconditional = (policy: Policy): string[] =>
    actions(policy.Statement.filter(({ Condition, Resource }) => !Condition && Resource === '*')).filter(
      (action) => !/:(Describe|Get)/.test(action),
    );
  assert.deepEqual(unconditional(stepPolicy('protect')), ['ec2:CreateSnapshots']);
  const makes = ['ebs:StartSnapshot', 'ec2:CreateVolume'];
  assert.deepEqual(unconditional(stepPolicy('replace')), makes);
  assert.deepEqual(unconditional(stepPolicy('restore')), [...makes, 'ec2:RegisterImage', 'ec2:RunInstances']);
  assert.deepEqual(unconditional(stepPolicy('clean-up')), []);
});

test('the permissions of an access key are those of a role and one more: to ask for sessions', () => {
  const [role, user] = [shipped('tenant').Statement, shipped('tenant-user').Statement];
  const more = user.filter((statement) => !role.includes(statement));
  assert.equal(user.length, role.length + more.length);
  assert.deepEqual(actions(more), ['sts:GetFederationToken']);
});

/** IAM counts no white space. An inline policy of a user could have 2,048 only: they are attached as managed ones. */
test('the shipped permissions fit into managed policies, under names that can be read', () => {
  for (const { part, document } of tenantPolicies(tenantFeatures)) {
    const { length } = JSON.stringify(document);
    assert.ok(length <= LONGEST_MANAGED_POLICY, `${part}: ${length}`);
  }
  for (const name of ['tenant', 'tenant-user'] as const) {
    const policy = shipped(name);
    const sids = policy.Statement.map((statement) => (statement as Statement & { Sid: string }).Sid);
    assert.equal(new Set(sids).size, sids.length);
    for (const sid of sids) assert.match(sid, /^[A-Z][A-Za-z0-9]{8,}$/);
    for (const action of actions(policy.Statement)) assert.doesNotMatch(action, /\*/);
  }
});
