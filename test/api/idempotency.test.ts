import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACME, acme, BOLT, callAs, createWorld, job, PROVIDER } from './world.ts';

const instanceIds = ['i-0123456789abcdef0'];
const MAKERS = [
  ['/backups', { instanceIds }, 'jobs'],
  ['/snapshots', { instanceIds }, 'jobs'],
  ['/backup-copies', { instanceIds }, 'jobs'],
  ['/vm-groups', { name: 'shops', match: { all: true } }, 'vmGroups'],
  ['/plans', { name: 'nightly', schedule: { expression: 'rate(6 hours)' } }, 'plans'],
] as const;

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
