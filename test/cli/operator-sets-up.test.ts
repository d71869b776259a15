import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acme, KEYS, PROVIDER, service } from '../api/world-records.ts';
import { startApiServer } from './api-server.ts';
import { cliAgainst, runCli } from './run-cli.ts';

const NEW = '333333333333';

test('an operator makes a recovery key, adds a provider and a tenant, and binds them', async (t) => {
  const api = await startApiServer(t);
  const holdfast = cliAgainst(api, PROVIDER);

  const key = JSON.parse((await runCli(['recovery-key', 'create', '--json'])).out);
  assert.match(key.privateKey, /^hfrec1-/);
  const added = await holdfast([
    ...['hypervisor', 'add', 'service', '--name', 'second', '--account', PROVIDER, '--auth', 'iam-role', '--json'],
    ...['--recovery-public-key', key.publicKey],
  ]);
  assert.equal(added.code, 0, added.err);
  const subnets = await holdfast([
    ...['hypervisor', 'add', 'service', '--name', 'third', '--account', PROVIDER, '--auth', 'iam-role', '--json'],
    ...['--node-subnets', 'subnet-0123456789abcdef0,default', '--recovery-public-key', key.publicKey],
  ]);
  assert.equal(subnets.code, 2, subnets.err);
  assert.match(subnets.err, /subnet id/);
  assert.match(subnets.err, /--node-subnets/);
  const provider = JSON.parse(added.out);
  assert.equal(provider.region, 'eu-central-1');

  const tenant = await holdfast([
    ...['hypervisor', 'add', 'tenant', '--name', 'shop', '--account', NEW, '--auth', 'assume-role'],
    ...['--role-arn', `arn:aws:iam::${NEW}:role/holdfast`, '--external-id', 'ext-1'],
  ]);
  assert.equal(tenant.code, 0, tenant.err);
  assert.match(tenant.out, /Added the tenant hypervisor shop\./);
  assert.match(tenant.out, /Bound to +nothing yet/);
  const tenantId = /Next: holdfast hypervisor bind (hv-\S+)/.exec(tenant.out)?.[1] ?? '';

  const bound = await holdfast(['hypervisor', 'bind', tenantId, '--to', provider.hypervisorId]);
  assert.match(bound.out, new RegExp(`Bound shop \\(${NEW}\\) to ${provider.hypervisorId}`));
  const list = await holdfast(['hypervisor', 'list']);
  const row = list.out.split('\n').find((line) => line.startsWith(tenantId));
  assert.match(row ?? '', new RegExp(`tenant +shop +${NEW} +eu-central-1 +${provider.hypervisorId}$`));
  const shown = await holdfast(['hypervisor', 'show', service.hypervisorId]);
  assert.match(shown.out, /Library +s3:\/\/vault-bucket\/vault-prefix/);
});

test('a mistyped or a private recovery key is not sent', async (t) => {
  const api = await startApiServer(t);
  const { privateKey, publicKey } = JSON.parse((await runCli(['recovery-key', 'create', '--json'])).out);
  const add = (key: string) =>
    cliAgainst(
      api,
      PROVIDER,
    )([
      ...['hypervisor', 'add', 'service', '--name', 'x', '--account', PROVIDER, '--auth', 'iam-role'],
      ...['--recovery-public-key', key],
    ]);
  const mistyped = await add(publicKey.replace(/.$/, (last: string) => (last === 'A' ? 'B' : 'A')));
  assert.equal(mistyped.code, 2);
  assert.match(mistyped.err, /a character is mistyped[\s\S]*--recovery-public-key/);
  assert.equal((await add(privateKey)).code, 2);
  assert.deepEqual(api.seen, []);
});

test('a secret access key comes from standard input or the environment, and is shown nowhere', async (t) => {
  const api = await startApiServer(t);
  const [[accessKeyId = '', { accountId, secret }] = ['', { accountId: '', secret: '' }]] = Object.entries(KEYS);
  api.world.records.hypervisors.delete(acme.hypervisorId);
  const holdfast = cliAgainst(api, PROVIDER);
  const args = [
    ...['hypervisor', 'add', 'tenant', '--name', 'acme', '--account', accountId],
    ...['--auth', 'access-key', '--access-key-id', accessKeyId],
  ];
  const missing = await holdfast(args);
  assert.equal(missing.code, 2);
  assert.match(missing.err, /secret access key is missing[\s\S]*--secret-access-key-stdin/);

  const wrong = await holdfast(args, { env: { HOLDFAST_SECRET_ACCESS_KEY: 'wrong-canary-00000000' } });
  assert.equal(wrong.code, 3);
  assert.match(wrong.err, /CredentialsRejected/);
  const right = await holdfast([...args, '--secret-access-key-stdin'], { input: `${secret}\n` });
  assert.equal(right.code, 0, right.err);
  assert.deepEqual(
    [...api.world.secretStore.values()].map((value) => JSON.parse(value)),
    [{ accessKeyId, secretAccessKey: secret }],
  );
  assert.doesNotMatch(wrong.out + wrong.err + right.out + right.err, /canary/);
});

test('A2: an IAM role for a tenant is refused before anything is sent, naming what is allowed', async (t) => {
  const api = await startApiServer(t);
  const { code, err } = await cliAgainst(
    api,
    PROVIDER,
  )([...['hypervisor', 'add', 'tenant', '--name', 'shop', '--account', NEW, '--auth', 'iam-role']]);
  assert.equal(code, 2);
  assert.match(err, /assume-role or access-key/);
  assert.match(err, /Field: +--auth/);
  assert.deepEqual(api.seen, []);
});
