import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateKeyCommand, KMSClient, ListAliasesCommand } from '@aws-sdk/client-kms';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetFederationTokenCommand } from '@aws-sdk/client-sts';
import { allow, clientConfig, freshCloud, keysOf, stsClient, TENANT_A, trustOf, userKeys } from './fresh-cloud.ts';

const asText = (policy: unknown): string => JSON.stringify({ Version: '2012-10-17', ...(policy as object) });

test('a session policy allows nothing that the role does not, and the role nothing that the session policy does not', async (t) => {
  const cloud = await freshCloud(t);
  const ops = userKeys(cloud, TENANT_A, 'ops', allow('sts:AssumeRole'));
  const trustPolicy = trustOf(`arn:aws:iam::${TENANT_A}:user/ops`);
  const { arn } = cloud.admin.putRole({
    accountId: TENANT_A,
    name: 'r',
    trustPolicy,
    policies: { p: allow('kms:ListAliases', 'kms:CreateKey') },
  });
  const { Credentials, PackedPolicySize } = await stsClient(cloud, ops).send(
    new AssumeRoleCommand({
      RoleArn: arn,
      RoleSessionName: 'one',
      Policy: asText(allow('kms:ListAliases', 'secretsmanager:*')),
    }),
  );
  assert.ok((PackedPolicySize ?? 0) > 0 && (PackedPolicySize ?? 0) < 100);
  const config = clientConfig(cloud, keysOf(Credentials));
  await new KMSClient(config).send(new ListAliasesCommand({}));
  await assert.rejects(new KMSClient(config).send(new CreateKeyCommand({})), {
    name: 'AccessDeniedException',
    message: `User: arn:aws:sts::${TENANT_A}:assumed-role/r/one is not authorized to perform: kms:CreateKey on resource: * because no session policy allows the kms:CreateKey action`,
  });
  await assert.rejects(
    new SecretsManagerClient(config).send(new CreateSecretCommand({ Name: 'x', SecretString: 'y' })),
    {
      name: 'AccessDeniedException',
      message: /because no identity-based policy allows the secretsmanager:CreateSecret action$/,
    },
  );
});

test('a session policy of 2,048 characters is taken, of 2,049 not, and not what is no policy', async (t) => {
  const cloud = await freshCloud(t);
  const ops = userKeys(cloud, TENANT_A, 'ops', allow('sts:AssumeRole'));
  const trustPolicy = trustOf(`arn:aws:iam::${TENANT_A}:user/ops`);
  const { arn } = cloud.admin.putRole({ accountId: TENANT_A, name: 'r', trustPolicy });
  const ofLength = (length: number): string => {
    const short = asText({ Statement: { Sid: '', Effect: 'Allow', Action: '*', Resource: '*' } });
    return short.replace('"Sid":""', `"Sid":"${'s'.repeat(length - short.length)}"`);
  };
  const assume = (Policy: string) =>
    stsClient(cloud, ops).send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'one', Policy }));
  assert.equal(ofLength(2048).length, 2048);
  await assume(ofLength(2048));
  await assert.rejects(assume(ofLength(2049)), { name: 'ValidationError', message: /2048/ });
  await assert.rejects(assume('{'), { name: 'MalformedPolicyDocumentException' });
  await assert.rejects(assume(asText({ Statement: { Effect: 'Permit', Action: '*', Resource: '*' } })), {
    name: 'MalformedPolicyDocumentException',
  });
});

test('a federation token allows what its user and its policy both allow, and no IAM or STS', async (t) => {
  const cloud = await freshCloud(t);
  const ops = userKeys(cloud, TENANT_A, 'ops', allow('sts:*', 'kms:*', 'secretsmanager:*'));
  await new SecretsManagerClient(clientConfig(cloud, ops)).send(
    new CreateSecretCommand({ Name: 's', SecretString: 'v' }),
  );
  const { Credentials, FederatedUser } = await stsClient(cloud, ops).send(
    new GetFederationTokenCommand({ Name: 'job-1', Policy: asText(allow('kms:ListAliases', 'sts:*', 'ec2:*')) }),
  );
  assert.equal(FederatedUser?.Arn, `arn:aws:sts::${TENANT_A}:federated-user/job-1`);
  const keys = keysOf(Credentials);
  const config = clientConfig(cloud, keys);
  await new KMSClient(config).send(new ListAliasesCommand({}));
  await assert.rejects(new KMSClient(config).send(new CreateKeyCommand({})), { name: 'AccessDeniedException' });
  await assert.rejects(new SecretsManagerClient(config).send(new GetSecretValueCommand({ SecretId: 's' })), {
    name: 'AccessDeniedException',
  });

  const who = await stsClient(cloud, keys).send(new GetCallerIdentityCommand({}));
  assert.equal(who.Arn, FederatedUser?.Arn);
  const trustPolicy = trustOf(TENANT_A);
  const { arn } = cloud.admin.putRole({ accountId: TENANT_A, name: 'r', trustPolicy });
  await assert.rejects(stsClient(cloud, keys).send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'one' })), {
    name: 'AccessDenied',
  });
  await assert.rejects(stsClient(cloud, keys).send(new GetFederationTokenCommand({ Name: 'job-2' })), {
    name: 'AccessDenied',
  });

  const without = await stsClient(cloud, ops).send(new GetFederationTokenCommand({ Name: 'job-2' }));
  await assert.rejects(
    new KMSClient(clientConfig(cloud, keysOf(without.Credentials))).send(new ListAliasesCommand({})),
    { name: 'AccessDeniedException' },
  );
});

test('a role session cannot call GetFederationToken', async (t) => {
  const cloud = await freshCloud(t);
  const { arn } = cloud.admin.putRole({
    accountId: TENANT_A,
    name: 'r',
    trustPolicy: trustOf(TENANT_A),
    policies: { p: allow('*') },
  });
  const keys = keysOf(cloud.admin.credentialsForRole(arn, 'one'));
  await assert.rejects(stsClient(cloud, keys).send(new GetFederationTokenCommand({ Name: 'job-1' })), {
    name: 'AccessDenied',
  });
});
