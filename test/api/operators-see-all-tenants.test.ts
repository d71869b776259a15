import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../adapters/system.ts';
import type { LibraryOutcome } from '../../core/contracts/library-runs.ts';
import { scheduledJobId } from '../../core/steps/schedule/start-scheduled-job.ts';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import {
  ACME,
  acme,
  bolt,
  group,
  job,
  jobInstance,
  libraryRun,
  PROVIDER,
  plan,
  point,
  START,
  service,
} from './world-records.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const listed = (instanceId: string, tags: Record<string, string> = {}, state = 'running') => ({
  instanceId,
  state,
  platform: 'Linux/UNIX',
  availabilityZone: 'eu-central-1a',
  tags,
  volumes: [],
});

test('each instance of a tenant is protected, late, waiting for its first backup, or covered by no plan', async () => {
  const world = createWorld();
  const { records, account } = world;
  const daily = plan(1, acme, { createdAt: START - 10 * DAY, updatedAt: START - 10 * DAY });
  const paused = plan(2, acme, { createdAt: START - 10 * DAY, updatedAt: START - 10 * DAY, paused: true });
  for (const each of [daily, paused]) records.plans.set(each.planId, each);
  const groups = [
    { ...group(1, acme), match: { tag: { key: 'Backup' } }, planId: daily.planId },
    { ...group(2, acme), match: { tag: { key: 'Paused' } }, planId: paused.planId },
  ];
  for (const each of groups) records.vmGroups.set(each.groupId, each);
  const [good, old, fresh, bare, ofPaused, gone] = ['1', '2', '3', '4', '5', '6'].map((n) => `i-0000000${n}`) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  account.instances.push(
    ...[good, old, fresh].map((id) => listed(id, { Backup: 'yes' })),
    listed(bare),
    listed(ofPaused, { Paused: 'yes' }),
    listed(gone, {}, 'terminated'),
  );
  const due = START + 2 * HOUR;
  const scheduled = job(1, acme, { jobId: scheduledJobId(sha256, daily.planId, 'backup', due), state: 'completed' });
  records.jobs.set(scheduled.jobId, scheduled);
  for (const instanceId of [good, old]) records.instances.push(jobInstance(scheduled, { instanceId }));
  const made = point(1, acme, { instanceId: good, takenAt: due + 60_000 });
  records.points.set(made.recoveryPointId, made);
  records.protectedInstances.set(`${acme.hypervisorId} ${good}`, {
    tenantId: acme.hypervisorId,
    instanceId: good,
    fence: 1,
    committed: made.recoveryPointId,
  });
  world.advance(9 * HOUR);

  const call = callAs(world, PROVIDER);
  const { items } = (await call('GET', '/operator/protection')).body;
  assert.deepEqual(
    items.map(({ tenantId }: { tenantId: string }) => tenantId),
    [acme.hypervisorId, bolt.hypervisorId],
    'no service hypervisor is among them',
  );
  assert.deepEqual(items[0], {
    tenantId: acme.hypervisorId,
    name: acme.name,
    protected: 1,
    late: 1,
    waiting: 1,
    unprotected: 2,
    gone: 0,
    unknown: 0,
    lateIds: [old],
    unprotectedIds: [bare, ofPaused],
  });
  assert.ok(account.opened.every(({ access }) => access.to === 'look'));
  assert.equal((await callAs(world, ACME)('GET', '/operator/protection')).status, 403);
});

test('an account that cannot be asked hides neither what the records say of it nor the other tenants', async () => {
  const world = createWorld();
  world.account.lost.add(ACME);
  const { items } = (await callAs(world, PROVIDER)('GET', '/operator/protection')).body;
  const [one, other] = items;
  assert.match(one.problem, /is gone/);
  assert.deepEqual([one.late, one.unprotected], [0, 0]);
  assert.deepEqual([other.tenantId, other.unprotected, 'problem' in other], [bolt.hypervisorId, 0, false]);
});

test('jobs of the last day are those that are not over, or ended within it, of all tenants', async () => {
  const world = createWorld();
  const { records, deps } = world;
  world.advance(40 * DAY);
  const now = START + 40 * DAY;
  const put = async (n: number, of: typeof acme, change: Parameters<typeof job>[2]) => {
    const made = job(n, of, change);
    records.jobs.set(made.jobId, made);
    if (made.state === 'failed') await deps.health.ends.noteFailure(made);
    return made.jobId;
  };
  const open = await put(1, acme, { createdAt: now - 9 * DAY });
  const ended = await put(2, bolt, { state: 'completed', createdAt: now - 30 * HOUR, endedAt: now - 2 * HOUR });
  const failed = await put(3, acme, { state: 'failed', createdAt: now - 5 * DAY, endedAt: now - HOUR });
  const suspended = await put(4, bolt, { state: 'suspended', createdAt: now - 3 * HOUR });
  await put(5, acme, { state: 'completed', createdAt: now - 30 * HOUR, endedAt: now - 25 * HOUR });
  await put(6, acme, { state: 'failed', createdAt: now - 5 * DAY, endedAt: now - 4 * DAY });
  const call = callAs(world, PROVIDER);
  const { body } = await call('GET', '/operator/recent-jobs');
  const idsOf = (items: readonly { jobId: string }[]): string[] => items.map(({ jobId }) => jobId);
  assert.deepEqual(idsOf(body.items), [suspended, ended, failed, open], 'the newest first');
  assert.deepEqual([body.since, 'more' in body], [new Date(now - DAY).toISOString(), false]);
  const two = (await call('GET', '/operator/recent-jobs', { query: { limit: '2' } })).body;
  assert.deepEqual([idsOf(two.items), two.more], [[suspended, ended], 2]);
  const hour = (await call('GET', '/operator/recent-jobs', { query: { hours: '1' } })).body;
  assert.deepEqual(idsOf(hour.items), [suspended, failed, open]);
  assert.equal((await call('GET', '/operator/recent-jobs', { query: { hours: '0' } })).status, 400);
});

const check = { depth: 'sample' as const, findingsInAll: 0, findings: [], lostInAll: 0, lost: [] };
const counts = { recoveryPoints: 4, volumes: 4, pages: 1, packs: 3, blocks: 10, packsRead: 1, bytesRead: 5 };

test('a library’s growth is what its checks and stats runs have counted, library by library', async () => {
  const world = createWorld();
  const add = (n: number, outcome: LibraryOutcome | undefined, change = {}) => {
    const run = libraryRun(n, acme, {
      state: 'completed',
      endedAt: START + n * DAY,
      createdAt: START + n * DAY,
      ...(outcome ? { task: outcome.task, outcome } : {}),
      ...change,
    });
    world.records.libraryRuns.set(run.runId, run);
  };
  add(1, { task: 'check', ...check, ...counts });
  add(2, { task: 'check', ...check, ...counts, dataBlocks: 30, packBytes: 4_000 });
  add(3, { task: 'rotate-key', keyNumber: 2 });
  add(4, undefined, { state: 'failed' });
  add(5, {
    task: 'stats',
    recoveryPoints: 5,
    volumes: 5,
    logicalBytes: 9_000,
    dataBytes: 8_000,
    uniqueBytes: 2_000,
    storedBytes: 1_500,
    storedBytesOf: { packs: 1_400, index: 100 },
    dedupRatio: 4,
    compressionRatio: 1.4,
    packs: 1,
    livePackShare: 1,
    indexObjects: 1,
    reclaimableBytes: 0,
    lostBlocks: 0,
  });
  const { items } = (await callAs(world, PROVIDER)('GET', '/operator/library-growth')).body;
  const at = (n: number): string => new Date(START + n * DAY).toISOString();
  const block = 524_288;
  assert.deepEqual(items, [
    {
      tenantId: acme.hypervisorId,
      name: acme.name,
      serviceId: service.hypervisorId,
      points: [
        { at: at(2), recoveryPoints: 4, dataBytes: 30 * block, uniqueBytes: 10 * block, packBytes: 4_000 },
        { at: at(5), recoveryPoints: 5, dataBytes: 8_000, uniqueBytes: 2_000, packBytes: 1_400 },
      ],
    },
  ]);
});

test('what each tenant has cost in a month is its counted calls and its library as counted by then, at list prices', async () => {
  const world = createWorld();
  const { records } = world;
  const { catalog } = world.deps;
  const { hypervisorId: tenantId } = acme;
  const calls = { blocksRead: 1_000, blocksWritten: 100, blockLists: 10, s3Puts: 50, s3Gets: 400, kms: 3 };
  const month = new Date(START).toISOString().slice(0, 7);
  await catalog.usage.replaceMonth({ tenantId, month, version: 1, calls, adding: {} }, undefined);
  const GIB = 1_073_741_824;
  const add = (n: number, endedAt: number, packBytes: number, more: Partial<ReturnType<typeof libraryRun>> = {}) => {
    const outcome = { task: 'check' as const, ...check, ...counts, dataBlocks: 30, packBytes };
    const run = libraryRun(n, acme, {
      state: 'completed',
      task: 'check',
      outcome,
      endedAt,
      createdAt: endedAt,
      ...more,
    });
    records.libraryRuns.set(run.runId, run);
  };
  add(1, START - DAY, 7 * GIB);
  add(2, START, 10 * GIB);
  add(3, START - HOUR, 2 * GIB, { serviceId: 'hv-another-service' });
  add(4, START + 62 * DAY, 90 * GIB);
  const { mediaAgent } = service;
  const onDisk = {
    ...service,
    hypervisorId: 'hv-on-disk',
    mediaAgent: { ...mediaAgent, library: { kind: 'disk' as const, path: '/l' } },
  };
  records.hypervisors.set(onDisk.hypervisorId, onDisk);
  add(5, START - 2 * HOUR, 5_000 * GIB, { serviceId: onDisk.hypervisorId });
  const call = callAs(world, PROVIDER);
  const page = (await call('GET', '/operator/costs')).body;
  assert.deepEqual([page.month, page.prices.month], [month, '2026-11']);
  assert.ok(page.prices.region.startsWith('US East') && page.notIncluded.length > 0);
  const [first, second, ...others] = page.items;
  assert.deepEqual(first, {
    tenantId,
    name: acme.name,
    calls,
    library: { packBytes: 12 * GIB, countedAt: new Date(START - HOUR).toISOString() },
    nanoUsd: {
      ...{
        blocksRead: 3_000_000,
        blocksWritten: 600_000,
        blockLists: 6_000,
        s3Puts: 250_000,
        s3Gets: 160_000,
        kms: 9_000,
      },
      ...{ library: 276_000_000, total: 280_025_000 },
    },
  });
  assert.deepEqual(
    [second.tenantId, second.nanoUsd.total, 'library' in second, others],
    [bolt.hypervisorId, 0, false, []],
  );

  const of = async (query: Record<string, string>) => (await call('GET', '/operator/costs', { query })).body;
  const before = (await of({ month: '2020-01' })).items[0];
  assert.deepEqual([before.nanoUsd.total, 'library' in before], [0, false], 'there was nothing yet');
  const after = (await of({ month: new Date(START + 62 * DAY).toISOString().slice(0, 7) })).items[0];
  assert.deepEqual([after.calls.blocksRead, after.library.packBytes], [0, 92 * GIB]);
  const named: string[] = [];
  for (let next: string | undefined; ; ) {
    const { items, next: more } = await of({ limit: '1', month, ...(next === undefined ? {} : { next }) });
    named.push(...items.map((each: { tenantId: string }) => each.tenantId));
    next = more;
    if (next === undefined) break;
  }
  assert.deepEqual(named, [acme.hypervisorId, bolt.hypervisorId], 'page by page');
  for (const wrong of ['2026-13', '2026', 'now'])
    assert.equal((await call('GET', '/operator/costs', { query: { month: wrong } })).status, 400, wrong);
  assert.equal((await callAs(world, ACME)('GET', '/operator/costs')).status, 403);
});
