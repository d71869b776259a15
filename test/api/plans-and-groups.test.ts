import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransientFailure } from '../../core/domain/errors.ts';
import type { ListedInstance } from '../../core/ports/tenant-instances.ts';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, BOLT, bolt, group, job, PROVIDER, plan, START, service, tenant } from './world-records.ts';

const nightly = { name: 'nightly', schedule: { expression: 'cron(0 2 * * ? *)', timeZone: 'Europe/Berlin' } };
const onTenant = `/operator/tenants/${acme.hypervisorId}`;

test('a plan has its schedule as long as it is there: made, changed, paused, removed', async () => {
  const world = createWorld();
  const call = callAs(world, ACME);
  const { status, body: made } = await call('POST', '/plans', { body: nightly });
  assert.equal(status, 201);
  const [schedule] = world.schedules.values();
  assert.deepEqual(schedule, {
    name: `${made.planId}-backup`,
    expression: 'cron(0 2 * * ? *)',
    timeZone: 'Europe/Berlin',
    enabled: true,
    input: { hypervisorId: acme.hypervisorId, planId: made.planId, action: 'backup' },
  });
  assert.equal(made.nextRunAt, '2026-01-01T01:00:00.000Z');

  const copies = { when: 'on-schedule', schedule: { expression: 'rate(1 day)' } };
  const path = `/plans/${made.planId}`;
  await call('PUT', path, { body: { ...nightly, method: 'snapshot', copy: copies } });
  assert.deepEqual([...world.schedules.keys()].sort(), [`${made.planId}-backup`, `${made.planId}-copy`]);

  const paused = (await call('PUT', path, { body: { ...nightly, paused: true } })).body;
  assert.deepEqual([paused.paused, paused.nextRunAt], [true, undefined]);
  assert.deepEqual(
    [...world.schedules.values()].map(({ name, enabled }) => [name, enabled]),
    [[`${made.planId}-backup`, false]],
  );

  assert.equal((await call('DELETE', path)).status, 200);
  assert.equal(world.schedules.size, 0);
  assert.equal((await call('GET', path)).status, 404);
});

test('a tenant neither sees nor sets transport and streams, and changing its plan leaves them as the operator set them', async () => {
  const world = createWorld();
  const [own, operator] = [callAs(world, ACME), callAs(world, PROVIDER)];
  const { planId } = (await own('POST', '/plans', { body: nightly })).body;
  for (const field of ['transport', 'streams']) {
    const { body } = await own('POST', '/plans', { body: { ...nightly, [field]: 1 } });
    assert.deepEqual([body.status, body.field], [400, field]);
  }
  await operator('PUT', `${onTenant}/plans/${planId}`, { body: { ...nightly, streams: 3 } });
  const answer = await own('PUT', `/plans/${planId}`, { body: { ...nightly, name: 'every night' } });
  assert.doesNotMatch(answer.text, /transport|streams/);
  const seen = (await operator('GET', `${onTenant}/plans/${planId}`)).body;
  assert.deepEqual([seen.name, seen.streams, seen.transport], ['every night', 3, 'ebs-direct']);
});

test('a plan that cannot be is refused before anything is written, naming the field', async () => {
  const world = createWorld();
  const call = callAs(world, ACME);
  const cases = [
    [{ ...nightly, schedule: { expression: 'cron(0 2 * * ? *)', timeZone: 'Europe/Berlim' } }, 'schedule.timeZone'],
    [{ ...nightly, schedule: { expression: 'cron(0 2 * * * *)' } }, 'schedule.expression'],
    [{ ...nightly, schedule: { expression: 'every night' } }, 'schedule.expression'],
    [
      { name: 'n', method: 'snapshot', copy: { when: 'on-schedule', schedule: { expression: 'cron(0 2 30 2 ? *)' } } },
      'copy.schedule.expression',
    ],
    [{ ...nightly, copy: { when: 'at-once' } }, 'copy'],
    [{ ...nightly, retention: {} }, 'retention'],
  ] as const;
  for (const [body, field] of cases) {
    const { body: problem } = await call('POST', '/plans', { body });
    assert.deepEqual([problem.status, problem.field], [400, field], JSON.stringify(problem));
  }
  assert.deepEqual([world.records.plans.size, world.schedules.size], [0, 0]);
});

test('a copy of snapshots goes to another region than they are in: plans and jobs say so, and nothing is begun', async () => {
  const world = createWorld();
  const call = callAs(world, ACME);
  const here = { copyToRegion: acme.region };
  for (const [path, body] of [
    ['/plans', { ...nightly, method: 'snapshot', ...here }],
    ['/snapshots', { instanceIds: ['i-0123456789abcdef0'], ...here }],
  ] as const) {
    const refused = await call('POST', path, { body });
    assert.deepEqual([refused.status, refused.body.field], [400, 'copyToRegion'], path);
  }
  assert.deepEqual([world.records.plans.size, world.records.jobs.size], [0, 0]);
});

test('rules come first: replication by hotadd on another account’s nodes is refused with O7, by itself as not available', async () => {
  const world = createWorld();
  const operator = callAs(world, PROVIDER);
  const add = async (body: object) =>
    (await operator('POST', `${onTenant}/plans`, { body: { ...nightly, ...body } })).body;
  const o7 = await add({ purpose: 'replication', transport: 'hotadd' });
  assert.deepEqual([o7.status, o7.code], [409, 'RuleViolated']);
  assert.match(o7.detail, new RegExp(`^O7: .*needs an access node in ${ACME}`));
  const o8 = await add({ purpose: 'conversion', transport: 'hotadd' });
  assert.match(o8.detail, /^O8: /);
  assert.deepEqual(
    [(await add({ transport: 'import-export' })).status, (await add({ purpose: 'conversion' })).code],
    [501, 'NotAvailable'],
  );
  const own = await callAs(world, ACME)('POST', '/plans', { body: { ...nightly, purpose: 'replication' } });
  assert.deepEqual([own.status, own.body.code], [501, 'NotAvailable']);
  assert.equal(world.records.plans.size, 0);
});

test('a plan can be made before its tenant is bound, its jobs cannot be started', async () => {
  const world = createWorld();
  const loose = tenant(3, '333333333333', false);
  world.records.hypervisors.set(loose.hypervisorId, loose);
  const call = callAs(world, loose.accountId);
  const { status, body } = await call('POST', '/plans', { body: nightly });
  assert.equal(status, 201);
  assert.equal((await call('POST', '/backups', { body: { planId: body.planId } })).body.code, 'TenantNotBound');
});

test('a schedule that cannot be made leaves no plan, one that cannot be changed leaves it as it was', async () => {
  const world = createWorld();
  const call = callAs(world, ACME);
  const { planId } = (await call('POST', '/plans', { body: nightly })).body;
  const { put } = world.deps.schedules;
  world.deps.schedules.put = async () => {
    throw new TransientFailure('throttled');
  };
  const { status } = await call('POST', '/plans', { body: { ...nightly, name: 'second' } });
  assert.deepEqual([status, world.records.plans.size], [503, 1]);
  assert.equal((await call('PUT', `/plans/${planId}`, { body: { ...nightly, name: 'renamed' } })).status, 503);
  world.deps.schedules.put = put;
  assert.equal((await call('GET', `/plans/${planId}`)).body.name, 'nightly');
});

test('a plan that VM groups use cannot be removed: they are named', async () => {
  const world = createWorld();
  const call = callAs(world, ACME);
  const { planId } = (await call('POST', '/plans', { body: nightly })).body;
  const { groupId } = (await call('POST', '/vm-groups', { body: { name: 'shops', match: { all: true }, planId } }))
    .body;
  const { body } = await call('DELETE', `/plans/${planId}`);
  assert.equal(body.status, 409);
  assert.match(body.detail, new RegExp(`shops \\(${groupId}\\)`));
  await call('PUT', `/vm-groups/${groupId}`, { body: { name: 'shops', match: { all: true } } });

  const running = job(1, acme);
  world.records.jobs.set(running.jobId, { ...running, request: { ...running.request, planId } });
  assert.match((await call('DELETE', `/plans/${planId}`)).body.detail, new RegExp(running.jobId));
  world.records.jobs.clear();
  assert.equal((await call('DELETE', `/plans/${planId}`)).status, 200);
});

test('plans and groups of another tenant answer exactly like those that never were', async () => {
  const world = createWorld();
  const [theirs, theirGroup] = [plan(1, bolt), group(1, bolt)];
  world.records.plans.set(theirs.planId, theirs);
  world.records.vmGroups.set(theirGroup.groupId, theirGroup);
  const call = callAs(world, ACME);
  const absent = (id: string) => id.replace(/1$/, '9');
  const body = { name: 'x', match: { all: true } };
  const requests = (planId: string, groupId: string) => [
    call('GET', `/plans/${planId}`),
    call('PUT', `/plans/${planId}`, { body: nightly }),
    call('DELETE', `/plans/${planId}`),
    call('GET', `/vm-groups/${groupId}`),
    call('GET', `/vm-groups/${groupId}/preview`),
    call('PUT', `/vm-groups/${groupId}`, { body }),
    call('DELETE', `/vm-groups/${groupId}`),
    call('POST', '/vm-groups', { body: { ...body, planId } }),
    call('POST', '/backups', { body: { groupIds: [groupId] } }),
    call('POST', '/snapshots', { body: { planId } }),
    call('POST', '/backup-copies', { body: { planId } }),
  ];
  const foreign = await Promise.all(requests(theirs.planId, theirGroup.groupId));
  const gone = await Promise.all(requests(absent(theirs.planId), absent(theirGroup.groupId)));
  assert.deepEqual(foreign, gone);
  assert.deepEqual(new Set(foreign.map(({ status }) => status)), new Set([404]));
  assert.deepEqual([...world.records.plans.values()], [theirs]);
  assert.deepEqual((await call('GET', '/plans')).body, { items: [] });
  assert.equal((await callAs(world, BOLT)('GET', '/plans')).body.items.length, 1);
});

const instance = (n: number, tags: Record<string, string>): ListedInstance => ({
  instanceId: `i-0000000${n}`,
  name: `shop-${n}`,
  state: 'running',
  platform: 'Linux/UNIX',
  availabilityZone: 'eu-central-1a',
  tags,
  volumes: [{ volumeId: `vol-0000000${n}`, device: '/dev/sdf' }],
});

test('a preview shows what rules match, which volumes they leave out and by which rule, and changes nothing', async () => {
  const world = createWorld();
  world.account.instances.push(
    instance(1, { Backup: 'yes' }),
    instance(2, { Backup: 'yes', Old: '' }),
    instance(3, {}),
  );
  for (const n of [1, 2, 3]) {
    const sizeGiB = 100 * n;
    world.account.volumes.push({
      volumeId: `vol-0000000${n}`,
      state: 'in-use',
      sizeGiB,
      availabilityZone: 'a',
      tags: {},
    });
  }
  const rules = {
    match: { tag: { key: 'Backup' } },
    exclude: { instances: { tag: { key: 'Old' } }, volumes: [{ device: '/dev/sd?', largerThanGiB: 50 }] },
  };
  const call = callAs(world, ACME);
  const { body } = await call('POST', '/vm-groups/preview', { body: rules });
  const expected = {
    instances: [
      {
        instanceId: 'i-00000001',
        name: 'shop-1',
        state: 'running',
        matchedBy: 'tag Backup',
        volumes: [
          {
            volumeId: 'vol-00000001',
            device: '/dev/sdf',
            sizeGiB: 100,
            excludedBy: 'device /dev/sd? and larger than 50 GiB',
          },
        ],
      },
    ],
    excluded: [{ instanceId: 'i-00000002', name: 'shop-2', excludedBy: 'tag Old' }],
    instancesInAll: 1,
    excludedInAll: 1,
  };
  assert.deepEqual(body, expected);
  assert.deepEqual(world.account.opened, [{ accountId: ACME, access: { to: 'look' } }]);
  const { groupId } = (await call('POST', '/vm-groups', { body: { name: 'shops', ...rules } })).body;
  assert.deepEqual((await call('GET', `/vm-groups/${groupId}/preview`)).body, expected);
});

test('a zone is for a service hypervisor’s groups; the last group that its nodes come from stays while tenants use it', async () => {
  const world = createWorld();
  const zoned = { name: 'x', match: { all: true }, zone: 'eu-central-1a' };
  const { body } = await callAs(world, ACME)('POST', '/vm-groups', { body: zoned });
  assert.deepEqual([body.status, body.detail], [400, 'zone is not known here.']);

  world.records.hypervisors.set(service.hypervisorId, { ...service, accessNodes: 'automatic' });
  const only = { ...group(7, acme), hypervisorId: service.hypervisorId };
  world.records.vmGroups.set(only.groupId, only);
  const path = `/operator/hypervisors/${service.hypervisorId}/vm-groups/${only.groupId}`;
  const refused = (await callAs(world, PROVIDER)('DELETE', path)).body;
  assert.equal(refused.status, 409);
  assert.match(refused.detail, new RegExp(`${acme.name} \\(${acme.hypervisorId}\\)`));
});

test('O6: on a service hypervisor whose automatic nodes come from nowhere no job is started', async () => {
  const world = createWorld();
  world.records.hypervisors.set(service.hypervisorId, { ...service, accessNodes: 'automatic' });
  const body = { instanceIds: ['i-0123456789abcdef0'] };
  for (const route of ['/backups', '/snapshots', '/backup-copies']) {
    const own = await callAs(world, ACME)('POST', route, { body });
    assert.deepEqual([own.status, own.body.code], [409, 'RuleViolated']);
    assert.match(own.body.detail, /Your provider has to finish the set-up/);
    assert.doesNotMatch(own.text, /access node|VM group|hv-/);
    const operators = (await callAs(world, PROVIDER)('POST', `${onTenant}${route}`, { body })).body;
    assert.match(
      operators.detail,
      /must be added by hand at the service hypervisor before a tenant hypervisor can use it/,
    );
  }
  const only = { ...group(7, acme), hypervisorId: service.hypervisorId };
  world.records.vmGroups.set(only.groupId, only);
  assert.equal((await callAs(world, ACME)('POST', '/backups', { body })).status, 202);
});

test('a job takes its terms over from the plan that it names', async () => {
  const world = createWorld();
  const consistency = { kind: 'application', freeze: 'sync' } as const;
  const terms = {
    streams: 3,
    deadlineMinutes: 60,
    consistency,
    copyToRegion: 'eu-west-1',
    copy: { when: 'at-once' },
  } as const;
  const own = plan(1, acme, { method: 'snapshot', ...terms });
  world.records.plans.set(own.planId, own);
  const call = callAs(world, ACME);
  const { jobId } = (await call('POST', '/snapshots', { body: { planId: own.planId } })).body;
  const request = world.records.jobs.get(jobId)?.request;
  assert.deepEqual(request, {
    type: 'snapshot',
    instanceIds: [],
    groupIds: [],
    planId: own.planId,
    streams: 3,
    deadlineAt: START + 3_600_000,
    deadlineMs: 3_600_000,
    consistency,
    copyToRegion: 'eu-west-1',
    copyAtOnce: true,
    purpose: 'restore',
    transport: 'ebs-direct',
    queueDeadlineSeconds: 3_600,
  });
  assert.equal((world.calls.started[0] as { input: { planId: string } }).input.planId, own.planId);
  const told = { planId: own.planId, copyAtOnce: false, consistency: { kind: 'crash' } };
  const second = (await call('POST', '/snapshots', { body: told })).body.jobId;
  const other = world.records.jobs.get(second)?.request;
  assert.deepEqual(other?.type === 'snapshot' && [other.copyAtOnce, other.consistency], [false, { kind: 'crash' }]);
});
