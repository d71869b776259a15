import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  IAMClient,
  paginateSimulatePrincipalPolicy,
  SimulatePrincipalPolicyCommand,
  type SimulatePrincipalPolicyCommandInput,
} from '@aws-sdk/client-iam';
import { createIam } from '../../local/iam/api/service.ts';
import type { PolicyStatement } from '../../local/kernel/service.ts';
import { ACME, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

const ROLE = `arn:aws:iam::${ACME}:role/backup`;
const SNAPSHOT = 'arn:aws:ec2:eu-west-1::snapshot/snap-0123456789abcdef0';
const VOLUME = `arn:aws:ec2:eu-west-1:${ACME}:volume/vol-0123456789abcdef0`;

let t: TwoAccounts;
let iam: IAMClient;
before(async () => {
  t = await startTwoAccounts([createIam]);
  iam = new IAMClient(t.config(t.acme));
});
after(async () => {
  iam.destroy();
  await t.close();
});

const allows = (...Statement: PolicyStatement[]): void => {
  t.cloud.admin.putRole({
    accountId: ACME,
    name: 'backup',
    trustPolicy: {
      Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
    },
    policies: { p: { Version: '2012-10-17', Statement } },
  });
};

const simulate = async (ActionNames: string[], more: Partial<SimulatePrincipalPolicyCommandInput> = {}) => {
  const { EvaluationResults = [] } = await iam.send(
    new SimulatePrincipalPolicyCommand({ PolicySourceArn: ROLE, ActionNames, ...more }),
  );
  return EvaluationResults;
};

const context = (name: string, ...values: string[]) => ({
  ContextEntries: [{ ContextKeyName: name, ContextKeyValues: values, ContextKeyType: 'string' as const }],
});

test('each action is allowed, not allowed, or denied', async () => {
  allows(
    { Effect: 'Allow', Action: ['ec2:Describe*', 'ec2:DeleteSnapshot'], Resource: '*' },
    { Effect: 'Deny', Action: 'ec2:DeleteSnapshot', Resource: '*' },
  );
  const results = await simulate(['ec2:DescribeVolumes', 'ec2:CreateVolume', 'ec2:DeleteSnapshot']);
  assert.deepEqual(
    results.map(({ EvalActionName, EvalDecision }) => [EvalActionName, EvalDecision]),
    [
      ['ec2:DescribeVolumes', 'allowed'],
      ['ec2:CreateVolume', 'implicitDeny'],
      ['ec2:DeleteSnapshot', 'explicitDeny'],
    ],
  );
});

test('an action on several resources has the strictest decision, and one for each resource', async () => {
  allows({ Effect: 'Allow', Action: 'ec2:CreateSnapshot', Resource: 'arn:aws:ec2:*::snapshot/*' });
  const [result] = await simulate(['ec2:CreateSnapshot'], { ResourceArns: [SNAPSHOT, VOLUME] });
  assert.equal(result?.EvalDecision, 'implicitDeny');
  assert.deepEqual(
    result?.ResourceSpecificResults?.map((one) => [one.EvalResourceName, one.EvalResourceDecision]),
    [
      [SNAPSHOT, 'allowed'],
      [VOLUME, 'implicitDeny'],
    ],
  );
  const [alone] = await simulate(['ec2:CreateSnapshot'], { ResourceArns: [SNAPSHOT] });
  assert.equal(alone?.EvalDecision, 'allowed');
  const [nowhere] = await simulate(['ec2:CreateSnapshot']);
  assert.equal(nowhere?.EvalDecision, 'implicitDeny', 'without a resource only * allows');
});

test('conditions count what is given, and what is missing is named', async () => {
  allows(
    {
      Effect: 'Allow',
      Action: 'ec2:DeleteSnapshot',
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/holdfast': 'yes' } },
    },
    {
      Effect: 'Deny',
      Action: 'ec2:DeleteSnapshot',
      Resource: '*',
      Condition: { StringEquals: { 'ec2:Owner': 'amazon' } },
    },
    {
      Effect: 'Allow',
      Action: 'ec2:CopySnapshot',
      Resource: '*',
      Condition: { Bool: { 'aws:SecureTransport': 'true' } },
    },
  );
  const ask = async (more: Partial<SimulatePrincipalPolicyCommandInput> = {}) => {
    const [result] = await simulate(['ec2:DeleteSnapshot'], { ResourceArns: [SNAPSHOT], ...more });
    return [result?.EvalDecision, result?.MissingContextValues ?? []];
  };
  assert.deepEqual(await ask(), ['implicitDeny', ['aws:ResourceTag/holdfast', 'ec2:Owner']]);
  assert.deepEqual(await ask(context('aws:ResourceTag/holdfast', 'yes')), ['allowed', ['ec2:Owner']]);
  assert.deepEqual(await ask(context('aws:resourcetag/holdfast', 'no')), ['implicitDeny', ['ec2:Owner']]);
  const both = [
    ...context('aws:ResourceTag/holdfast', 'yes').ContextEntries,
    ...context('ec2:Owner', 'amazon').ContextEntries,
  ];
  assert.deepEqual(await ask({ ContextEntries: both }), ['explicitDeny', []]);
});

test('variables are looked up in what is given', async () => {
  allows({
    Effect: 'Allow',
    Action: 's3:GetObject',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    Resource: 'arn:aws:s3:::library/${aws:PrincipalTag/tenant}/*',
  });
  const ResourceArns = ['arn:aws:s3:::library/acme/pack'];
  const ask = async (more: Partial<SimulatePrincipalPolicyCommandInput> = {}) => {
    const [result] = await simulate(['s3:GetObject'], { ResourceArns, ...more });
    return [result?.EvalDecision, result?.MissingContextValues ?? []];
  };
  assert.deepEqual(await ask(), ['implicitDeny', ['aws:PrincipalTag/tenant']]);
  assert.deepEqual(await ask(context('aws:PrincipalTag/tenant', 'acme')), ['allowed', []]);
  assert.deepEqual(await ask(context('aws:PrincipalTag/tenant', 'globex')), ['implicitDeny', []]);
});

test('a policy that is only planned can be added, and long lists come in pages', async () => {
  allows({ Effect: 'Allow', Action: 'ec2:DescribeVolumes', Resource: '*' });
  const ActionNames = Array.from({ length: 7 }, (_, i) => `ec2:DescribeThing${i}`);
  const planned = JSON.stringify({ Statement: { Effect: 'Allow', Action: 'ec2:DescribeThing*', Resource: '*' } });
  const input = { PolicySourceArn: ROLE, ActionNames, PolicyInputList: [planned], MaxItems: 3 };
  const sizes: number[] = [];
  const names: (string | undefined)[] = [];
  for await (const page of paginateSimulatePrincipalPolicy({ client: iam }, input)) {
    sizes.push(page.EvaluationResults?.length ?? 0);
    names.push(
      ...(page.EvaluationResults?.map((one) => (one.EvalDecision === 'allowed' && one.EvalActionName) || '') ?? []),
    );
  }
  assert.deepEqual(sizes, [3, 3, 1]);
  assert.deepEqual(names, ActionNames);
});

test('only roles and users of the own account, by those who may', async () => {
  t.cloud.admin.putUser({ accountId: ACME, name: 'ops', policies: {} });
  const key = t.cloud.admin.createAccessKey(ACME, 'ops');
  const ops = new IAMClient(t.config(key));
  const ask = (client: IAMClient, PolicySourceArn: string) =>
    client.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames: ['ec2:DescribeVolumes'] }));
  await assert.rejects(ask(ops, ROLE), { name: 'AccessDenied' });
  t.cloud.admin.putUser({
    accountId: ACME,
    name: 'ops',
    policies: { p: { Statement: { Effect: 'Allow', Action: 'iam:SimulatePrincipalPolicy', Resource: ROLE } } },
  });
  await ask(ops, ROLE);
  const itself = `arn:aws:iam::${ACME}:user/ops`;
  await assert.rejects(ask(ops, itself), { name: 'AccessDenied' });
  assert.equal((await ask(iam, itself)).EvaluationResults?.[0]?.EvalDecision, 'implicitDeny');
  ops.destroy();
  const globex = new IAMClient(t.config(t.globex));
  await assert.rejects(ask(globex, ROLE), { name: 'AccessDenied' });
  globex.destroy();
  const gone = `arn:aws:iam::${ACME}:role/nobody`;
  await assert.rejects(ask(iam, gone), { name: 'NoSuchEntityException' });
  await assert.rejects(ask(iam, `arn:aws:iam::${ACME}:root`), { name: 'InvalidInputException' });
});

test('what the simulation says is what calls are answered', async () => {
  allows(
    { Effect: 'Allow', Action: 'iam:Get*', Resource: ROLE },
    { Effect: 'Deny', Action: 'iam:GetRolePolicy', Resource: '*' },
  );
  const principal = t.cloud.admin.principalForRole(ROLE, 'x');
  const inputs: Record<string, unknown> = {
    GetRole: { RoleName: 'backup' },
    GetRolePolicy: { RoleName: 'backup', PolicyName: 'p' },
    ListRolePolicies: { RoleName: 'backup' },
  };
  for (const [name, input] of Object.entries(inputs)) {
    const [said] = await simulate([`iam:${name}`], { ResourceArns: [ROLE] });
    const outcome = await t.cloud.kernel.call(principal, 'us-east-1', 'iam', name, input).then(
      () => 'allowed',
      (error: Error) => (/explicit deny/.test(error.message) ? 'explicitDeny' : 'implicitDeny'),
    );
    assert.equal(outcome, said?.EvalDecision, name);
  }
});
