import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobState } from '../../core/domain/job.ts';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, BOLT, bolt, job, jobInstance, PROVIDER, point, START, tenant } from './world-records.ts';

const INSTANCES = ['i-0123456789abcdef0', 'i-0fedcba9876543210'];

test('a tenant starts a backup: the record is opened for it, and one execution is named by job and attempt', async () => {
  const world = createWorld();
  const answer = await callAs(world, ACME)('POST', '/backups', { body: { instanceIds: [...INSTANCES, INSTANCES[0]] } });
  assert.equal(answer.status, 202);
  const { jobId } = answer.body;
  const stored = world.records.jobs.get(jobId);
  assert.deepEqual(
    [stored?.tenantId, stored?.state, stored?.attempt, stored?.type],
    [acme.hypervisorId, 'queued', 1, 'backup'],
  );
  assert.deepEqual(stored?.request, {
    type: 'backup',
    instanceIds: INSTANCES,
    groupIds: [],
    level: 'incremental',
    consistency: { kind: 'crash' },
    queueDeadlineSeconds: 3_600,
    purpose: 'restore',
    transport: 'ebs-direct',
    streams: 10,
    deadlineAt: START + 5 * 86_400_000,
    deadlineMs: 5 * 86_400_000,
  });
  assert.deepEqual(world.calls.started, [
    {
      machine: 'backup',
      name: `${jobId}-1`,
      input: {
        jobId,
        attempt: 1,
        tenantId: acme.hypervisorId,
        tenantName: acme.name,
        trigger: 'api',
        requestedBy: `arn:aws:iam::${ACME}:user/someone`,
      },
    },
  ]);
  assert.equal((await callAs(world, ACME)('GET', `/jobs/${jobId}`)).status, 200);
  assert.equal((await callAs(world, BOLT)('GET', `/jobs/${jobId}`)).status, 404);
  assert.deepEqual((await callAs(world, BOLT)('GET', '/jobs')).body, { items: [] });
});

test('an operator starts a backup for a named tenant, which sees the job but not who asked or where it runs', async () => {
  const world = createWorld();
  const path = `/operator/tenants/${acme.hypervisorId}`;
  const operator = callAs(world, PROVIDER);
  const { jobId } = (await operator('POST', `${path}/backups`, { body: { instanceIds: INSTANCES } })).body;
  const seen = (await operator('GET', `${path}/jobs/${jobId}`)).body;
  assert.match(seen.executionArn, /execution:backup/);
  assert.equal(seen.requestedBy, `arn:aws:iam::${PROVIDER}:user/someone`);
  const own = await callAs(world, ACME)('GET', `/jobs/${jobId}`);
  assert.equal(own.status, 200);
  assert.ok(!own.text.includes(PROVIDER) && !('executionArn' in own.body));
  const elsewhere = `/operator/tenants/${bolt.hypervisorId}/jobs/${jobId}`;
  assert.equal((await operator('GET', elsewhere)).status, 404);
});

test('a tenant that is not bound yet is told so, and the operator how to bind it', async () => {
  const world = createWorld();
  const loose = tenant(3, '333333333333', false);
  world.records.hypervisors.set(loose.hypervisorId, loose);
  const body = { instanceIds: INSTANCES };
  const own = await callAs(world, loose.accountId)('POST', '/backups', { body });
  assert.deepEqual([own.status, own.body.code], [409, 'TenantNotBound']);
  assert.match(own.body.detail, /Your provider has to finish/);
  assert.doesNotMatch(own.text, /holdfast hypervisor bind|access node|library/);
  const operators = await callAs(world, PROVIDER)('POST', `/operator/tenants/${loose.hypervisorId}/backups`, { body });
  assert.match(operators.body.remedy, new RegExp(`bind ${loose.hypervisorId}`));
  assert.equal(world.records.jobs.size, 0);
});

test('a tenant restores its own recovery point', async () => {
  const world = createWorld();
  const own = point(1, acme);
  world.records.points.set(own.recoveryPointId, own);
  const target = { kind: 'new-instance', name: 'again', subnetId: 'subnet-0123456789abcdef0' };
  const body = { recoveryPointId: own.recoveryPointId, target };
  const answer = await callAs(world, ACME)('POST', '/restores', { body });
  assert.equal(answer.status, 202);
  assert.deepEqual(world.records.jobs.get(answer.body.jobId)?.request, {
    type: 'restore',
    ...body,
    volumeTags: 'leave-out',
    asked: { from: 'nearest' },
    queueDeadlineSeconds: 3_600,
    purpose: 'restore',
    transport: 'ebs-direct',
    streams: 10,
    deadlineAt: START + 5 * 86_400_000,
    deadlineMs: 5 * 86_400_000,
  });
});

test('how a restore’s data moves is the operators’ to say: a tenant’s request is refused with the field, done or dry', async () => {
  const world = createWorld();
  const own = point(1, acme);
  world.records.points.set(own.recoveryPointId, own);
  const body = { recoveryPointId: own.recoveryPointId, transport: 'ebs-direct' };
  for (const path of ['/restores', '/restores/dry-run']) {
    const refused = await callAs(world, ACME)('POST', path, { body });
    assert.deepEqual([refused.status, refused.body.code, refused.body.field], [400, 'InvalidRequest', 'transport']);
  }
  assert.equal(world.records.jobs.size, 0);
  const path = `/operator/tenants/${acme.hypervisorId}/restores`;
  assert.equal((await callAs(world, PROVIDER)('POST', path, { body })).status, 202);
});

test('another tenant’s recovery point or job answers exactly like one that never was', async () => {
  const world = createWorld();
  const [theirs, theirJob] = [point(1, bolt), job(1, bolt)];
  world.records.points.set(theirs.recoveryPointId, theirs);
  world.records.jobs.set(theirJob.jobId, theirJob);
  const call = callAs(world, ACME);
  const absent = theirs.recoveryPointId.replace(/1$/, '9');
  const absentJob = theirJob.jobId.replace(/1$/, '9');
  const pairs = [
    [
      call('POST', '/restores', { body: { recoveryPointId: theirs.recoveryPointId } }),
      call('POST', '/restores', { body: { recoveryPointId: absent } }),
    ],
    [call('GET', `/recovery-points/${theirs.recoveryPointId}`), call('GET', `/recovery-points/${absent}`)],
    [call('GET', `/jobs/${theirJob.jobId}`), call('GET', `/jobs/${absentJob}`)],
    [call('POST', `/jobs/${theirJob.jobId}/cancel`), call('POST', `/jobs/${absentJob}/cancel`)],
  ];
  for (const pair of pairs) {
    const [foreign, gone] = await Promise.all(pair);
    assert.equal(foreign?.status, 404);
    assert.deepEqual(foreign, gone);
  }
  assert.deepEqual(world.records.jobs.get(theirJob.jobId), theirJob);
  assert.deepEqual([world.calls.started, world.calls.stopped], [[], []]);
});

test('a recovery point that is pending or abandoned is not restored, and not listed', async () => {
  const world = createWorld();
  const points = [point(1, acme, { state: 'pending' }), point(2, acme, { state: 'abandoned' }), point(3, acme)];
  for (const each of points) world.records.points.set(each.recoveryPointId, each);
  const call = callAs(world, ACME);
  for (const each of points.slice(0, 2)) {
    const { body } = await call('POST', '/restores', { body: { recoveryPointId: each.recoveryPointId } });
    assert.deepEqual([body.status, body.code, body.field], [409, 'RecoveryPointUnavailable', 'recoveryPointId']);
  }
  const { items } = (await call('GET', '/recovery-points')).body;
  assert.deepEqual(
    items.map((item: { recoveryPointId: string }) => item.recoveryPointId),
    [points[2]?.recoveryPointId],
  );
  assert.equal((await call('GET', `/recovery-points/${points[0]?.recoveryPointId}`)).body.state, 'pending');
});

test('a job whose execution cannot be started says that it failed', async () => {
  const world = createWorld();
  world.deps.executions.start = async () => {
    throw new Error(`User: arn:aws:sts::${PROVIDER}:assumed-role/api is not authorized`);
  };
  const answer = await callAs(world, ACME)('POST', '/backups', { body: { instanceIds: INSTANCES } });
  assert.equal(answer.status, 500);
  assert.ok(!answer.text.includes(PROVIDER));
  assert.equal(world.calls.reported.length, 1);
  const [record] = world.records.jobs.values();
  assert.equal(record?.state, 'failed');
  const shown = (await callAs(world, ACME)('GET', `/jobs/${record?.jobId}`)).body;
  assert.equal(shown.error.message, 'The job could not be started.');
});

test('cancelling stops the attempt, starts its cleanup, and can be asked for again', async () => {
  const world = createWorld();
  const running = job(1, acme, { attempt: 2 });
  world.records.jobs.set(running.jobId, running);
  const call = callAs(world, ACME);
  const path = `/jobs/${running.jobId}/cancel`;
  const first = await call('POST', path);
  assert.deepEqual([first.status, first.body.state], [202, 'cancelling']);
  const at = world.records.jobs.get(running.jobId)?.cancelRequestedAt;
  assert.ok(at !== undefined);
  assert.deepEqual(world.calls.stopped, [{ machine: 'backup', name: `${running.jobId}-2`, error: 'JobCancelled' }]);
  assert.deepEqual(world.calls.started, [
    {
      machine: 'cleanup',
      name: `${running.jobId}-2-cleanup`,
      input: { jobId: running.jobId, attempt: 2, tenantId: acme.hypervisorId },
    },
  ]);

  world.advance(5_000);
  assert.equal((await call('POST', path)).status, 202);
  assert.equal(world.records.jobs.get(running.jobId)?.cancelRequestedAt, at);
  assert.deepEqual(world.calls.started[1], world.calls.started[0]);

  world.records.jobs.set(running.jobId, { ...running, state: 'cancelled' });
  // whoever asks again may not have heard the answer; there is nothing left to do
  const again = await call('POST', path);
  assert.deepEqual([again.status, again.body.state, world.calls.stopped.length], [202, 'cancelled', 2]);
});

test('a job that has ended otherwise cannot be cancelled', async () => {
  const ended: JobState[] = ['completed', 'completed with errors', 'failed'];
  for (const state of ended) {
    const world = createWorld();
    const over = job(1, acme, { state });
    world.records.jobs.set(over.jobId, over);
    const { body } = await callAs(world, ACME)('POST', `/jobs/${over.jobId}/cancel`);
    assert.deepEqual([body.status, body.code, body.jobId], [409, 'Conflict', over.jobId]);
    assert.deepEqual([world.calls.stopped, world.records.jobs.get(over.jobId)], [[], over]);
  }
});

test('lists are paged to the end, newest first', async () => {
  const world = createWorld();
  for (let n = 1; n <= 7; n++)
    for (const owner of [acme, bolt]) {
      const one = job(n + (owner === bolt ? 100 : 0), owner, { state: 'completed' });
      world.records.jobs.set(one.jobId, one);
    }
  const call = callAs(world, ACME);
  const seen: string[] = [];
  let next: string | undefined;
  do {
    const { body } = await call('GET', '/jobs', { query: { limit: '3', ...(next ? { next } : {}) } });
    seen.push(...body.items.map((each: { jobId: string }) => each.jobId));
    next = body.next;
  } while (next);
  assert.deepEqual(
    seen,
    [7, 6, 5, 4, 3, 2, 1].map((n) => job(n, acme).jobId),
  );
});

test('a list of jobs is filtered by type and state, and counts the instances of each', async () => {
  const world = createWorld();
  for (let n = 1; n <= 40; n++) {
    const snapshots = n % 10 === 0;
    const { request } = job(n, acme);
    const one = job(n, acme, {
      state: snapshots ? 'failed' : 'completed',
      ...(snapshots && request.type === 'backup'
        ? { type: 'snapshot', request: { ...request, type: 'snapshot', copyAtOnce: false } }
        : {}),
    });
    world.records.jobs.set(one.jobId, one);
    world.records.instances.push(jobInstance(one, { phase: 'waiting for an access node' }));
  }
  const call = callAs(world, ACME);
  const idsOf = async (query: Record<string, string>) =>
    (await call('GET', '/jobs', { query })).body.items.map((each: { jobId: string }) => each.jobId);
  const expected = [40, 30, 20, 10].map((n) => job(n, acme).jobId);
  assert.deepEqual(await idsOf({ type: 'snapshot' }), expected);
  assert.deepEqual(await idsOf({ type: 'snapshot', state: 'failed', limit: '2' }), expected.slice(0, 2));
  assert.deepEqual(await idsOf({ type: 'snapshot', state: 'running' }), []);
  const [first] = (await call('GET', '/jobs', { query: { limit: '1' } })).body.items;
  assert.deepEqual(first.summary, { 'waiting for capacity': 1 });
  assert.equal(first.instances, undefined);
});

test('an operator sees every tenant’s open jobs, where they run, and the path that one took', async () => {
  const world = createWorld();
  const [own, theirs, over] = [job(1, acme), job(2, bolt), job(3, bolt, { state: 'completed' })];
  for (const each of [own, theirs, over]) world.records.jobs.set(each.jobId, each);
  const call = callAs(world, PROVIDER);
  const { items } = (await call('GET', '/operator/jobs')).body;
  const tenants = items.map((each: { tenantId: string }) => each.tenantId);
  assert.deepEqual(tenants.sort(), [acme.hypervisorId, bolt.hypervisorId]);
  assert.match(items[0].executionUrl, /^https:\/\/eu-central-1\.console\.aws\.amazon\.com\/states\/.*arn:aws:states:/);

  const path = `/operator/tenants/${acme.hypervisorId}/jobs/${own.jobId}/path`;
  assert.equal((await call('GET', path)).status, 404);
  const failed = { name: 'NoAccessNode', cause: 'nobody came' };
  const deep = { name: 'Take the snapshots', enteredAt: START + 1 };
  world.paths.set(`${own.jobId}-1`, {
    executionArn: String(own.executionArn),
    status: 'RUNNING',
    states: [
      {
        name: 'Protect each instance',
        enteredAt: START,
        exitedAt: START + 2,
        error: failed,
        children: [{ label: 'i-0123456789abcdef0', status: 'FAILED', states: [deep] }],
      },
    ],
  });
  const { body, status } = await call('GET', path);
  assert.equal(status, 200);
  assert.deepEqual(body.states[0].error, failed);
  assert.equal(body.states[0].children[0].states[0].enteredAt, new Date(START + 1).toISOString());
  assert.equal((await callAs(world, ACME)('GET', `/jobs/${own.jobId}/path`)).status, 404);
});

test('a suspended job that is cancelled ends at once: there is nothing to stop, and what was kept is cleaned up', async () => {
  const world = createWorld();
  const held = job(1, acme, { state: 'suspended' });
  world.records.jobs.set(held.jobId, held);
  world.records.instances.push(jobInstance(held, { phase: 'waiting' }));
  const { status, body } = await callAs(world, ACME)('POST', `/jobs/${held.jobId}/cancel`);
  assert.deepEqual([status, body.state, body.instances[0].phase], [202, 'cancelled', 'cancelled']);
  // what it kept for a later attempt goes
  const names = world.calls.started.map((each) => (each as { name: string }).name);
  assert.deepEqual([world.calls.stopped, names], [[], [`${held.jobId}-1-cleanup-cancelled`]]);
});
