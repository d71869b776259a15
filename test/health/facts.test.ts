import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HealthFact } from '../../core/contracts/health.ts';
import { quarantineError } from '../../core/domain/quarantine.ts';
import { createReadHealth } from '../../core/steps/health/read-health.ts';
import { aJob, anOrder } from '../adapters/records.ts';
import { createInMemoryHealth } from '../api/in-memory-health.ts';
import { createWorld } from '../api/world.ts';
import { accessNode, acme, job, jobInstance, START, service } from '../api/world-records.ts';

const MINUTE = 60_000;
const NOW = START + 24 * 60 * MINUTE;

const open = () => {
  const world = createWorld();
  const kept = createInMemoryHealth(world.records);
  world.advance(NOW - START);
  const read = createReadHealth({ ...world.deps, ...kept });
  const fact = async (name: HealthFact['name']): Promise<HealthFact> => {
    const found = (await read()).facts.find((each) => each.name === name);
    assert.ok(found, name);
    return found;
  };
  for (const name of ['tick', 'measure', 'audit-anchor', 'reap'] as const)
    kept.pulses.set(name, { at: NOW, problems: [] });
  return { ...world, kept, read, fact };
};

test('a deployment where nothing is wrong is ok, and every metric has a number', async () => {
  const { read } = open();
  const { level, facts } = await read();
  assert.equal(level, 'ok', JSON.stringify(facts));
  for (const { name, metrics } of facts)
    for (const [metric, value] of Object.entries(metrics)) assert.ok(Number.isFinite(value), `${name} ${metric}`);
});

test('a node that is not heard of is bad if somebody added it, else a warning; one that has left is not missed', async () => {
  const { records, fact } = open();
  const put = (n: number, change: object) => {
    const node = { ...accessNode(n), heartbeatAt: NOW - 2 * MINUTE, slots: 2, ...change };
    records.nodes.set(`${service.hypervisorId} ${node.nodeId}`, node);
  };
  put(1, { draining: true });
  put(2, { heartbeatAt: NOW });
  assert.deepEqual((await fact('access nodes')).metrics, {
    AccessNodesLost: 0,
    AutomaticNodesLost: 0,
    AccessNodesLive: 1,
  });
  put(3, { origin: 'automatic' });
  const warned = await fact('access nodes');
  assert.deepEqual([warned.level, warned.metrics.AccessNodesLost, warned.metrics.AutomaticNodesLost], ['warn', 0, 1]);
  put(3, { origin: 'automatic', heartbeatAt: NOW - 25 * 60 * MINUTE });
  assert.equal((await fact('access nodes')).level, 'ok', 'it was replaced a day ago');
  put(3, { origin: 'automatic' });
  put(4, {});
  const bad = await fact('access nodes');
  assert.equal(bad.level, 'bad');
  assert.deepEqual([bad.metrics.AccessNodesLost, bad.metrics.AutomaticNodesLost], [1, 1]);
  assert.match(bad.about.join('\n'), /node 4\) of hv-.*not heard of for 2 min/);
});

test('work that waits where no node is, is a warning at first; over half an hour it is bad', async () => {
  const { records, kept, fact } = open();
  kept.queued.set(service.queues.work, { waiting: 5, held: 1 });
  const queues = await fact('queues');
  assert.deepEqual(
    [queues.level, queues.metrics.OrdersWaiting, queues.metrics.OrdersHeld, queues.metrics.ServicesWithoutNodes],
    ['warn', 5, 1, 1],
  );
  const waiting = job(1, acme, { state: 'waiting' });
  records.jobs.set(waiting.jobId, waiting);
  const since = { phase: 'waiting for an access node', phaseSince: NOW - 40 * MINUTE } as const;
  records.instances.push(jobInstance(waiting, since));
  const long = await fact('queues');
  assert.deepEqual([long.level, long.metrics.LongestWaitSeconds], ['bad', 2_400]);
});

test('a job that is open long after its deadline is bad; one that failed and was tried again with success is none', async () => {
  const { records, kept, fact } = open();
  const { request } = job(1, acme);
  const late = job(1, acme, { request: { ...request, deadlineAt: NOW - 31 * MINUTE } });
  records.jobs.set(late.jobId, late);
  assert.deepEqual((await fact('open jobs')).metrics, { JobsOpen: 1, JobsOverdue: 1 });
  const failed = job(2, acme, { state: 'failed', endedAt: NOW - MINUTE });
  records.jobs.set(failed.jobId, failed);
  kept.failures.set(failed.jobId, failed);
  assert.equal((await fact('failed jobs')).level, 'warn');
  records.jobs.set(failed.jobId, { ...failed, attempt: 2, state: 'completed' });
  assert.equal((await fact('failed jobs')).level, 'ok');
});

test('an end that nobody could be told of for a quarter of an hour is bad', async () => {
  const { records, kept, fact } = open();
  const ended = job(1, acme, { state: 'completed', endedAt: NOW - 10 * MINUTE });
  records.jobs.set(ended.jobId, ended);
  kept.notes.set(ended.jobId, 'a note');
  assert.equal((await fact('notifications')).level, 'ok');
  records.jobs.set(ended.jobId, { ...ended, endedAt: NOW - 16 * MINUTE });
  const late = await fact('notifications');
  assert.deepEqual([late.level, late.metrics], ['bad', { NotificationsWaiting: 1, LongestUntoldSeconds: 960 }]);
});

test('what goes by itself and did not go, or met trouble, is told', async () => {
  const { kept, fact, read } = open();
  kept.pulses.set('tick', { at: NOW, problems: ['hv-1: the role cannot be assumed'] });
  const trouble = await fact('tick');
  assert.deepEqual([trouble.level, trouble.about], ['warn', ['hv-1: the role cannot be assumed']]);
  kept.pulses.set('tick', { at: NOW - 16 * MINUTE, problems: [] });
  assert.equal((await fact('tick')).level, 'bad');
  kept.pulses.set('audit-anchor', { at: NOW - 91 * MINUTE, problems: [] });
  assert.equal((await fact('audit anchor')).level, 'bad');
  assert.equal((await read()).level, 'bad');
});

test('what a sweep left for later is no finding; what it could not remove, or is for a person, is; what only looks like ours is not', async () => {
  const { deps, fact } = open();
  const finding = (n: number, change: object) => ({
    findingId: `finding-${n}`,
    place: 'control-plane',
    kind: 'snapshot' as const,
    subject: `snap-${n}`,
    reason: 'its job has ended',
    action: 'remove' as const,
    dueAt: NOW - MINUTE,
    firstSeenAt: NOW - 60 * MINUTE,
    lastSeenAt: NOW,
    attempts: 0,
    ...change,
  });
  await deps.catalog.findings.put(finding(1, { dueAt: NOW + MINUTE }));
  assert.equal((await fact('sweep findings')).level, 'ok');
  await deps.catalog.findings.put(finding(2, { attempts: 1, error: 'ec2:DeleteSnapshot is denied' }));
  await deps.catalog.findings.put(finding(3, { kind: 'half-removed-hypervisor', action: 'show' }));
  await deps.catalog.findings.put(finding(4, { action: 'show', reason: 'its tags name a job that is not known' }));
  await deps.catalog.findings.put(finding(5, { kind: 'unfinished-cleanup', attempts: 1 }));
  const findings = await fact('sweep findings');
  assert.deepEqual(
    [findings.level, findings.metrics],
    ['warn', { SweepFindings: 2, SweepFindingsInGrace: 2, SweepFindingsWaiting: 0 }],
  );
  assert.match(findings.about.join('\n'), /snap-2 .*is denied/);
});

test('what is due and was not tried, or whose cleanup was begun long ago, is told after two hours; what is in use is only shown', async () => {
  const { deps, fact } = open();
  const finding = (n: number, change: object) => ({
    ...{ findingId: `finding-${n}`, place: 'control-plane', kind: 'volume' as const, subject: `vol-${n}` },
    ...{ reason: 'its job has ended', action: 'remove' as const, dueAt: NOW - 121 * MINUTE },
    ...{ firstSeenAt: NOW - 121 * MINUTE, lastSeenAt: NOW, attempts: 0, ...change },
  });
  const { put } = deps.catalog.findings;
  await put(finding(1, { firstSeenAt: NOW - 60 * MINUTE }));
  await put(finding(2, { action: 'wait', reason: 'it is attached to i-1' }));
  await put(finding(3, { kind: 'unfinished-cleanup', attempts: 1, lastTriedAt: NOW - 60 * MINUTE }));
  const ok = await fact('sweep findings');
  assert.deepEqual([ok.level, ok.metrics.SweepFindingsInGrace, ok.metrics.SweepFindingsWaiting], ['ok', 2, 1]);
  assert.match(ok.says, /1 thing in use that no job needs/);
  await put(finding(1, {}));
  await put(finding(3, { kind: 'unfinished-cleanup', attempts: 1, lastTriedAt: NOW - 121 * MINUTE }));
  const warned = await fact('sweep findings');
  assert.deepEqual([warned.level, warned.metrics.SweepFindings], ['warn', 2]);
});

test('a sweep that does not come is bad, one that met trouble warns', async () => {
  const { kept, fact } = open();
  kept.pulses.set('reap', { at: NOW - 149 * MINUTE, problems: ['hv-1: NotRecorded'] });
  assert.deepEqual([(await fact('sweeps')).level, (await fact('sweeps')).about], ['warn', ['hv-1: NotRecorded']]);
  kept.pulses.set('reap', { at: NOW - 151 * MINUTE, problems: [] });
  assert.deepEqual([(await fact('sweeps')).level, (await fact('sweeps')).metrics.SweepAgeSeconds], ['bad', 151 * 60]);
});

test('calls that AWS throttled lately are named, with whose account it is', async () => {
  const { kept, fact } = open();
  kept.throttled.set(
    acme.hypervisorId,
    new Map([
      ['ec2:CreateSnapshots', { gapMs: 2_000, at: NOW - MINUTE }],
      ['ec2:CreateVolume', { gapMs: 2_000, at: NOW - 60 * MINUTE }],
    ]),
  );
  const throttles = await fact('throttles');
  assert.deepEqual([throttles.level, throttles.metrics], ['warn', { ThrottledApis: 1 }]);
  assert.match(throttles.about[0] ?? '', /^ec2:CreateSnapshots in the account of hv-.*1 min ago/);
});

test('a tenant whose records cannot be read hides none of the others', async () => {
  const { deps, read } = open();
  const broken = createReadHealth({
    ...deps,
    ...createInMemoryHealth({ jobs: new Map() }),
    catalog: {
      ...deps.catalog,
      plans: { ...deps.catalog.plans, list: async () => Promise.reject(new Error('dynamodb:Query: throttled')) },
    },
  });
  const { facts } = await broken();
  assert.equal(facts.length, (await read()).facts.length);
  const objectives = facts.find(({ name }) => name === 'objectives');
  assert.equal(objectives?.level, 'warn');
  assert.match(objectives?.about[0] ?? '', /could not be looked at: dynamodb:Query: throttled/);
});

test('an order that nodes died with is bad, and says so; messages that name no order are a warning, and counted apart', async () => {
  const {
    deps: { catalog },
    fact,
  } = open();
  const report = (n: number) =>
    catalog.quarantine.addMessage(
      {
        messageId: `msg-${String(n).padStart(10, '0')}`,
        serviceId: service.hypervisorId,
        nodeId: 'node-00000001',
        bytes: 1,
        sha256: 'ab'.repeat(32),
        receiveCount: 1,
        at: n,
      },
      100,
    );
  for (let n = 0; n < 130; n++) await report(n);
  const stray = await fact('quarantined orders');
  assert.deepEqual([stray.level, stray.metrics], ['warn', { OrdersQuarantined: 0, StrayMessages: 100 }]);
  assert.match(stray.about.join('\n'), /100 messages in a queue of hv-.* that name no order, of 130 reported/);
  const order = anOrder(aJob(acme.hypervisorId), 'i-00000001');
  await catalog.orders.add([order]);
  const deaths = [{ nodeId: 'node-00000001', claim: 1, lastHeardAt: 1 }];
  await catalog.quarantine.putOrder(order, deaths, quarantineError(deaths), 2);
  const bad = await fact('quarantined orders');
  assert.deepEqual([bad.level, bad.metrics.OrdersQuarantined], ['bad', 1]);
  assert.match(bad.says, /access nodes died with 1 order/);
  assert.ok(bad.about[0]?.startsWith(order.orderId), bad.about[0]);
});
