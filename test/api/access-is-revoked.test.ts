import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import { attemptName } from '../../core/domain/protected-instance.ts';
import { whyGone } from '../../core/steps/broker/order-life.ts';
import { createScheduleLibraryRuns } from '../../core/steps/schedule/schedule-library-runs.ts';
import { createStartScheduledJob } from '../../core/steps/schedule/start-scheduled-job.ts';
import { createTick, isRetentionTick, TICK_MS } from '../../core/steps/schedule/tick.ts';
import { openTenant } from '../../core/steps/tenant-of-job.ts';
import { anOrder } from '../adapters/records.ts';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, BOLT, bolt, group, job, libraryRun, PROVIDER, plan, point, START } from './world-records.ts';

const INSTANCES = { body: { instanceIds: ['i-0123456789abcdef0'] } };
const at = (rest: string, { hypervisorId } = acme) => `/operator/hypervisors/${hypervisorId}/${rest}`;
const onTenant = (rest: string, { hypervisorId } = acme) => `/operator/tenants/${hypervisorId}/${rest}`;

const openWorld = () => {
  const world = createWorld();
  const operator = callAs(world, PROVIDER);
  const put = (...jobs: ReturnType<typeof job>[]) => {
    for (const each of jobs) world.records.jobs.set(each.jobId, each);
  };
  return {
    world,
    put,
    operator,
    own: callAs(world, ACME),
    revoke: (body: object = {}) => operator('POST', at('revoke'), { body }),
    stored: () => world.records.hypervisors.get(acme.hypervisorId) as TenantHypervisor,
  };
};

test('revoked, a tenant’s open jobs are cancelled, and nobody else’s; who, when and why is shown', async () => {
  const { world, put, revoke, operator, own } = openWorld();
  const open = [job(1, acme), job(2, acme, { state: 'queued' }), job(3, acme, { state: 'waiting' })];
  put(...open, job(4, acme, { state: 'completed' }), job(5, acme, { state: 'suspended' }), job(6, bolt));
  const { status, body } = await revoke({ reason: 'key lost' });
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(body.cancelledJobs.toSorted(), open.map(({ jobId }) => jobId).toSorted());
  for (const { jobId } of open) assert.equal(world.records.jobs.get(jobId)?.state, 'cancelling');
  assert.equal(world.calls.stopped.length, 3);
  assert.equal(world.records.jobs.get(job(6, bolt).jobId)?.state, 'running', 'another tenant’s goes on');
  const by = `arn:aws:iam::${PROVIDER}:user/someone`;
  const revoked = { since: new Date(START).toISOString(), by, reason: 'key lost' };
  assert.deepEqual((await operator('GET', `/operator/hypervisors/${acme.hypervisorId}`)).body.revoked, revoked);
  const view = await own('GET', '/hypervisor');
  assert.equal(view.body.accessRevokedSince, revoked.since);
  assert.ok(!view.text.includes(PROVIDER) && !view.text.includes('key lost'), view.text);
});

test('asked again, a revocation keeps who asked first, and cancels what could not be cancelled before', async () => {
  const { world, put, revoke, stored } = openWorld();
  put(job(1, acme), job(2, acme));
  const { stop } = world.deps.executions;
  let fails = true;
  world.deps.executions.stop = async (machine, name, error, cause) => {
    if (fails && name.startsWith(job(2, acme).jobId)) throw new Error('throttled');
    await stop(machine, name, error, cause);
  };
  const first = await revoke({ reason: 'first' });
  assert.deepEqual([first.status, first.body.detail.includes(job(2, acme).jobId)], [503, true]);
  assert.ok(stored().revoked, 'it holds all the same');
  fails = false;
  world.advance(5_000);
  assert.equal((await revoke({ reason: 'second' })).status, 200);
  assert.deepEqual([stored().revoked?.reason, stored().revoked?.at], ['first', START]);
  assert.equal(world.calls.stopped.length, 3, 'the one of the first try is stopped again: harmless');
});

test('while it is revoked nothing is begun in the account, by whomever; a tenant only looks', async () => {
  const { world, put, revoke, operator, own } = openWorld();
  put(job(1, acme, { state: 'suspended' }), job(2, acme, { state: 'failed', endedAt: START }));
  world.records.points.set(point(1, acme).recoveryPointId, point(1, acme));
  await revoke();
  const attempts: [string, string, object?][] = [
    ['POST', 'backups', INSTANCES],
    ['POST', 'snapshots', INSTANCES],
    ['POST', 'restores', { body: { recoveryPointId: point(1, acme).recoveryPointId } }],
    ['POST', `jobs/${job(1, acme).jobId}/resume`],
    ['POST', `jobs/${job(2, acme).jobId}/retry`],
  ];
  const before = world.records.jobs.size;
  for (const [method, path, more] of attempts) {
    const asked = await operator(method, onTenant(path), more);
    assert.deepEqual([asked.status, /was revoked/.test(asked.body.detail)], [409, true], `${path} ${asked.text}`);
    const tenants = await own(method, `/${path}`, more);
    assert.deepEqual(
      [tenants.status, /has withdrawn/.test(tenants.body.detail)],
      [403, true],
      `${path} ${tenants.text}`,
    );
    assert.ok(!tenants.text.includes(PROVIDER), tenants.text);
  }
  assert.deepEqual([world.calls.started, world.records.jobs.size], [[], before]);
  const dryRun = await operator('POST', onTenant('restores/dry-run'), {
    body: { recoveryPointId: point(1, acme).recoveryPointId },
  });
  assert.match(dryRun.body.detail, /was revoked/, 'a dry run promises nothing that is refused then');
  const plans = await own('GET', '/retention');
  assert.equal(plans.status, 200, 'it still sees what there is');
  for (const [path, more] of [
    ['/retention', { body: { token: plans.body.token } }],
    ['/plans', { body: { name: 'shorter' } }],
    ['/vm-groups', { body: { name: 'x', match: { all: true } } }],
  ] as const)
    assert.equal((await own('POST', path, more)).status, 403, `${path}: whoever has its credentials removes nothing`);
  assert.equal((await callAs(world, BOLT)('POST', '/backups', INSTANCES)).status, 202, 'another tenant backs up');
});

test('a job whose record is made while its tenant’s access is revoked is not begun', async () => {
  const { world, operator, revoke } = openWorld();
  const { add } = world.deps.catalog.jobs;
  world.deps.catalog.jobs.add = async (record) => {
    const added = await add(record);
    // the revocation comes here, and finds the record
    await revoke();
    return added;
  };
  const { status } = await operator('POST', onTenant('backups'), INSTANCES);
  assert.equal(status, 409);
  assert.ok(world.calls.started.every((call) => (call as { machine: string }).machine === 'cleanup'));
  assert.deepEqual(
    [...world.records.jobs.values()].filter(({ state }) => ['queued', 'running', 'waiting'].includes(state)),
    [],
  );
});

test('no step opens the account, and no node is given or left an order of its jobs; orders of its library are', async () => {
  const { world, put, revoke } = openWorld();
  const { catalog } = world.deps;
  const running = job(1, acme);
  put(running);
  const order = anOrder(running, 'i-0123456789abcdef0');
  const { instanceId, fence = 1 } = order;
  const owner = attemptName(running.jobId, 1);
  world.records.protectedInstances.set(`${acme.hypervisorId} ${instanceId}`, {
    tenantId: acme.hypervisorId,
    instanceId,
    fence,
    owner,
  });
  const run = libraryRun(1, acme);
  world.records.libraryRuns.set(run.runId, run);
  assert.equal(await whyGone(catalog, order), undefined);
  assert.equal((await openTenant(catalog, acme.hypervisorId, running.jobId)).tenant.hypervisorId, acme.hypervisorId);
  await revoke();
  // as if its flag to cancel was lost: the revocation alone must do
  put(running);
  const ofLibrary = { ...order, jobId: run.runId, kind: 'maintain-library' } as const;
  assert.equal(await whyGone(catalog, ofLibrary), undefined);
  assert.match((await whyGone(catalog, order)) ?? '', /revoked/);
  await assert.rejects(openTenant(catalog, acme.hypervisorId, running.jobId), {
    name: 'TenantAccessLost',
    message: /was revoked at/,
  });
});

test('schedules start nothing while it is revoked, retention removes nothing by itself, and the library is still looked after', async () => {
  const { world, revoke, operator } = openWorld();
  const nightly = plan(1, acme, { retention: { count: 1 } });
  world.records.plans.set(nightly.planId, nightly);
  world.records.vmGroups.set('g', group(1, acme, { planId: nightly.planId }));
  const due = {
    hypervisorId: acme.hypervisorId,
    planId: nightly.planId,
    action: 'backup',
    scheduledTime: '2026-01-02T02:00:00.000Z',
  } as const;
  await revoke();
  const start = createStartScheduledJob(world.deps);
  const outcome = await start(due);
  assert.deepEqual([outcome.outcome, /was revoked/.test(outcome.reason)], ['nothing to do', true]);
  assert.equal(world.records.jobs.size, 0);
  const ages = [400, 399, 0];
  const points = ages.map((days, n) =>
    point(n, acme, { planId: nightly.planId, takenAt: START - days * 86_400_000, jobId: job(50 + n, acme).jobId }),
  );
  for (const each of points) world.records.points.set(each.recoveryPointId, each);
  const tick = createTick(world.deps);
  let tickAt = START + 86_400_000;
  while (!isRetentionTick(world.deps.sha256, acme.hypervisorId, tickAt)) tickAt += TICK_MS;
  const retention = () => tick({ scheduledTime: new Date(tickAt).toISOString() });
  assert.equal((await retention()).removed, 0);
  const runs = createScheduleLibraryRuns(world.deps);
  world.records.protectedInstances.set('x', {
    tenantId: acme.hypervisorId,
    instanceId: 'i-0123456789abcdef0',
    fence: 1,
    head: points[2]?.recoveryPointId ?? '',
  });
  let started = 0;
  for (let hour = 0; hour < 24; hour++)
    started += (await runs({ scheduledTime: new Date(START + hour * 3_600_000).toISOString() })).started;
  assert.ok(started > 0, 'a check, at least');

  assert.equal((await operator('POST', at('restore-access'))).status, 200);
  world.advance(86_400_000);
  assert.equal((await start(due)).outcome, 'started', 'given back, the same time is not lost');
  assert.equal((await retention()).removed, 2, 'the old ones go');
});

test('access is given back once its role is as it must be; asked again, nothing changes', async () => {
  const { world, revoke, operator, stored, own } = openWorld();
  await revoke();
  const { identify } = world.deps.credentials;
  world.deps.credentials.identify = async () => ({ accountId: BOLT, arn: 'arn' });
  const refused = await operator('POST', at('restore-access'));
  assert.equal(refused.body.code, 'CredentialsRejected');
  assert.ok(stored().revoked);
  world.deps.credentials.identify = identify;
  for (let n = 0; n < 2; n++) {
    const { status, body } = await operator('POST', at('restore-access'));
    assert.deepEqual([status, body.revoked], [200, undefined]);
  }
  assert.deepEqual(stored(), acme);
  assert.equal((await own('POST', '/backups', INSTANCES)).status, 202);
});

test('revoked again while it is just given back, it stays revoked; asked again it keeps its first time and reason', async () => {
  for (const isFirst of [true, false]) {
    const { world, revoke, operator, stored } = openWorld();
    await revoke({ reason: 'first' });
    const { identify } = world.deps.credentials;
    world.deps.credentials.identify = async (...args) => {
      // the probe of the role takes its time, in which a second operator revokes
      world.deps.credentials.identify = identify;
      if (!isFirst) assert.equal((await operator('POST', at('restore-access'))).status, 200);
      world.advance(1_000);
      assert.equal((await revoke({ reason: 'second' })).status, 200);
      return identify(...args);
    };
    const { status, body } = await operator('POST', at('restore-access'));
    assert.deepEqual([status, body.code, /revoked again/.test(body.detail)], [409, 'Conflict', true]);
    const { reason, revision, at: since } = stored().revoked ?? {};
    const expected = isFirst ? ['first', 2, START] : ['second', 1, START + 1_000];
    assert.deepEqual([reason, revision, since], expected);
    assert.equal((await operator('POST', at('restore-access'))).status, 200, 'asked again, it is given back');
  }
});

test('revoking and giving back are in the audit log before they are done: where it cannot be written, neither is', async () => {
  const { world, revoke, operator, stored } = openWorld();
  await revoke();
  const entries = world.auditing.written().filter(({ what }) => what.operation.endsWith('/revoke'));
  assert.deepEqual(
    entries.map(({ outcome }) => outcome),
    ['Asked', 'Done'],
  );
  world.auditing.trouble.error = new Error('no log');
  const refused = await operator('POST', at('restore-access'));
  assert.deepEqual([refused.status, refused.body.code], [503, 'NotRecorded']);
  assert.ok(stored().revoked);
});

test('only a tenant’s access is revoked, and only by an operator', async () => {
  const { world, operator, own } = openWorld();
  const service = acme.binding?.serviceId ?? '';
  for (const path of ['revoke', 'restore-access']) {
    const more = path === 'revoke' ? { body: {} } : {};
    assert.equal((await operator('POST', `/operator/hypervisors/${service}/${path}`, more)).status, 400);
    const absent = `/operator/hypervisors/hv-0199aaaa-0000-7000-8000-0000000000ff/${path}`;
    assert.equal((await operator('POST', absent, more)).status, 404);
    assert.equal((await own('POST', at(path), more)).status, 403);
  }
  assert.equal(world.records.hypervisors.get(acme.hypervisorId), acme);
});
