import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { libraryPolicy, snapshotPolicy, workAreaPolicy } from '../../adapters/aws/order-session-policies.ts';
import { LONGEST_POLICY, type Policy, policyText, type Statement } from '../../adapters/aws/session-policy.ts';
import { tenantSessionPolicy } from '../../adapters/aws/tenant-session-policy.ts';

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

const policies: Readonly<Record<string, Policy>> = {
  step: tenantSessionPolicy(REGION),
  'read order': snapshotPolicy(REGION, long('job-'), snapshotIds(2), 'read'),
  'longest read order': snapshotPolicy(REGION, long('job-'), snapshotIds(24), 'read'),
  'write order of 20': snapshotPolicy(REGION, long('job-'), snapshotIds(20), 'write'),
  'write order of 128': snapshotPolicy(REGION, long('job-'), snapshotIds(128), 'write'),
  'library to write': libraryPolicy(libraryAccess, 'write'),
  'library to read': libraryPolicy(libraryAccess, 'read'),
  'work area': workAreaPolicy('b'.repeat(63), long('job-'), 1_000_000),
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

test("an order's sessions delete nothing and name no wildcard of actions", () => {
  for (const [name, { Statement }] of Object.entries(policies)) {
    if (name === 'step') continue;
    for (const action of actions(Statement)) assert.doesNotMatch(action, /\*|Delete|Terminate|Deregister|Share|Modify/);
  }
});

test('a step reads and writes no block of data', () => {
  const blocks = ['ebs:GetSnapshotBlock', 'ebs:PutSnapshotBlock', 'ebs:ListSnapshotBlocks', 'ebs:CompleteSnapshot'];
  const allowed = actions(tenantSessionPolicy(REGION).Statement);
  for (const action of blocks) assert.ok(!allowed.includes(action), action);
});

test("what the shipped permissions allow a tenant's role is what sessions use of EC2 and EBS, no more and no less", () => {
  const shipped = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../infra/permissions/tenant.json'), 'utf8'),
  ) as Policy;
  const ofService = (list: readonly string[]) => [...new Set(list.filter((action) => /^(ec2|ebs):/.test(action)))];
  const used = ofService(
    [
      tenantSessionPolicy(REGION),
      snapshotPolicy(REGION, 'job-1', snapshotIds(1), 'read'),
      snapshotPolicy(REGION, 'job-1', snapshotIds(1), 'write'),
    ].flatMap(({ Statement }) => actions(Statement)),
  ).toSorted();
  assert.deepEqual(used, ofService(actions(shipped.Statement)).toSorted());
});
