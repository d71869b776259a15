/** Each library is one service hypervisor's, and is looked after for tenants that have something in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HypervisorId } from '../../core/contracts/ids.ts';
import { sharesPlace } from '../../core/domain/library-place.ts';
import { callAs } from './call-as.ts';
import { withServiceAccounts } from './service-account-fakes.ts';
import { createWorld } from './world.ts';
import { acme, PROVIDER, point, RECOVERY_KEY, service } from './world-records.ts';

const OTHER = '444444444444';
const [BUCKET, PREFIX] = ['vault-bucket', 'vault-prefix'];
const over = (library: object) => ({
  kind: 'service',
  name: 'mine',
  accountId: OTHER,
  region: 'eu-central-1',
  auth: { method: 'assume-role', roleArn: `arn:aws:iam::${OTHER}:role/holdfast-test-management`, externalId: 'e-1' },
  accessNodes: 'manual',
  recoveryPublicKey: RECOVERY_KEY,
  library: {
    kind: 's3',
    bucket: BUCKET,
    roleArn: `arn:aws:iam::${PROVIDER}:role/holdfast-library-x`,
    maintenanceRoleArn: `arn:aws:iam::${PROVIDER}:role/holdfast-library-maint`,
    kmsKeyArn: `arn:aws:kms:eu-central-1:${PROVIDER}:key/vault-key`,
    ...library,
  },
});

const openWorld = () => {
  const world = createWorld();
  const there = withServiceAccounts(world);
  const call = callAs(world, PROVIDER);
  const add = (library: object) => call('POST', '/operator/hypervisors', { body: over(library) });
  const prune = (serviceId: HypervisorId, task = 'prune') =>
    call('POST', `/operator/tenants/${acme.hypervisorId}/library-runs`, { body: { task, serviceId } });
  const services = () => [...world.records.hypervisors.values()].filter(({ kind }) => kind === 'service');
  return { world, there, call, add, prune, services };
};

test('over, above and below another’s library no service hypervisor is added, and nothing of it stays', async () => {
  const { there, add, services } = openWorld();
  for (const prefix of [PREFIX, `/${PREFIX}/`, '', `${PREFIX}/tenants/${acme.hypervisorId}`]) {
    const { status, body } = await add({ prefix });
    assert.deepEqual([status, body.code, body.field], [409, 'Conflict', 'library.prefix'], prefix);
    assert.match(body.detail, new RegExp(service.hypervisorId));
  }
  assert.deepEqual([services().length, there.roles.size, there.queues.size, there.names.size], [1, 0, 0, 0]);
  for (const prefix of [`${PREFIX}-2`, 'vault', 'p']) assert.equal((await add({ prefix })).status, 201, prefix);
  assert.equal((await add({ bucket: 'another', prefix: PREFIX })).status, 201);
});

test('nobody chooses a folder in the deployment’s own bucket', async () => {
  const { add } = openWorld();
  for (const prefix of ['', service.hypervisorId, 'free']) {
    const { status, body } = await add({ bucket: 'default-bucket', prefix });
    assert.deepEqual([status, body.field], [400, 'library.bucket'], prefix);
  }
});

test('of two that are added over one place at once, not both are there', async () => {
  for (let lead = 0; lead < 12; lead += 1) {
    const { add, services } = openWorld();
    const first = add({ prefix: 'p' });
    for (let turn = 0; turn < lead; turn += 1) await Promise.resolve();
    const answers = await Promise.all([first, add({ prefix: 'p/q' })]);
    const added = answers.filter(({ status }) => status === 201).length;
    assert.ok(added <= 1, `${lead}`);
    assert.equal(services().length, 1 + added);
  }
});

test('one that was left over another’s library, by whatever, is of no use: nobody is bound to it, nothing is pruned', async () => {
  const { world, call, prune } = openWorld();
  const leftOver = {
    ...service,
    hypervisorId: `${service.hypervisorId.slice(0, -1)}1`,
    name: 'left over',
    createdAt: service.createdAt + 1,
  };
  world.records.hypervisors.set(leftOver.hypervisorId, leftOver);
  const body = { serviceHypervisorId: leftOver.hypervisorId };
  const bound = await call('PUT', `/operator/hypervisors/${acme.hypervisorId}/binding`, { body });
  assert.deepEqual([bound.status, bound.body.code], [409, 'Conflict']);
  assert.match(bound.body.detail, new RegExp(service.hypervisorId));
  for (const task of ['prune', 'repair', 'check', 'stats', 'extend-locks', 'rotate-key'])
    assert.deepEqual([(await prune(leftOver.hypervisorId, task)).status, task], [409, task]);
  assert.equal(world.records.libraryRuns.size, 0);
  assert.equal((await prune(service.hypervisorId)).status, 201);
});

test('the library that a tenant has left is looked after as long as it has recovery points there', async () => {
  const { world, prune } = openWorld();
  const former = { ...service, hypervisorId: `${service.hypervisorId.slice(0, -1)}1`, name: 'former' };
  world.records.hypervisors.set(former.hypervisorId, former);
  const old = point(1, acme, { serviceId: former.hypervisorId, state: 'expired' });
  world.records.points.set(old.recoveryPointId, { ...old, kind: 'snapshot' });
  assert.equal((await prune(former.hypervisorId)).status, 409, 'snapshots are in the tenant’s account');
  world.records.points.set(old.recoveryPointId, old);
  assert.equal((await prune(former.hypervisorId)).status, 201);
});

test('two places are one where a folder of both could be the same', () => {
  const s3 = (bucket: string, prefix: string) => ({ kind: 's3', bucket, prefix, region: 'eu-central-1' }) as const;
  for (const [a, b, same] of [
    ['a', 'a', true],
    ['a', 'a/b', true],
    ['a', 'ab', false],
    ['', 'x', true],
    ['a/b', 'a/c', false],
  ] as const) {
    assert.equal(sharesPlace(s3('x', a), s3('x', b)), same);
    assert.equal(sharesPlace(s3('x', b), s3('x', a)), same);
    assert.equal(sharesPlace(s3('x', a), s3('y', b)), false);
  }
  assert.equal(sharesPlace({ kind: 'disk', path: '/a' }, { kind: 'disk', path: '/a' }), false);
});
