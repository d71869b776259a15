import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, PROVIDER, RECOVERY_KEY } from './world-records.ts';

const NEW = '333333333333';
const tenantBody = (accountId: string, change: object = {}) => ({
  kind: 'tenant',
  name: 'shop',
  accountId,
  region: 'eu-west-1',
  auth: { method: 'assume-role', roleArn: `arn:aws:iam::${accountId}:role/holdfast`, externalId: 'ext-1' },
  ...change,
});
const serviceBody = (change: object = {}) => ({
  kind: 'service',
  name: 'second vault',
  accountId: PROVIDER,
  region: 'eu-west-1',
  auth: { method: 'iam-role' },
  accessNodes: 'manual',
  recoveryPublicKey: RECOVERY_KEY,
  ...change,
});

test('a tenant hypervisor is added with a role that belongs to the named account', async () => {
  const world = createWorld();
  const answer = await callAs(world, PROVIDER)('POST', '/operator/hypervisors', { body: tenantBody(NEW) });
  assert.equal(answer.status, 201);
  assert.match(answer.body.hypervisorId, /^hv-/);
  assert.equal(answer.body.roleArn, `arn:aws:iam::${NEW}:role/holdfast`);
  assert.equal(answer.body.boundTo, undefined);
  assert.equal(world.records.hypervisors.get(answer.body.hypervisorId)?.accountId, NEW);
});

test('A2: an IAM role is refused for a tenant, naming the two methods that are allowed', async () => {
  const world = createWorld();
  const body = tenantBody(NEW, { auth: { method: 'iam-role' } });
  const { status, body: problem } = await callAs(world, PROVIDER)('POST', '/operator/hypervisors', { body });
  assert.equal(status, 400);
  assert.equal(problem.code, 'InvalidRequest');
  assert.equal(problem.field, 'auth.method');
  assert.match(problem.detail, /assume-role or access-key/);
  assert.equal(world.records.hypervisors.size, 3);
});

test('credentials of another account are refused, and nothing is kept', async () => {
  const world = createWorld();
  const body = tenantBody(NEW, {
    auth: { method: 'assume-role', roleArn: `arn:aws:iam::${ACME}:role/holdfast`, externalId: 'ext-1' },
  });
  const { status, body: problem } = await callAs(world, PROVIDER)('POST', '/operator/hypervisors', { body });
  assert.deepEqual([status, problem.code, problem.field], [422, 'CredentialsRejected', 'accountId']);
  assert.match(problem.detail, new RegExp(`${ACME}.*${NEW}`));
  assert.equal(world.records.hypervisors.size, 3);
});

test('a role that cannot be assumed is refused, naming the field', async () => {
  const auth = { method: 'assume-role', roleArn: `arn:aws:iam::${NEW}:role/closed` };
  const call = callAs(createWorld(), PROVIDER);
  const { body } = await call('POST', '/operator/hypervisors', { body: tenantBody(NEW, { auth }) });
  assert.deepEqual([body.status, body.code, body.field], [422, 'CredentialsRejected', 'auth']);
  assert.ok(body.remedy);
});

test('a second tenant hypervisor of an account is a conflict', async () => {
  const { body } = await callAs(createWorld(), PROVIDER)('POST', '/operator/hypervisors', { body: tenantBody(ACME) });
  assert.deepEqual([body.status, body.code, body.field], [409, 'Conflict', 'accountId']);
});

const withKey = (world: ReturnType<typeof createWorld>, secretAccessKey: string) => {
  world.records.hypervisors.clear();
  const auth = { method: 'access-key', accessKeyId: 'AKIAACMEACMEACMEACME', secretAccessKey };
  return callAs(world, PROVIDER)('POST', '/operator/hypervisors', { body: tenantBody(ACME, { auth }) });
};
const SECRET = 'acme-secret-canary-0000000000000000';

test('a secret access key goes to the secrets store, and into no record and no answer', async () => {
  const world = createWorld();
  const answer = await withKey(world, SECRET);
  assert.equal(answer.status, 201);
  assert.deepEqual(
    [...world.secretStore.values()].map((value) => JSON.parse(value)),
    [{ accessKeyId: 'AKIAACMEACMEACMEACME', secretAccessKey: SECRET }],
  );
  assert.deepEqual(
    [...world.secretStore.keys()].map((arn) => arn.split(':').at(-1)),
    [`holdfast-test-${answer.body.hypervisorId}`],
  );
  const written = JSON.stringify([...world.records.hypervisors.values(), world.calls]);
  assert.ok(!written.includes(SECRET) && !answer.text.includes(SECRET));
  assert.equal(answer.body.accessKeyId, 'AKIAACMEACMEACMEACME');
});

test('a secret is not kept when the record cannot be written', async () => {
  const world = createWorld();
  const { add } = world.deps.catalog.hypervisors;
  world.deps.catalog.hypervisors.add = async () => false; // another operator was quicker
  assert.equal((await withKey(world, SECRET)).status, 409);
  world.deps.catalog.hypervisors.add = async () => {
    throw new Error('the table is away');
  };
  assert.equal((await withKey(world, SECRET)).status, 500);
  assert.equal(world.secretStore.size, 0);
  world.deps.catalog.hypervisors.add = add;
});

test('a secret is kept when the answer to the write was lost but the record is there', async () => {
  const world = createWorld();
  const { add } = world.deps.catalog.hypervisors;
  world.deps.catalog.hypervisors.add = async (hypervisor) => {
    await add(hypervisor);
    throw new Error('connection lost');
  };
  assert.equal((await withKey(world, SECRET)).status, 201);
  assert.equal(world.secretStore.size, 1);
});

test('a wrong secret is refused and never repeated', async () => {
  const world = createWorld();
  const answer = await withKey(world, 'not-the-secret-canary-11111111111111');
  assert.equal(answer.body.code, 'CredentialsRejected');
  assert.ok(!answer.text.includes('canary'));
  assert.equal(world.secretStore.size, 0);
});

test('a service hypervisor gets two queues and a library of its own in the default bucket', async () => {
  const world = createWorld();
  const call = callAs(world, PROVIDER);
  const first = (await call('POST', '/operator/hypervisors', { body: serviceBody() })).body;
  const second = (await call('POST', '/operator/hypervisors', { body: serviceBody() })).body;
  assert.deepEqual(world.calls.queues.slice(0, 2), [
    `holdfast-test-${first.hypervisorId}-restores`,
    `holdfast-test-${first.hypervisorId}-work`,
  ]);
  assert.equal(first.library, `s3://default-bucket/${first.hypervisorId}`);
  assert.notEqual(first.library, second.library);
  assert.notEqual(first.libraryId, second.libraryId);
  assert.match(first.queues.work, /-work$/);
  assert.equal(first.accessNodes, 'manual');
});

test('a named bucket loses stray slashes; a folder is taken as it is', async () => {
  const call = callAs(createWorld(), PROVIDER);
  const add = async (library: object) =>
    (await call('POST', '/operator/hypervisors', { body: serviceBody({ library }) })).body.library;
  const own = {
    roleArn: `arn:aws:iam::${PROVIDER}:role/holdfast-library-mine`,
    kmsKeyArn: `arn:aws:kms:eu-central-1:${PROVIDER}:key/mine`,
  };
  assert.equal(await add({ kind: 's3', bucket: 'mine', prefix: '/a/b/', ...own }), 's3://mine/a/b');
  assert.equal(await add({ kind: 's3', bucket: 'mine-too', ...own }), 's3://mine-too');
  assert.equal(await add({ kind: 'disk', path: '/srv/library' }), '/srv/library');
});

test('an iam-role service hypervisor of an account that is not the deployment’s is refused', async () => {
  const call = callAs(createWorld(), PROVIDER);
  const { body } = await call('POST', '/operator/hypervisors', { body: serviceBody({ accountId: NEW }) });
  assert.deepEqual([body.code, body.field], ['CredentialsRejected', 'accountId']);
});

test('a private recovery key that is sent by mistake is refused, and not repeated', async () => {
  const call = callAs(createWorld(), PROVIDER);
  const secret = RECOVERY_KEY.replace('hfpub1', 'hfrec1');
  const answer = await call('POST', '/operator/hypervisors', { body: serviceBody({ recoveryPublicKey: secret }) });
  assert.deepEqual([answer.status, answer.body.field], [400, 'recoveryPublicKey']);
  assert.ok(!answer.text.includes(secret));
});

test('operators’ routes are closed to other accounts, tenants included', async () => {
  const world = createWorld();
  const answers = await Promise.all(
    [ACME, NEW, null].map((account) => callAs(world, account)('GET', '/operator/hypervisors')),
  );
  assert.deepEqual(
    answers.map(({ body }) => body.code),
    ['NotAllowed', 'NotAllowed', 'NotAllowed'],
  );
  assert.ok(answers.every(({ text }) => !text.includes(PROVIDER)));
});
