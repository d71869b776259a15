import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateKeyCommand, DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { fromHttp } from '@aws-sdk/credential-providers';
import { startCloud } from '../../local/cloud.ts';
import { createSts } from '../../local/sts/service.ts';
import {
  allow,
  clientConfig,
  dataFolder,
  freshCloud,
  keysOf,
  stsClient,
  TENANT_A,
  trustOf,
  userKeys,
} from './fresh-cloud.ts';

test('keys, sessions, roles, KMS keys and secrets are there after a stop and start', async (t) => {
  const dataDir = dataFolder(t);
  const first = await freshCloud(t, { dataDir });
  const ops = userKeys(first, TENANT_A, 'ops', allow('*'));
  const { arn } = first.admin.putRole({
    accountId: TENANT_A,
    name: 'r',
    trustPolicy: trustOf(TENANT_A),
    policies: { p: allow('kms:*') },
  });
  const { Credentials } = await stsClient(first, ops).send(
    new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'one' }),
  );
  const session = keysOf(Credentials);
  const kms = new KMSClient(clientConfig(first, session));
  const KeyId = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn;
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }));
  await new SecretsManagerClient(clientConfig(first, ops)).send(
    new CreateSecretCommand({ Name: 's', SecretString: 'v' }),
  );
  const { roleId } = first.admin.role(arn) ?? {};
  await first.stop();

  const second = await freshCloud(t, { dataDir });
  assert.equal(
    (await stsClient(second, ops).send(new GetCallerIdentityCommand({}))).Arn,
    `arn:aws:iam::${TENANT_A}:user/ops`,
  );
  const { Plaintext } = await new KMSClient(clientConfig(second, session)).send(new DecryptCommand({ CiphertextBlob }));
  assert.equal(Buffer.from(Plaintext ?? []).toString(), 'x');
  const { SecretString } = await new SecretsManagerClient(clientConfig(second, ops)).send(
    new GetSecretValueCommand({ SecretId: 's' }),
  );
  assert.equal(SecretString, 'v');
  assert.equal(second.admin.role(arn)?.roleId, roleId);
  assert.deepEqual(
    second.admin.accounts().map(({ name }) => name),
    ['provider', 'tenant a', 'tenant b'],
  );
});

test("a process gets its role's credentials from a URL with a token, also after a restart", async (t) => {
  const dataDir = dataFolder(t);
  const first = await freshCloud(t, { dataDir });
  const trustPolicy = {
    Statement: { Effect: 'Allow' as const, Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
  };
  const { arn } = first.admin.putRole({ accountId: TENANT_A, name: 'node', trustPolicy });
  const vended = first.admin.vendCredentials(arn, 'i-1');
  const provide = (uri: string, token: string) =>
    fromHttp({ awsContainerCredentialsFullUri: uri, awsContainerAuthorizationToken: token, maxRetries: 0 })();
  const credentials = await provide(vended.uri, vended.token);
  const who = await stsClient(first, credentials as never).send(new GetCallerIdentityCommand({}));
  assert.equal(who.Arn, `arn:aws:sts::${TENANT_A}:assumed-role/node/i-1`);
  assert.ok((credentials.expiration?.getTime() ?? 0) > Date.now() + 3_600_000);
  await assert.rejects(provide(vended.uri, 'wrong'));

  first.admin.putRole({ accountId: TENANT_A, name: 'node', trustPolicy: trustOf(TENANT_A) });
  await assert.rejects(provide(vended.uri, vended.token), 'the role must trust EC2');
  first.admin.putRole({ accountId: TENANT_A, name: 'node', trustPolicy });
  await first.stop();
  const second = await freshCloud(t, { dataDir, port: first.port });
  assert.deepEqual(second.admin.vendCredentials(arn, 'i-1'), vended);
  await provide(vended.uri, vended.token);
});

test('a seeded cloud gives the same ids from run to run, and new ones after a stop and start', async (t) => {
  const ids = async (dataDir: string): Promise<string> => {
    const cloud = await startCloud({ dataDir, seed: 's', services: [createSts] });
    const id = cloud.kernel.randomHex(20);
    await cloud.stop();
    return id;
  };
  const [a, b] = [dataFolder(t), dataFolder(t)];
  const first = await ids(a);
  assert.match(first, /^[0-9a-f]{40}$/);
  assert.equal(await ids(b), first);
  assert.notEqual(await ids(a), first);
});

test('an event reaches every listener, whatever one of them does, and none that has stopped to listen', async (t) => {
  const cloud = await freshCloud(t);
  t.mock.method(console, 'error', () => undefined);
  const heard: string[] = [];
  const event = { source: 's', account: TENANT_A, region: 'r', time: 't', resources: [], detail: {} };
  const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
  cloud.kernel.onEvent(() => {
    throw new Error('a bug');
  });
  const stop = cloud.kernel.onEvent((it) => void heard.push(it['detail-type']));
  cloud.kernel.emit({ ...event, 'detail-type': 'one' });
  assert.deepEqual(heard, [], 'not within the call that emits');
  await settled();
  stop();
  cloud.kernel.emit({ ...event, 'detail-type': 'two' });
  await settled();
  assert.deepEqual(heard, ['one']);
});

test('a cloud whose service cannot start leaves nothing running', async (t) => {
  const dataDir = dataFolder(t);
  const broken = { name: 'x', protocol: 'aws-json', eventSource: 'x.amazonaws.com', operations: [] } as const;
  let port = 0;
  const services = [
    (kernel: { readonly endpoint: string }) => ({
      ...broken,
      start() {
        port = Number(new URL(kernel.endpoint).port);
        throw new Error('cannot');
      },
    }),
  ];
  await assert.rejects(startCloud({ dataDir, services }), /cannot/);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/_local/health`));
  await (await startCloud({ dataDir, services: [createSts], port })).stop();
});
