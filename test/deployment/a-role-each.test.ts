import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readServerless } from '../../dev/deployment/read-serverless.ts';
import { grantsOf } from './machines-calls.ts';

const PLACE = { accountId: '111111111111', region: 'eu-central-1', stage: 'test' };
const deployment = readServerless(join(import.meta.dirname, '../../serverless.yml'), PLACE);
const { functions, stepFunctions, custom } = deployment;

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}
interface Role {
  readonly RoleName: string;
  readonly AssumeRolePolicyDocument: { readonly Statement: readonly unknown[] };
  readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
  readonly ManagedPolicyArns?: readonly unknown[];
}

const roles = new Map<string, Role>();
for (const { Resources } of deployment.resources)
  for (const [id, { Type, Properties }] of Object.entries(Resources))
    if (Type === 'AWS::IAM::Role') roles.set(id, Properties as unknown as Role);

const roleOf = (id: string): Role => {
  const role = roles.get(id);
  assert.ok(role, id);
  return role;
};
const statementsOf = ({ Policies }: Role): readonly Statement[] =>
  Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
const list = (value: string | readonly string[]): readonly string[] => [value].flat();
const trusts = (service: string): readonly string[] =>
  [...roles].flatMap(([id, role]) => (JSON.stringify(role.AssumeRolePolicyDocument).includes(service) ? [id] : []));

test('each function has a role of its own, of its name, and nobody else has it', () => {
  for (const [key, { name, role }] of Object.entries(functions)) {
    assert.equal(roleOf(role).RoleName, name, key);
    assert.deepEqual(
      roleOf(role).AssumeRolePolicyDocument.Statement,
      [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      key,
    );
  }
  const used = Object.values(functions).map(({ role }) => role);
  assert.equal(new Set(used).size, used.length);
  assert.deepEqual(used.toSorted(), trusts('lambda.amazonaws.com').toSorted());
});

test('each function writes its own log, and no other', () => {
  for (const [key, { name, role }] of Object.entries(functions)) {
    const logs = statementsOf(roleOf(role)).filter(({ Action }) => list(Action).some((each) => /^logs:/.test(each)));
    assert.deepEqual(
      logs.flatMap(({ Resource }) => list(Resource)),
      [`arn:aws:logs:${PLACE.region}:${PLACE.accountId}:log-group:/aws/lambda/${name}:*`],
      key,
    );
  }
});

const machineRole = (machine: string): string => {
  const { role } = stepFunctions.stateMachines[machine] as { readonly role: { 'Fn::GetAtt': readonly string[] } };
  return String(role['Fn::GetAtt'][0]);
};

test('each state machine has a role of its own, of its name, and nobody else has it', () => {
  const machines = Object.entries(stepFunctions.stateMachines);
  for (const [machine, { name }] of machines)
    assert.equal(roleOf(machineRole(machine)).RoleName, name.replace(custom.name, `${custom.name}-states`), machine);
  const used = machines.map(([machine]) => machineRole(machine));
  assert.equal(new Set(used).size, used.length);
  assert.deepEqual(used.toSorted(), trusts('states.amazonaws.com').toSorted());
});

for (const machine of Object.keys(stepFunctions.stateMachines))
  test(`the role of the machine ${machine} allows what its definition calls, neither less nor more`, () => {
    const role = roleOf(machineRole(machine));
    assert.equal(role.ManagedPolicyArns, undefined);
    const allowed = statementsOf(role).flatMap(({ Action, Resource }) =>
      list(Action).flatMap((action) => list(Resource).map((resource) => `${action} ${resource}`)),
    );
    const needed = grantsOf(deployment, PLACE, machine);
    assert.ok(needed.size > 0);
    assert.deepEqual(
      {
        missing: [...needed].filter((each) => !allowed.includes(each)),
        needless: allowed.filter((each) => !needed.has(each)),
      },
      { missing: [], needless: [] },
    );
  });
