import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { VirtualClock } from '../../local/kernel/clock.ts';
import { allow, clientConfig, dataFolder, freshCloud, TENANT_A, TENANT_B, userKeys } from './fresh-cloud.ts';

const client = (
  cloud: Awaited<ReturnType<typeof freshCloud>>,
  account = TENANT_A,
  actions = 'secretsmanager:*',
): SecretsManagerClient =>
  new SecretsManagerClient(
    clientConfig(cloud, userKeys(cloud, account, `u-${actions.replaceAll(/\W/g, '')}`, allow(actions))),
  );

test('a secret is found by name, ARN and short ARN, by its own account only', async (t) => {
  const cloud = await freshCloud(t);
  const secrets = client(cloud);
  const { ARN, VersionId } = await secrets.send(new CreateSecretCommand({ Name: 'tenants/a', SecretString: 'v1' }));
  assert.match(ARN ?? '', /:secret:tenants\/a-[A-Za-z0-9]{6}$/);
  for (const SecretId of ['tenants/a', ARN, ARN?.slice(0, -7)]) {
    const got = await secrets.send(new GetSecretValueCommand({ SecretId }));
    assert.equal(got.SecretString, 'v1');
    assert.equal(got.VersionId, VersionId);
  }
  const other = client(cloud, TENANT_B);
  await assert.rejects(other.send(new GetSecretValueCommand({ SecretId: 'tenants/a' })), {
    name: 'ResourceNotFoundException',
  });
  await assert.rejects(other.send(new GetSecretValueCommand({ SecretId: ARN })), { name: 'AccessDeniedException' });
});

test('versions: the newest is current, the one before is previous, and the same token twice is one version', async (t) => {
  const cloud = await freshCloud(t);
  const secrets = client(cloud);
  const SecretId = 's';
  await secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'v1' }));
  const ClientRequestToken = randomUUID();
  const put = { SecretId, SecretString: 'v2', ClientRequestToken };
  await secrets.send(new PutSecretValueCommand(put));
  await secrets.send(new PutSecretValueCommand(put));
  await assert.rejects(secrets.send(new PutSecretValueCommand({ ...put, SecretString: 'v3' })), {
    name: 'ResourceExistsException',
  });
  assert.equal((await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString, 'v2');
  assert.equal(
    (await secrets.send(new GetSecretValueCommand({ SecretId, VersionStage: 'AWSPREVIOUS' }))).SecretString,
    'v1',
  );
  await secrets.send(new UpdateSecretCommand({ SecretId, SecretBinary: Buffer.from([1, 2, 3]), Description: 'bytes' }));
  const got = await secrets.send(new GetSecretValueCommand({ SecretId }));
  assert.deepEqual(Buffer.from(got.SecretBinary ?? []), Buffer.from([1, 2, 3]));
  const { VersionIdsToStages, Description } = await secrets.send(new DescribeSecretCommand({ SecretId }));
  assert.deepEqual(
    Object.values(VersionIdsToStages ?? {})
      .flat()
      .sort(),
    ['AWSCURRENT', 'AWSPREVIOUS'],
  );
  assert.equal(Description, 'bytes');
  const create = { Name: 't', SecretString: 'x', ClientRequestToken: randomUUID() };
  const first = await secrets.send(new CreateSecretCommand(create));
  assert.deepEqual((await secrets.send(new CreateSecretCommand(create))).ARN, first.ARN);
  await assert.rejects(secrets.send(new CreateSecretCommand({ ...create, SecretString: 'y' })), {
    name: 'ResourceExistsException',
  });
});

test('a deleted secret can be restored within its window, and is gone after it, or at once by force', async (t) => {
  const clock = new VirtualClock();
  const cloud = await freshCloud(t, { clock });
  const secrets = client(cloud);
  const SecretId = 's';
  await secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'v1' }));
  await secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
  await assert.rejects(secrets.send(new GetSecretValueCommand({ SecretId })), { name: 'InvalidRequestException' });
  await assert.rejects(secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'v' })), {
    name: 'InvalidRequestException',
  });
  assert.equal((await secrets.send(new ListSecretsCommand({}))).SecretList?.length, 0);
  await secrets.send(new RestoreSecretCommand({ SecretId }));
  assert.equal((await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString, 'v1');
  await secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
  await clock.advance(7 * 86_400_000);
  await assert.rejects(secrets.send(new RestoreSecretCommand({ SecretId })), { name: 'ResourceNotFoundException' });
  await secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'v2' }));
  await secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
  await assert.rejects(secrets.send(new GetSecretValueCommand({ SecretId })), { name: 'ResourceNotFoundException' });
});

test('permissions follow tags and names, and lists come in pages', async (t) => {
  const cloud = await freshCloud(t);
  const secrets = client(cloud);
  for (let i = 0; i < 5; i++)
    await secrets.send(
      new CreateSecretCommand({ Name: `tenants/${i}`, SecretString: 'x', Tags: [{ Key: 'n', Value: `${i}` }] }),
    );
  await secrets.send(new TagResourceCommand({ SecretId: 'tenants/0', Tags: [{ Key: 'tenant', Value: 'a' }] }));
  const tagged = {
    Statement: {
      Effect: 'Allow' as const,
      Action: 'secretsmanager:GetSecretValue',
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/tenant': 'a' } },
    },
  };
  const limited = new SecretsManagerClient(clientConfig(cloud, userKeys(cloud, TENANT_A, 'limited', tagged)));
  await limited.send(new GetSecretValueCommand({ SecretId: 'tenants/0' }));
  await assert.rejects(limited.send(new GetSecretValueCommand({ SecretId: 'tenants/1' })), {
    name: 'AccessDeniedException',
  });
  const names: (string | undefined)[] = [];
  let NextToken: string | undefined;
  do {
    const page = await secrets.send(
      new ListSecretsCommand({ MaxResults: 2, NextToken, Filters: [{ Key: 'name', Values: ['tenants/'] }] }),
    );
    names.push(...(page.SecretList ?? []).map(({ Name }) => Name));
    NextToken = page.NextToken;
  } while (NextToken);
  assert.deepEqual(names.sort(), ['tenants/0', 'tenants/1', 'tenants/2', 'tenants/3', 'tenants/4']);
});

test("neither a secret's value nor any secret key is in the data folder or in the trail", async (t) => {
  const dataDir = dataFolder(t);
  const cloud = await freshCloud(t, { dataDir });
  const canary = `canary-${randomUUID()}`;
  const secrets = client(cloud);
  await secrets.send(new CreateSecretCommand({ Name: 's', SecretString: canary }));
  await secrets.send(new PutSecretValueCommand({ SecretId: 's', SecretString: `${canary}-2` }));
  await secrets.send(new GetSecretValueCommand({ SecretId: 's' }));
  const keys = userKeys(cloud, TENANT_A, 'ops', allow('*'));
  const session = cloud.kernel.issueCredentials(cloud.admin.rootPrincipal(TENANT_A), 900);
  const [create] = await cloud.trail.records({ eventName: 'CreateSecret' });
  assert.equal(
    (create?.requestParameters as { SecretString?: string } | undefined)?.SecretString,
    'HIDDEN_DUE_TO_SECURITY_REASONS',
  );
  await cloud.stop();
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.length >= 3);
  for (const file of files) {
    const content = readFileSync(join(file.parentPath, file.name));
    for (const secret of [
      canary,
      Buffer.from(canary).toString('base64').slice(0, 40),
      keys.secretAccessKey,
      session.SecretAccessKey,
      session.SessionToken.slice(0, 60),
    ])
      assert.equal(content.includes(secret), false, `${file.name} holds a secret`);
  }
});
