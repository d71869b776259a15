import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AssumeRoleCommand, type AssumeRoleCommandInput, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Cloud } from '../../local/cloud.ts';
import {
  allow,
  freshCloud,
  type Keys,
  keysOf,
  SERVICE,
  stsClient,
  TENANT_A,
  TENANT_B,
  trustOf,
  userKeys,
} from './fresh-cloud.ts';

const HUB = `arn:aws:iam::${SERVICE}:role/hub`;
const backupRole = (account: string): string => `arn:aws:iam::${account}:role/backup`;
const LAMBDA_TRUST = {
  Statement: { Effect: 'Allow' as const, Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
};

const putHub = (cloud: Cloud): Keys => {
  const policies = { p: allow('sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession') };
  cloud.admin.putRole({
    accountId: SERVICE,
    name: 'hub',
    trustPolicy: LAMBDA_TRUST,
    policies,
    maxSessionSeconds: 43_200,
  });
  return keysOf(cloud.admin.credentialsForRole(HUB, 'broker'));
};

const trustHub = (externalId: string) => ({
  Statement: {
    Effect: 'Allow' as const,
    Principal: { AWS: HUB },
    Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
    Condition: { StringEquals: { 'sts:ExternalId': externalId } },
  },
});

/** Two tenants, each with a role that trusts the hub role under an ExternalId of its own. */
const twoTenants = async (t: TestContext): Promise<{ cloud: Cloud; hub: Keys }> => {
  const cloud = await freshCloud(t);
  const hub = putHub(cloud);
  for (const [accountId, id] of [
    [TENANT_A, 'ext-a'],
    [TENANT_B, 'ext-b'],
  ] as const)
    cloud.admin.putRole({
      accountId,
      name: 'backup',
      trustPolicy: trustHub(id),
      maxSessionSeconds: 7200,
      policies: { p: allow('kms:*') },
    });
  return { cloud, hub };
};

const assume = (cloud: Cloud, keys: Keys, input: Partial<AssumeRoleCommandInput>) =>
  stsClient(cloud, keys).send(
    new AssumeRoleCommand({ RoleArn: backupRole(TENANT_A), RoleSessionName: 'job-1', ExternalId: 'ext-a', ...input }),
  );

test('the hub role gets into each tenant with its own ExternalId only', async (t) => {
  const { cloud, hub } = await twoTenants(t);
  for (const tenant of [TENANT_A, TENANT_B]) {
    for (const id of ['ext-a', 'ext-b', undefined]) {
      const attempt = assume(cloud, hub, { RoleArn: backupRole(tenant), ExternalId: id });
      if ((tenant === TENANT_A && id === 'ext-a') || (tenant === TENANT_B && id === 'ext-b')) {
        const { Credentials, AssumedRoleUser } = await attempt;
        assert.equal(AssumedRoleUser?.Arn, `arn:aws:sts::${tenant}:assumed-role/backup/job-1`);
        const who = await stsClient(cloud, keysOf(Credentials)).send(new GetCallerIdentityCommand({}));
        assert.equal(who.Account, tenant);
        assert.equal(who.Arn, AssumedRoleUser?.Arn);
      } else {
        await assert.rejects(attempt, {
          name: 'AccessDenied',
          message: `User: arn:aws:sts::${SERVICE}:assumed-role/hub/broker is not authorized to perform: sts:AssumeRole on resource: ${backupRole(tenant)}`,
        });
      }
    }
  }
});

test('nobody but the hub role gets in: other roles and users of its account, other tenants, and without a permission', async (t) => {
  const { cloud, hub } = await twoTenants(t);
  cloud.admin.putRole({ accountId: SERVICE, name: 'other', trustPolicy: LAMBDA_TRUST, policies: { p: allow('*') } });
  const others = [
    keysOf(cloud.admin.credentialsForRole(`arn:aws:iam::${SERVICE}:role/other`, 'broker')),
    userKeys(cloud, SERVICE, 'admin', allow('*')),
    userKeys(cloud, TENANT_B, 'admin', allow('*')),
    userKeys(cloud, TENANT_A, 'admin', allow('*')),
    cloud.admin.rootAccessKey(SERVICE),
  ];
  for (const keys of others) await assert.rejects(assume(cloud, keys, {}), { name: 'AccessDenied' });
  await assume(cloud, hub, {});
  cloud.admin.putRole({ accountId: SERVICE, name: 'hub', trustPolicy: LAMBDA_TRUST, policies: {} });
  await assert.rejects(assume(cloud, hub, {}), { name: 'AccessDenied' });
});

test('a trust policy is pinned to the hub role: changed in place it is trusted, made again it is not', async (t) => {
  const { cloud } = await twoTenants(t);
  await assume(cloud, putHub(cloud), {});
  cloud.admin.deleteRole(SERVICE, 'hub');
  const again = putHub(cloud);
  await assert.rejects(assume(cloud, again, {}), { name: 'AccessDenied' });
  // The tenant's template applied again changes nothing, as in CloudFormation; another trust policy does.
  const tenantRole = { accountId: TENANT_A, name: 'backup' };
  cloud.admin.putRole({ ...tenantRole, trustPolicy: trustHub('ext-a') });
  await assert.rejects(assume(cloud, again, {}), { name: 'AccessDenied' });
  cloud.admin.putRole({ ...tenantRole, trustPolicy: trustHub('ext-2') });
  await assume(cloud, again, { ExternalId: 'ext-2' });
});

test('a trust policy that names a role that does not exist is refused', async (t) => {
  const cloud = await freshCloud(t);
  const trustPolicy = trustOf(`arn:aws:iam::${SERVICE}:role/nobody`);
  assert.throws(() => cloud.admin.putRole({ accountId: TENANT_A, name: 'backup', trustPolicy }), {
    code: 'MalformedPolicyDocument',
    message: /Invalid principal in policy/,
  });
});

test('a chained session lasts an hour at most, a first one as long as its role allows', async (t) => {
  const { cloud, hub } = await twoTenants(t);
  await assume(cloud, hub, { DurationSeconds: 3600 });
  await assert.rejects(assume(cloud, hub, { DurationSeconds: 3601 }), {
    name: 'ValidationError',
    message: /role chaining/,
  });
  await assert.rejects(assume(cloud, hub, { DurationSeconds: 899 }), {
    name: 'ValidationError',
    message: /DurationSeconds/,
  });

  const user = userKeys(cloud, TENANT_A, 'ops', allow('sts:AssumeRole'));
  const trustPolicy = trustOf(`arn:aws:iam::${TENANT_A}:user/ops`);
  cloud.admin.putRole({ accountId: TENANT_A, name: 'long', trustPolicy, maxSessionSeconds: 7200 });
  const RoleArn = `arn:aws:iam::${TENANT_A}:role/long`;
  const before = Date.now();
  const { Credentials } = await assume(cloud, user, { RoleArn, DurationSeconds: 7200 });
  const seconds = ((Credentials?.Expiration?.getTime() ?? 0) - before) / 1000;
  assert.ok(seconds > 7190 && seconds <= 7201, `${seconds}`);
  await assert.rejects(assume(cloud, user, { RoleArn, DurationSeconds: 7201 }), {
    name: 'ValidationError',
    message: /MaxSessionDuration/,
  });
});

test('a source identity needs a permission on both sides, and stays through further roles', async (t) => {
  const { cloud, hub } = await twoTenants(t);
  const { SourceIdentity, Credentials } = await assume(cloud, hub, { SourceIdentity: 'job-1' });
  assert.equal(SourceIdentity, 'job-1');

  const tenantRole = { accountId: TENANT_A, name: 'backup', trustPolicy: trustHub('ext-a') };
  cloud.admin.putRole({ ...tenantRole, policies: { p: allow('sts:*') } });
  const trustPolicy = {
    Statement: { ...trustOf(backupRole(TENANT_A)).Statement, Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'] },
  };
  cloud.admin.putRole({ accountId: TENANT_A, name: 'second', trustPolicy });
  const second = { RoleArn: `arn:aws:iam::${TENANT_A}:role/second` };
  const chained = await assume(cloud, keysOf(Credentials), second);
  assert.equal(chained.SourceIdentity, 'job-1');
  await assert.rejects(assume(cloud, keysOf(Credentials), { ...second, SourceIdentity: 'job-2' }), {
    name: 'AccessDenied',
  });

  cloud.admin.putRole({ accountId: TENANT_A, name: 'second', trustPolicy: trustOf(backupRole(TENANT_A)) });
  await assert.rejects(assume(cloud, keysOf(Credentials), second), {
    name: 'AccessDenied',
    message: /sts:SetSourceIdentity/,
  });
  cloud.admin.putRole({
    accountId: SERVICE,
    name: 'hub',
    trustPolicy: LAMBDA_TRUST,
    policies: { p: allow('sts:AssumeRole') },
  });
  await assume(cloud, hub, {});
  await assert.rejects(assume(cloud, hub, { SourceIdentity: 'job-1' }), {
    name: 'AccessDenied',
    message: /sts:SetSourceIdentity/,
  });
});

test('session tags need sts:TagSession, are seen by policies, and go on only if transitive', async (t) => {
  const { cloud, hub } = await twoTenants(t);
  const Tags = [
    { Key: 'job', Value: 'job-1' },
    { Key: 'tenant', Value: 'a' },
  ];
  const { Credentials } = await assume(cloud, hub, { Tags, TransitiveTagKeys: ['tenant'] });
  const whoHasTag = (key: string, value: string) => ({
    Statement: {
      ...trustOf(backupRole(TENANT_A)).Statement,
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: { StringEquals: { [`aws:PrincipalTag/${key}`]: value } },
    },
  });
  cloud.admin.putRole({
    accountId: TENANT_A,
    name: 'backup',
    trustPolicy: trustHub('ext-a'),
    policies: { p: allow('sts:*') },
  });
  const second = { RoleArn: `arn:aws:iam::${TENANT_A}:role/second` };
  const putSecond = (trustPolicy: ReturnType<typeof whoHasTag>) =>
    cloud.admin.putRole({ accountId: TENANT_A, name: 'second', trustPolicy, policies: { p: allow('sts:*') } });
  putSecond(whoHasTag('job', 'job-2'));
  await assert.rejects(assume(cloud, keysOf(Credentials), second), { name: 'AccessDenied' });
  putSecond(whoHasTag('job', 'job-1'));
  const chained = await assume(cloud, keysOf(Credentials), second);
  await assert.rejects(assume(cloud, keysOf(Credentials), { ...second, Tags: [{ Key: 'Tenant', Value: 'b' }] }), {
    name: 'InvalidParameterValue',
    message: /transitive/,
  });
  const third = (key: string, value: string) => {
    const base = whoHasTag(key, value).Statement;
    const trustPolicy = { Statement: { ...base, Principal: { AWS: `arn:aws:iam::${TENANT_A}:role/second` } } };
    cloud.admin.putRole({ accountId: TENANT_A, name: 'third', trustPolicy });
    return assume(cloud, keysOf(chained.Credentials), { RoleArn: `arn:aws:iam::${TENANT_A}:role/third` });
  };
  await third('tenant', 'a');
  await assert.rejects(third('job', 'job-1'), { name: 'AccessDenied' });

  cloud.admin.putRole({
    accountId: TENANT_A,
    name: 'backup',
    trustPolicy: { Statement: { ...trustHub('ext-a').Statement, Action: 'sts:AssumeRole' } },
  });
  await assert.rejects(assume(cloud, hub, { Tags }), { name: 'AccessDenied', message: /sts:TagSession/ });
});
