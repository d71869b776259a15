import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readServerless } from '../../dev/deployment/read-serverless.ts';
import {
  LONGEST_MANAGED_POLICY,
  type PermissionDocument,
  ROLE_FEATURES,
  tenantFeatures,
  tenantPermissions,
} from '../../infra/permissions/tenant-permissions.ts';
import { runCli } from './run-cli.ts';

const HUB = 'arn:aws:iam::999999999999:role/holdfast-dev-hub';
const EXTERNAL_ID = '0123456789abcdef0123456789abcdef';
const ROLE = ['--hub-role', HUB, '--external-id', EXTERNAL_ID];
const PLACE = ['--stage', 'dev', '--region', 'eu-central-1', '--account', '999999999999'];

interface Deployed {
  readonly Type: string;
  readonly Properties: {
    readonly RoleName: string;
    readonly PolicyDocument: PermissionDocument;
    readonly Policies: readonly { readonly PolicyDocument: PermissionDocument }[];
    readonly ManagedPolicyArns?: readonly { readonly Ref: string }[];
  };
}

const printed = async (...args: string[]) => {
  const { code, out, err } = await runCli(['permissions', ...args]);
  assert.equal(code, 0, err);
  return JSON.parse(out);
};
const trust = [
  {
    Effect: 'Allow',
    Principal: { AWS: HUB },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } },
  },
  { Effect: 'Allow', Principal: { AWS: HUB }, Action: ['sts:SetSourceIdentity', 'sts:TagSession'] },
];

test('the permissions of a tenant are printed, whole or by feature, without any API', async () => {
  assert.deepEqual(await printed('print'), tenantPermissions(ROLE_FEATURES));
  const { Statement } = (await printed('print', '--feature', 'snapshot,region-copy')) as PermissionDocument;
  const actions = new Set(Statement.flatMap(({ Action }) => Action));
  assert.ok(actions.has('ec2:CreateSnapshots') && actions.has('ec2:CopySnapshot'));
  assert.ok(!actions.has('ec2:RunInstances') && !actions.has('ebs:GetSnapshotBlock'));
});

test('of an access key’s user each managed policy is printed, by name and small enough to be one', async () => {
  const policies = (await printed('print', '--for', 'tenant-user')) as Record<string, PermissionDocument>;
  assert.deepEqual(Object.keys(policies), ['holdfast-tenant-protect', 'holdfast-tenant-restore']);
  const documents = Object.values(policies);
  for (const document of documents) assert.ok(JSON.stringify(document).length <= LONGEST_MANAGED_POLICY);
  assert.deepEqual(
    documents.flatMap(({ Statement }) => Statement),
    tenantPermissions(tenantFeatures).Statement,
  );
  const some = await printed('print', '--for', 'tenant-user', '--feature', 'snapshot');
  assert.deepEqual(some, { 'holdfast-tenant-protect': tenantPermissions(['snapshot', 'access-key']) });
});

test('a feature that there is not is refused, naming those that there are', async () => {
  const { code, err } = await runCli(['permissions', 'print', '--feature', 'streaming,telepathy']);
  assert.equal(code, 2);
  assert.match(err, /no feature telepathy.*streaming, snapshot, backup-copy/s);
  const service = await runCli(['permissions', 'print', '--for', 'broker', '--feature', 'streaming']);
  assert.equal(service.code, 2);
  assert.match(service.err, /--feature/);
});

test('each role of the control plane is printed as it is deployed, or with placeholders that can be read', async () => {
  const all = (await printed('print', '--for', 'control-plane', ...PLACE)) as Record<string, PermissionDocument>;
  const place = { accountId: '999999999999', region: 'eu-central-1', stage: 'dev' };
  const { resources } = readServerless(join(import.meta.dirname, '../../serverless.yml'), place);
  const deployed = Object.assign({}, ...resources.map(({ Resources }) => Resources)) as Record<string, Deployed>;
  const roles = Object.values(deployed).filter(({ Type }) => Type === 'AWS::IAM::Role');
  for (const { Properties } of roles) {
    const { RoleName, Policies, ManagedPolicyArns = [] } = Properties;
    const statements = [...Policies, ...ManagedPolicyArns.map(({ Ref }) => deployed[Ref]?.Properties)].flatMap(
      (policy) => policy?.PolicyDocument.Statement ?? [],
    );
    const keyless = (statement: unknown) =>
      JSON.stringify(statement).replace(/"Resource":(\{"Fn.*?\}|"arn:aws:kms.*?")/, '');
    assert.deepEqual(all[RoleName]?.Statement.map(keyless), statements.map(keyless), RoleName);
  }
  assert.deepEqual(Object.keys(all), roles.map(({ Properties }) => Properties.RoleName).toSorted());
  assert.ok(roles.length > 60);
  const text = JSON.stringify(all);
  assert.deepEqual([...text.matchAll(/\$\{|Fn::|<(?!library key)/g)], []);
  assert.match(text, /arn:aws:dynamodb:eu-central-1:999999999999:table\/holdfast-dev"/);
  assert.match(text, /arn:aws:s3:::holdfast-dev-library-999999999999\/\*/);
  assert.deepEqual(await printed('print', '--for', 'broker', ...PLACE), all['holdfast-dev-broker']);
  assert.match(JSON.stringify(await printed('print', '--for', 'broker')), /table\/holdfast-<stage>"/);
  assert.match(JSON.stringify(await printed('print', '--for', 'access-node')), /holdfast-<stage>-<[a-z ]+>-work/);
  assert.match(JSON.stringify(await printed('print', '--for', 'service')), /autoscaling:SetDesiredCapacity/);
});

test('the tenant’s template has one role: the hub alone may assume it, with the ExternalId of its invitation', async () => {
  const { Resources } = await printed('cloudformation', ...ROLE);
  assert.deepEqual(Object.keys(Resources), ['TenantRole']);
  const { AssumeRolePolicyDocument, Policies, RoleName } = Resources.TenantRole.Properties;
  assert.equal(RoleName, 'holdfast-tenant');
  assert.deepEqual(AssumeRolePolicyDocument.Statement, trust);
  const documents = (Policies as { PolicyDocument: PermissionDocument }[]).map(({ PolicyDocument }) => PolicyDocument);
  assert.deepEqual(
    documents.flatMap(({ Statement }) => Statement),
    tenantPermissions(ROLE_FEATURES).Statement,
  );
  // IAM's limit for all inline policies of a role
  assert.ok(documents.reduce((sum, document) => sum + JSON.stringify(document).length, 0) <= 10_240);
});

test('whose hub and which ExternalId has to be said, and how to get one is', async () => {
  const none = await runCli(['permissions', 'cloudformation']);
  assert.deepEqual([none.code, /--hub-role/.test(none.err)], [2, true]);
  const { code, err } = await runCli(['permissions', 'terraform', '--hub-role', HUB]);
  assert.equal(code, 2);
  assert.match(err, /holdfast tenant invite/);
});

test('for an access key the template has a user, with its permissions as managed policies', async () => {
  const { Resources } = await printed('cloudformation', '--user');
  const { ProtectPolicy, RestorePolicy, TenantUser } = Resources;
  const documents = [ProtectPolicy, RestorePolicy].map(({ Properties }) => Properties.PolicyDocument);
  assert.deepEqual(
    documents.flatMap(({ Statement }: PermissionDocument) => Statement),
    tenantPermissions(tenantFeatures).Statement,
  );
  for (const document of documents) assert.ok(JSON.stringify(document).length <= LONGEST_MANAGED_POLICY);
  assert.deepEqual(TenantUser.Properties.ManagedPolicyArns, [{ Ref: 'ProtectPolicy' }, { Ref: 'RestorePolicy' }]);
});

test('features narrow the template too', async () => {
  const { Resources } = await printed('cloudformation', ...ROLE, '--feature', 'snapshot');
  const [only, ...more] = Resources.TenantRole.Properties.Policies;
  assert.deepEqual([only.PolicyDocument, more], [tenantPermissions(['snapshot']), []]);
});

test('Terraform gets the same: a role with its trust, managed policies that fit, and what attaches them', async () => {
  const { resource, output } = await printed('terraform', ...ROLE);
  const unescaped = (text: string) => JSON.parse(text.replaceAll('$${', '${').replaceAll('%%{', '%{'));
  const policies = Object.values(resource.aws_iam_policy) as { name: string; policy: string }[];
  assert.deepEqual(
    policies.flatMap(({ policy }) => unescaped(policy).Statement),
    tenantPermissions(ROLE_FEATURES).Statement,
  );
  for (const { policy } of policies) assert.ok(policy.length <= LONGEST_MANAGED_POLICY);
  const { name, assume_role_policy } = resource.aws_iam_role.holdfast_tenant;
  assert.equal(name, 'holdfast-tenant');
  assert.deepEqual(unescaped(assume_role_policy).Statement, trust);
  // every reference names a resource that there is
  const references = JSON.stringify([resource.aws_iam_role_policy_attachment, output]).matchAll(
    /\$\{(\w+)\.(\w+)\.\w+\}/g,
  );
  const named = [...references].map(([, type = '', id = '']) => {
    assert.ok(resource[type]?.[id], `${type}.${id}`);
    return `${type}.${id}`;
  });
  assert.deepEqual(new Set(named).size, policies.length + 1);
  assert.match(output.role_arn.value, /aws_iam_role\.holdfast_tenant\.arn/);
  const user = await printed('terraform', '--user');
  assert.equal(Object.keys(user.resource.aws_iam_user_policy_attachment).length, 2);
  assert.match(JSON.stringify(user.resource.aws_iam_policy), /sts:GetFederationToken/);
});
