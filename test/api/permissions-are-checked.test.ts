import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TenantAccessLost } from '../../core/domain/errors.ts';
import type { PermissionQuestion } from '../../core/domain/permissions.ts';
import type { PermissionCheck } from '../../core/ports/permission-check.ts';
import { createOperatorApi } from '../../functions/api/operator-api.ts';
import { permissionPolicies } from '../../functions/wiring/permission-policies.ts';
import { ACME, acme, callAs, createWorld, PROVIDER } from './world.ts';

const path = `/operator/tenants/${acme.hypervisorId}/permissions/check`;
const worldThatAnswers = (ask: PermissionCheck['ask']) => {
  const world = createWorld();
  const permissions = { check: { ask }, policies: permissionPolicies };
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
      statement: {
        Sid: 'RestoreRegistersAnImageRegisterImage',
        Effect: 'Allow',
        Action: 'ec2:RegisterImage',
        Resource: ['arn:aws:ec2:*::image/*', 'arn:aws:ec2:*::snapshot/*'],
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

test('it is for operators only', async () => {
  const { status, body } = await callAs(worldThatAnswers(allBut('none')), ACME)('POST', path);
  assert.deepEqual([status, body.code], [403, 'NotAllowed']);
});
