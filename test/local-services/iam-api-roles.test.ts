import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { createIam } from '../../local/iam/api/service.ts';
import type { PolicyStatement } from '../../local/kernel/service.ts';
import { createSts } from '../../local/sts/service.ts';
import { PROVIDER, startTestCloud, TENANT, type TestCloud } from '../local-ec2/cloud.ts';
import { newInstance } from '../local-ec2/instances.ts';

let t: TestCloud;
let users = 0;
const clients: { destroy(): void }[] = [];
before(async () => {
  t = await startTestCloud([createIam, createSts]);
});
after(async () => {
  for (const client of clients) client.destroy();
  await t.stop();
});

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}
const keep = <T extends { destroy(): void }>(client: T): T => {
  clients.push(client);
  return client;
};
const config = (credentials: Key) => ({
  endpoint: t.cloud.endpoint,
  // IAM's clients sign for us-east-1 whatever their region.
  region: 'us-east-1',
  credentials,
  maxAttempts: 1,
});
const iamOf = (account: string): IAMClient => keep(new IAMClient(config(t.cloud.admin.rootAccessKey(account))));
const keyOf = (account: string, ...Statement: PolicyStatement[]): Key => {
  const name = `user-${++users}`;
  t.cloud.admin.putUser({ accountId: account, name, policies: { p: { Version: '2012-10-17', Statement } } });
  return t.cloud.admin.createAccessKey(account, name);
};
const as = (...statements: PolicyStatement[]): IAMClient => keep(new IAMClient(config(keyOf(TENANT, ...statements))));

const text = (policy: unknown): string => JSON.stringify(policy);
const EC2_TRUST = text({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
});
const trusting = (arn: string): string =>
  text({ Statement: { Effect: 'Allow', Principal: { AWS: arn }, Action: 'sts:AssumeRole' } });
const allow = (Action: string): string => text({ Statement: { Effect: 'Allow', Action, Resource: '*' } });

test('a role is made, read, tagged, given policies, and goes when it is empty', async () => {
  const iam = iamOf(TENANT);
  const Tags = [{ Key: 'holdfast', Value: 'yes' }];
  const made = await iam.send(
    new CreateRoleCommand({
      RoleName: 'reader',
      AssumeRolePolicyDocument: EC2_TRUST,
      Description: 'reads',
      MaxSessionDuration: 7_200,
      Tags,
    }),
  );
  assert.match(made.Role?.RoleId ?? '', /^AROA[A-Z2-7]{17}$/);
  const again = iam.send(new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument: EC2_TRUST }));
  await assert.rejects(again, { name: 'EntityAlreadyExistsException' });
  await iam.send(new TagRoleCommand({ RoleName: 'reader', Tags: [{ Key: 'more', Value: '1' }] }));
  for (const PolicyName of ['b', 'a', 'c']) {
    const PolicyDocument = allow(`ec2:Describe${PolicyName}`);
    await iam.send(new PutRolePolicyCommand({ RoleName: 'reader', PolicyName, PolicyDocument }));
  }
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'reader' }));
  assert.deepEqual(
    [Role?.Arn, Role?.RoleId, Role?.Description, Role?.MaxSessionDuration, Role?.Path],
    [`arn:aws:iam::${TENANT}:role/reader`, made.Role?.RoleId, 'reads', 7_200, '/'],
  );
  assert.deepEqual(Role?.Tags, [...Tags, { Key: 'more', Value: '1' }]);
  assert.deepEqual(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')), JSON.parse(EC2_TRUST));
  assert.ok(Date.now() - Number(Role?.CreateDate) < 60_000);

  const listed: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await iam.send(new ListRolePoliciesCommand({ RoleName: 'reader', MaxItems: 2, Marker }));
    listed.push(...(page.PolicyNames ?? []));
    Marker = page.IsTruncated ? page.Marker : undefined;
  } while (Marker !== undefined);
  assert.deepEqual(listed, ['a', 'b', 'c']);
  const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName: 'reader', PolicyName: 'a' }));
  assert.equal(decodeURIComponent(PolicyDocument ?? ''), allow('ec2:Describea'));

  const gone = new DeleteRoleCommand({ RoleName: 'reader' });
  await assert.rejects(iam.send(gone), { name: 'DeleteConflictException' });
  for (const PolicyName of listed) await iam.send(new DeleteRolePolicyCommand({ RoleName: 'reader', PolicyName }));
  const once = iam.send(new DeleteRolePolicyCommand({ RoleName: 'reader', PolicyName: 'a' }));
  await assert.rejects(once, { name: 'NoSuchEntityException' });
  await iam.send(gone);
  await assert.rejects(iam.send(new GetRoleCommand({ RoleName: 'reader' })), { name: 'NoSuchEntityException' });
});

test("another account's role of the same name is another role", async () => {
  await iamOf(PROVIDER).send(new CreateRoleCommand({ RoleName: 'mine', AssumeRolePolicyDocument: EC2_TRUST }));
  const foreign = iamOf(TENANT).send(new GetRoleCommand({ RoleName: 'mine' }));
  await assert.rejects(foreign, { name: 'NoSuchEntityException' });
});

test('what IAM would not take as a policy is refused', async () => {
  const iam = iamOf(TENANT);
  await iam.send(new CreateRoleCommand({ RoleName: 'strict', AssumeRolePolicyDocument: EC2_TRUST }));
  const put = (PolicyDocument: string) =>
    iam.send(new PutRolePolicyCommand({ RoleName: 'strict', PolicyName: 'p', PolicyDocument }));
  const malformed = { name: 'MalformedPolicyDocumentException' };
  await assert.rejects(put('{'), malformed);
  await assert.rejects(put(text({ Statement: { Effect: 'Allow', Action: 'a:b', Resource: 'nonsense' } })), malformed);
  const nobody = trusting(`arn:aws:iam::${PROVIDER}:role/nobody`);
  const trust = iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'strict', PolicyDocument: nobody }));
  await assert.rejects(trust, malformed);
  const long = allow('ec2:Describe'.padEnd(10_300, 'x'));
  await assert.rejects(put(long), { name: 'LimitExceededException' });
  const boundary = new CreateRoleCommand({
    RoleName: 'bounded',
    AssumeRolePolicyDocument: EC2_TRUST,
    PermissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
  });
  await assert.rejects(iam.send(boundary), /PermissionsBoundary/, 'not known here, so refused rather than ignored');
});

test('a role that was deleted and made again is trusted only after its name was written again', async () => {
  const [provider, tenant] = [iamOf(PROVIDER), iamOf(TENANT)];
  const hub = new CreateRoleCommand({ RoleName: 'hub', AssumeRolePolicyDocument: EC2_TRUST });
  const allowAssume = new PutRolePolicyCommand({
    RoleName: 'hub',
    PolicyName: 'p',
    PolicyDocument: allow('sts:AssumeRole'),
  });
  const hubArn = (await provider.send(hub)).Role?.Arn ?? '';
  await provider.send(allowAssume);
  const PolicyDocument = trusting(hubArn);
  const { Role } = await tenant.send(
    new CreateRoleCommand({ RoleName: 'backup', AssumeRolePolicyDocument: PolicyDocument }),
  );
  const assume = async () => {
    const issued = t.cloud.admin.credentialsForRole(hubArn, 'job');
    const credentials = {
      accessKeyId: issued.AccessKeyId,
      secretAccessKey: issued.SecretAccessKey,
      sessionToken: issued.SessionToken,
    };
    const sts = keep(new STSClient(config(credentials)));
    return sts.send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'job' }));
  };
  await assume();
  await provider.send(new DeleteRolePolicyCommand({ RoleName: 'hub', PolicyName: 'p' }));
  await provider.send(new DeleteRoleCommand({ RoleName: 'hub' }));
  await provider.send(hub);
  await provider.send(allowAssume);
  await assert.rejects(assume(), { name: 'AccessDenied' });
  await tenant.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'backup', PolicyDocument }));
  await assume();
});

test('a profile holds one role, which an instance gets and whoever launches it must be allowed to pass', async () => {
  const iam = iamOf(TENANT);
  await iam.send(new CreateRoleCommand({ RoleName: 'node', AssumeRolePolicyDocument: EC2_TRUST }));
  const InstanceProfileName = 'nodes';
  const made = await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
  assert.match(made.InstanceProfile?.InstanceProfileId ?? '', /^AIPA/);
  const Name = InstanceProfileName;
  const empty = newInstance(t, { IamInstanceProfile: { Name } });
  await assert.rejects(empty, { name: 'InvalidParameterValue', message: /no associated IAM Roles/ });
  const add = new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: 'node' });
  await iam.send(add);
  await assert.rejects(iam.send(add), { name: 'LimitExceededException' });
  const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
  assert.deepEqual(
    InstanceProfile?.Roles?.map(({ RoleName }) => RoleName),
    ['node'],
  );

  const run: PolicyStatement = { Effect: 'Allow', Action: 'ec2:RunInstances', Resource: '*' };
  const pass = (role: string): PolicyStatement => ({
    Effect: 'Allow',
    Action: 'iam:PassRole',
    Resource: `arn:aws:iam::${TENANT}:role/${role}`,
  });
  const launch = (...statements: PolicyStatement[]) => {
    keyOf(TENANT, ...statements);
    const principal = t.cloud.admin.principalForUser(`arn:aws:iam::${TENANT}:user/user-${users}`);
    return t.cloud.kernel.call(principal, 'eu-central-1', 'ec2', 'RunInstances', {
      ImageId: SEED_IMAGES.linux,
      InstanceType: 't3.micro',
      MinCount: '1',
      MaxCount: '1',
      IamInstanceProfile: { Name },
    });
  };
  await assert.rejects(launch(run, pass('nodes')), { name: 'UnauthorizedOperation' }, 'the role, not the profile');
  await launch(run, pass('node'));

  await assert.rejects(iam.send(new DeleteRoleCommand({ RoleName: 'node' })), { name: 'DeleteConflictException' });
  const drop = new DeleteInstanceProfileCommand({ InstanceProfileName });
  await assert.rejects(iam.send(drop), { name: 'DeleteConflictException' });
  await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName: 'node' }));
  await iam.send(drop);
  await iam.send(new DeleteRoleCommand({ RoleName: 'node' }));
  const read = iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
  await assert.rejects(read, { name: 'NoSuchEntityException' });
});

test('making roles is a permission of its own, by name, tag and passing', async () => {
  const denied = { name: 'AccessDenied' };
  const named = (prefix: string): string => `arn:aws:iam::${TENANT}:role/${prefix}*`;
  const create: PolicyStatement = {
    Effect: 'Allow',
    Action: ['iam:CreateRole', 'iam:TagRole'],
    Resource: named('holdfast-'),
    Condition: { StringEquals: { 'aws:RequestTag/holdfast': 'yes' } },
  };
  const role = (RoleName: string, Value = 'yes') =>
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: EC2_TRUST,
      Tags: [{ Key: 'holdfast', Value }],
    });
  await assert.rejects(as(create).send(role('other')), denied);
  await assert.rejects(as(create).send(role('holdfast-a', 'no')), denied);
  await assert.rejects(
    as({ ...create, Action: 'iam:CreateRole' }).send(role('holdfast-a')),
    denied,
    'tagging is apart',
  );
  await as(create).send(role('holdfast-a'));
  const remove: PolicyStatement = {
    Effect: 'Allow',
    Action: 'iam:DeleteRole',
    Resource: '*',
    Condition: { StringEquals: { 'iam:ResourceTag/holdfast': 'yes' } },
  };
  await iamOf(TENANT).send(new CreateRoleCommand({ RoleName: 'untagged', AssumeRolePolicyDocument: EC2_TRUST }));
  await assert.rejects(as(remove).send(new DeleteRoleCommand({ RoleName: 'untagged' })), denied);
  const profile = 'holdfast-p';
  await iamOf(TENANT).send(new CreateInstanceProfileCommand({ InstanceProfileName: profile }));
  const add: PolicyStatement = { Effect: 'Allow', Action: 'iam:AddRoleToInstanceProfile', Resource: '*' };
  const pass: PolicyStatement = { Effect: 'Allow', Action: 'iam:PassRole', Resource: named('holdfast-') };
  const give = new AddRoleToInstanceProfileCommand({ InstanceProfileName: profile, RoleName: 'holdfast-a' });
  await assert.rejects(as(add).send(give), denied);
  await as(add, pass).send(give);
  await iamOf(TENANT).send(
    new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: profile, RoleName: 'holdfast-a' }),
  );
  await as(remove).send(new DeleteRoleCommand({ RoleName: 'holdfast-a' }));
});

test('roles and profiles outlive a stop', async () => {
  const before = iamOf(TENANT);
  await before.send(new CreateRoleCommand({ RoleName: 'stays', AssumeRolePolicyDocument: EC2_TRUST }));
  await before.send(new CreateInstanceProfileCommand({ InstanceProfileName: 'stays' }));
  await before.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: 'stays', RoleName: 'stays' }));
  const { Role } = await before.send(new GetRoleCommand({ RoleName: 'stays' }));
  await t.restart();
  const { InstanceProfile } = await iamOf(TENANT).send(new GetInstanceProfileCommand({ InstanceProfileName: 'stays' }));
  assert.deepEqual(InstanceProfile?.Roles?.[0], Role);
});
