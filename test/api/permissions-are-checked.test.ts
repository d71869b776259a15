import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CredentialsRejected, TenantAccessLost } from '../../core/domain/errors.ts';
import type { PermissionQuestion } from '../../core/domain/permissions.ts';
import type { PermissionCheck } from '../../core/ports/permission-check.ts';
import { createOperatorApi } from '../../functions/api/operator-api.ts';
import { permissionPolicies } from '../../functions/wiring/permission-policies.ts';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, PROVIDER, service } from './world-records.ts';

const path = `/operator/tenants/${acme.hypervisorId}/permissions/check`;
const servicePath = `/operator/hypervisors/${service.hypervisorId}/permissions/check`;
const worldThatAnswers = (ask: PermissionCheck['ask']) => {
  const world = createWorld();
  const permissions = { ...world.deps.permissions, check: { ask }, policies: permissionPolicies };
  return { ...world, operatorApi: createOperatorApi({ ...world.deps, permissions }) };
};
const allBut =
  (action: string): PermissionCheck['ask'] =>
  async (_, questions: readonly PermissionQuestion[]) => ({
    simulated: true,
    answers: questions.map((question) => ({
      question,
      verdict: question.action === action ? 'missing' : 'allowed',
      foundBy: 'simulator',
    })),
    probes: [],
  });

test('A4: a missing permission is named, with what does not work without it and the statement to add', async () => {
  const { status, body } = await callAs(worldThatAnswers(allBut('ec2:RegisterImage')), PROVIDER)('POST', path);
  assert.equal(status, 200);
  assert.equal(body.complete, false);
  assert.deepEqual(body.missing, [
    {
      action: 'ec2:RegisterImage',
      feature: 'restore of an instance',
      without: 'No new instance can be restored.',
      foundBy: ['simulator'],
      statement: {
        Sid: 'RestoreRegistersAnImageRegisterImage',
        Effect: 'Allow',
        Action: 'ec2:RegisterImage',
        Resource: 'arn:aws:ec2:*::image/*',
        Condition: { StringLike: { 'aws:RequestTag/holdfast:job': 'job-*' } },
      },
    },
    {
      action: 'ec2:RegisterImage',
      feature: 'restore of an instance',
      without: 'No new instance can be restored.',
      foundBy: ['simulator'],
      statement: {
        Sid: 'RestoreRegistersItsSnapshotsRegisterImage',
        Effect: 'Allow',
        Action: 'ec2:RegisterImage',
        Resource: 'arn:aws:ec2:*::snapshot/*',
        Condition: { StringLike: { 'aws:ResourceTag/holdfast:job': 'job-*' } },
      },
    },
  ]);
});

test('a role that does not let us in is a refusal that names it, not a failure of ours', async () => {
  const world = worldThatAnswers(async () => {
    throw new TenantAccessLost('the role x does not allow sts:AssumeRole', { remedy: 'Check its trust policy.' });
  });
  const { status, body } = await callAs(world, PROVIDER)('POST', path);
  assert.deepEqual([status, body.code], [422, 'CredentialsRejected']);
  assert.match(body.detail, /role x .*sts:AssumeRole/);
  assert.match(body.remedy, /trust policy/);
});

test('only what the named features need is asked about, and a feature that there is not is refused', async () => {
  const call = callAs(worldThatAnswers(allBut('ec2:RegisterImage')), PROVIDER);
  const { body } = await call('POST', path, { query: { features: 'streaming,restore-volumes' } });
  assert.equal(body.complete, true);
  const actions = new Set(body.checked.map(({ action }: { action: string }) => action));
  assert.ok(actions.has('ec2:CreateVolume') && !actions.has('ec2:RunInstances'));
  const refused = await call('POST', path, { query: { features: 'streaming,telepathy' } });
  assert.deepEqual([refused.status, refused.body.code, refused.body.field], [400, 'InvalidRequest', 'features']);
  assert.match(refused.body.remedy, /restore-in-place/);
});

test('they are for operators only', async () => {
  for (const each of [path, servicePath]) {
    const { status, body } = await callAs(worldThatAnswers(allBut('none')), ACME)('POST', each);
    assert.deepEqual([status, body.code], [403, 'NotAllowed'], each);
  }
});

test('A4: of a service hypervisor each role is checked, and what it works on looked for', async () => {
  const world = createWorld();
  const roleArn = `arn:aws:iam::${PROVIDER}:role/holdfast-test-broker`;
  const statement = { Sid: 'CallSteps', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' };
  const permissions = {
    ...world.deps.permissions,
    service: {
      roles: () => [{ roleArn, policy: { Statement: [statement] } }],
      check: {
        ask: async (_: unknown, principal: string, questions: readonly PermissionQuestion[]) => {
          assert.equal(principal, roleArn);
          const [question] = questions;
          assert.ok(question);
          return {
            simulated: true,
            answers: [{ question, verdict: 'missing' as const, foundBy: 'simulator' as const }],
          };
        },
        principal: async () => roleArn,
        probe: async () => [{ what: 'queue of restores', outcome: 'refused' as const, detail: 'gone' }],
      },
    },
  };
  const call = callAs({ ...world, operatorApi: createOperatorApi({ ...world.deps, permissions }) }, PROVIDER);
  const { status, body } = await call('POST', servicePath);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.complete, false);
  const { action, role, without } = body.missing[0];
  assert.deepEqual([action, role], ['lambda:InvokeFunction', 'holdfast-test-broker']);
  assert.match(without, /first step/);
  assert.deepEqual(body.probes, [{ what: 'queue of restores', outcome: 'refused', detail: 'gone' }]);
  // a tenant is no service hypervisor
  const tenant = await call('POST', servicePath.replace(service.hypervisorId, acme.hypervisorId));
  assert.equal(tenant.status, 404);
});

test('the check tries the role’s trust again: one that was opened to others meanwhile is refused', async () => {
  const world = worldThatAnswers(allBut('none'));
  const asked: unknown[] = [];
  world.deps.credentials.identify = async (auth) => {
    asked.push(auth);
    throw new CredentialsRejected('The role can be assumed without an ExternalId.', { field: 'auth.roleArn' });
  };
  for (const at of [path, servicePath]) {
    const { body } = await callAs(world, PROVIDER)('POST', at);
    assert.deepEqual([body.status, body.code], [422, 'CredentialsRejected'], at);
  }
  assert.deepEqual(asked, [acme.auth, service.auth]);
});
