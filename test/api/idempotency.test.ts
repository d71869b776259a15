import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, BOLT, job, PROVIDER, plan, point, service } from './world-records.ts';

const instanceIds = ['i-0123456789abcdef0'];
const MAKERS = [
  ['/backups', { instanceIds }, 'jobs'],
  ['/snapshots', { instanceIds }, 'jobs'],
  ['/backup-copies', { instanceIds }, 'jobs'],
  ['/vm-groups', { name: 'shops', match: { all: true } }, 'vmGroups'],
  ['/plans', { name: 'nightly', schedule: { expression: 'rate(6 hours)' } }, 'plans'],
] as const;

/** What makes another request of one. */
const OTHER = {
  '/backups': { level: 'full' },
  '/snapshots': { copyAtOnce: true },
  '/backup-copies': { queueDeadlineSeconds: 600 },
  '/restores': { queueDeadlineSeconds: 600 },
  '/vm-groups': { name: 'other' },
  '/plans': { name: 'other' },
  '/library-runs': { queueDeadlineSeconds: 600 },
} as const;

test('asked again under the same key, everything is answered as before and made once', async () => {
  for (const [route, body, kind] of MAKERS) {
    const world = createWorld();
    const call = callAs(world, ACME);
    const first = await call('POST', route, { body, key: 'one' });
    assert.ok(first.status < 300, first.text);
    assert.deepEqual(await call('POST', route, { body, key: 'one' }), first);
    const all = await Promise.all([1, 2, 3, 4].map(() => call('POST', route, { body, key: 'two' })));
    assert.equal(new Set(all.map(({ text }) => text)).size, 1);
    assert.equal(world.records[kind].size, 2, route);
    if (kind === 'jobs')
      assert.equal(new Set(world.calls.started.map((each) => (each as { name: string }).name)).size, 2);
  }
});

test('another body under the same key is refused, naming the header', async () => {
  for (const [route, body] of MAKERS) {
    const call = callAs(createWorld(), ACME);
    await call('POST', route, { body, key: 'one' });
    const other = 'name' in body ? { ...body, name: 'other' } : { instanceIds: ['i-0fedcba9876543210'] };
    const refused = (await call('POST', route, { body: other, key: 'one' })).body;
    assert.deepEqual([refused.status, refused.code, refused.field], [409, 'Conflict', 'Idempotency-Key']);
  }
});

test('a key is its tenant’s and its route’s own', async () => {
  const world = createWorld();
  const body = { instanceIds };
  const ids = await Promise.all(
    [
      callAs(world, ACME)('POST', '/backups', { body, key: 'k' }),
      callAs(world, BOLT)('POST', '/backups', { body, key: 'k' }),
      callAs(world, ACME)('POST', '/snapshots', { body, key: 'k' }),
    ].map(async (answer) => (await answer).body.jobId),
  );
  assert.equal(new Set(ids).size, 3);
  // an operator that helps a tenant repeats what the tenant did
  const path = `/operator/tenants/${acme.hypervisorId}/backups`;
  assert.equal((await callAs(world, PROVIDER)('POST', path, { body, key: 'k' })).body.jobId, ids[0]);
});

test('a job whose start was lost is started when it is asked for again', async () => {
  const world = createWorld();
  const call = callAs(world, ACME);
  const { start } = world.deps.executions;
  const { update } = world.deps.catalog.jobs;
  // the process ends between the record and the start
  world.deps.executions.start = async () => {
    throw new Error('gone');
  };
  world.deps.catalog.jobs.update = async () => false;
  await call('POST', '/backups', { body: { instanceIds }, key: 'k' });
  world.deps.executions.start = start;
  world.deps.catalog.jobs.update = update;
  assert.equal(world.calls.started.length, 0);
  const { body } = await call('POST', '/backups', { body: { instanceIds }, key: 'k' });
  assert.deepEqual(
    world.calls.started.map((each) => (each as { name: string }).name),
    [`${body.jobId}-1`],
  );
});

test('the key of what is asked of a job reaches it: what ended meanwhile is answered, and left as it is', async () => {
  for (const [action, from, later] of [
    ['retry', 'failed', 'completed'],
    ['resume', 'suspended', 'failed'],
    ['suspend', 'running', 'completed'],
    ['cancel', 'running', 'completed'],
  ] as const) {
    const world = createWorld();
    const { jobId } = job(1, acme);
    world.records.jobs.set(jobId, job(1, acme, { state: from }));
    const call = callAs(world, ACME);
    const path = `/jobs/${jobId}/${action}`;
    assert.equal((await call('POST', path, { key: 'k' })).status, 202, action);
    const then = world.records.jobs.get(jobId);
    assert.ok(then);
    const done = structuredClone({ ...world.calls });
    world.records.jobs.set(jobId, { ...then, state: later });
    const again = await call('POST', path, { key: 'k' });
    assert.deepEqual([again.status, again.body.state], [202, later], action);
    assert.deepEqual({ ...world.calls }, done, action);
    assert.equal((await call('POST', path, { key: 'other' })).status, 409, action);
  }
});

test('asked again once what it names is gone, and the tenant has no resources any more, it is answered as before', async () => {
  const nightly = plan(1, acme);
  const points = [point(1, acme, { kind: 'snapshot' }), point(2, acme)] as const;
  const [taken, inLibrary] = points;
  const { planId } = nightly;
  const tenantPath = `/operator/tenants/${acme.hypervisorId}`;
  for (const [path, body] of [
    ['/backups', { instanceIds, planId }],
    ['/snapshots', { instanceIds, planId }],
    ['/backup-copies', { recoveryPointIds: [taken.recoveryPointId] }],
    ['/restores', { recoveryPointId: inLibrary.recoveryPointId, target: { kind: 'volumes' } }],
    ['/vm-groups', { name: 'shops', match: { all: true }, planId }],
    ['/plans', { name: 'hourly' }],
    ['/library-runs', { task: 'check' }],
  ] as const) {
    const world = createWorld();
    const { records } = world;
    records.plans.set(planId, nightly);
    for (const each of points) records.points.set(each.recoveryPointId, each);
    const call = callAs(world, PROVIDER);
    const first = await call('POST', `${tenantPath}${path}`, { body, key: 'k' });
    assert.ok(first.status < 300, `${path} ${first.text}`);
    const { started } = structuredClone(world.calls);
    records.plans.delete(planId);
    records.points.clear();
    records.hypervisors.set(service.hypervisorId, { ...service, accessNodes: 'automatic' });
    if (path === '/library-runs') {
      const { binding: _, ...unbound } = acme;
      records.hypervisors.set(acme.hypervisorId, unbound);
    }
    assert.deepEqual(await call('POST', `${tenantPath}${path}`, { body, key: 'k' }), first, path);
    assert.deepEqual(world.calls.started, started, path);
    const fresh = await call('POST', `${tenantPath}${path}`, { body, key: 'fresh' });
    assert.ok(fresh.status >= 400, `${path} ${fresh.text}`);
    const other = await call('POST', `${tenantPath}${path}`, { body: { ...body, ...OTHER[path] }, key: 'k' });
    assert.deepEqual([other.status, other.body.field], [409, 'Idempotency-Key'], path);
  }
});
