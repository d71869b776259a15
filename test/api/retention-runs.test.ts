import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import { runDailyRetention } from '../../core/steps/jobs/run-retention.ts';
import { callAs } from './call-as.ts';
import { createWorld, type World } from './world.ts';
import { ACME, acme, BOLT, bolt, job, plan, point, restoreOf, START } from './world-records.ts';

const DAY = 86_400_000;
const own = plan(1, acme, { retention: { count: 2 } });

const snapshotPoint = (n: number, change: Partial<RecoveryPoint> = {}): RecoveryPoint => {
  const base = point(n, acme, { kind: 'snapshot', planId: own.planId, takenAt: START + n * DAY });
  return { ...base, volumes: base.volumes.map((volume) => ({ ...volume, snapshotId: `snap-0000000${n}` })), ...change };
};
const worldWith = (...points: RecoveryPoint[]): World => {
  const world = createWorld();
  world.records.plans.set(own.planId, own);
  for (const each of points) world.records.points.set(each.recoveryPointId, each);
  return world;
};
const stateOf = (world: World, { recoveryPointId }: RecoveryPoint) => world.records.points.get(recoveryPointId)?.state;
const deleted = (world: World): string[] =>
  world.account.deletedSnapshots.map(({ region, snapshotId }) => `${region} ${snapshotId}`);

test('a plan is shown first, with a reason for each point, and performed with its token', async () => {
  const points = [1, 2, 3, 4].map((n) => snapshotPoint(n));
  const theirs = point(9, bolt);
  const world = worldWith(...points, theirs);
  const call = callAs(world, ACME);
  const shown = (await call('GET', '/retention')).body;
  const ids = (list: { recoveryPointId: string }[]) => list.map(({ recoveryPointId }) => recoveryPointId).sort();
  assert.deepEqual(ids(shown.removes), ids(points.slice(0, 2)));
  assert.deepEqual(ids(shown.keeps), ids(points.slice(2)));
  assert.ok([...shown.removes, ...shown.keeps].every(({ reason }) => reason.length > 10));
  assert.deepEqual(deleted(world), [], 'nothing was done');

  const { status, body } = await call('POST', '/retention', { body: { token: shown.token } });
  assert.deepEqual([status, ids(shown.removes), body.failed], [200, [...body.removed].sort(), []]);
  assert.deepEqual(deleted(world).sort(), ['eu-central-1 snap-00000001', 'eu-central-1 snap-00000002']);
  assert.deepEqual(
    points.map((each) => stateOf(world, each)),
    ['expired', 'expired', 'available', 'available'],
  );
  assert.equal(stateOf(world, theirs), 'available');
  assert.ok(world.account.opened.every(({ accountId, access }) => accountId === ACME && access.to === 'retain'));
});

test('a plan that has become another one since it was shown is not performed', async () => {
  const points = [1, 2, 3].map((n) => snapshotPoint(n));
  const world = worldWith(...points);
  const call = callAs(world, ACME);
  const { token } = (await call('GET', '/retention')).body;
  await call('PUT', `/recovery-points/${points[0]?.recoveryPointId}/legal-hold`, { body: { reason: 'case 17' } });
  const { body } = await call('POST', '/retention', { body: { token } });
  assert.deepEqual([body.status, body.code, body.field], [409, 'Conflict', 'token']);
  assert.deepEqual(deleted(world), []);
});

test('a point under legal hold stays until it is released; who set the hold is not shown to the tenant', async () => {
  const points = [1, 2, 3].map((n) => snapshotPoint(n));
  const world = worldWith(...points);
  const call = callAs(world, ACME);
  const path = `/recovery-points/${points[0]?.recoveryPointId}/legal-hold`;
  const held = (await call('PUT', path, { body: { reason: 'case 17' } })).body;
  assert.deepEqual(held.legalHold, { since: new Date(START).toISOString(), reason: 'case 17' });
  assert.deepEqual((await call('GET', '/retention')).body.removes, []);
  assert.equal((await call('DELETE', path)).body.legalHold, undefined);
  assert.equal((await call('GET', '/retention')).body.removes.length, 1);
  assert.equal((await callAs(world, BOLT)('PUT', path, { body: { reason: 'mine' } })).status, 404);
  await runDailyRetention(world.deps, acme, Number.POSITIVE_INFINITY);
  assert.equal((await call('PUT', path, { body: { reason: 'too late' } })).body.code, 'RecoveryPointUnavailable');
});

test('what could not be removed is expired all the same, is told, and is gone on with by the next run', async () => {
  const points = [1, 2, 3, 4].map((n) => snapshotPoint(n));
  const world = worldWith(...points);
  world.account.stuck.add('snap-00000001');
  const call = callAs(world, ACME);
  const { token } = (await call('GET', '/retention')).body;
  const { body } = await call('POST', '/retention', { body: { token } });
  assert.equal(body.removed.length, 2);
  assert.deepEqual(body.failed, [
    {
      recoveryPointId: points[0]?.recoveryPointId,
      reason: 'Its snapshots could not be removed yet: the next run tries again.',
    },
  ]);
  assert.deepEqual(deleted(world), ['eu-central-1 snap-00000002']);
  world.account.stuck.clear();
  assert.deepEqual(await runDailyRetention(world.deps, acme, Number.POSITIVE_INFINITY), { removed: [], failed: [] });
  assert.deepEqual(deleted(world), ['eu-central-1 snap-00000002', 'eu-central-1 snap-00000001']);
  await runDailyRetention(world.deps, acme, Number.POSITIVE_INFINITY);
  assert.equal(deleted(world).length, 2, 'and then it is done');
});

test('copies in another region go with their point; data in the library is left to its prune', async () => {
  const regionCopy = { region: 'eu-west-1', state: 'completed', snapshotIds: ['snap-0000000c'] } as const;
  const first = snapshotPoint(1, { regionCopy });
  const library = [5, 6, 7].map((n) => point(n, acme, { planId: own.planId, takenAt: START + n * DAY }));
  const world = worldWith(first, snapshotPoint(2), snapshotPoint(3), ...library);
  const { removed } = await runDailyRetention(world.deps, acme, Number.POSITIVE_INFINITY);
  assert.deepEqual([...removed].sort(), [first.recoveryPointId, library[0]?.recoveryPointId].sort());
  assert.deepEqual(deleted(world), ['eu-central-1 snap-00000001', 'eu-west-1 snap-0000000c']);
});

test('what a restore reads from stays, also if the restore was asked for in between', async () => {
  const points = [1, 2, 3].map((n) => snapshotPoint(n));
  const [first] = points;
  const world = worldWith(...points);
  const restore = job(1, acme, { type: 'restore', request: restoreOf(first?.recoveryPointId ?? '') });
  world.records.jobs.set(restore.jobId, restore);
  assert.deepEqual((await runDailyRetention(world.deps, acme, Number.POSITIVE_INFINITY)).removed, []);
  world.records.jobs.set(restore.jobId, { ...restore, state: 'suspended' });
  assert.deepEqual((await runDailyRetention(world.deps, acme, Number.POSITIVE_INFINITY)).removed, [], 'it may go on');

  world.records.jobs.clear();
  const { expire } = world.deps.catalog.points;
  world.deps.catalog.points.expire = async (...args) => {
    world.records.jobs.set(restore.jobId, restore);
    return expire(...args);
  };
  const { removed, failed } = await runDailyRetention(world.deps, acme, Number.POSITIVE_INFINITY);
  assert.deepEqual(
    [removed.length, failed[0]?.error.message, deleted(world)],
    [1, 'a job that is open reads from it', []],
  );
  world.records.jobs.clear();
  await runDailyRetention(world.deps, acme, Number.POSITIVE_INFINITY);
  assert.deepEqual(deleted(world), ['eu-central-1 snap-00000001']);
});

test('a job that has taken the instance as its newest point is deleted keeps the snapshots that it compares with', async () => {
  const newest = snapshotPoint(3);
  const copy = point(5, acme, { copyOf: newest.recoveryPointId, planId: own.planId, volumes: newest.volumes });
  const world = worldWith(snapshotPoint(2), newest, copy);
  const instance = { tenantId: acme.hypervisorId, instanceId: newest.instanceId, fence: 1, head: copy.recoveryPointId };
  const key = `${acme.hypervisorId} ${newest.instanceId}`;
  world.records.protectedInstances.set(key, instance);
  const { expire } = world.deps.catalog.points;
  world.deps.catalog.points.expire = async (...args) => {
    // just now: it has been looked whether a job works on it
    world.records.protectedInstances.set(key, { ...instance, owner: 'job-1-1' });
    return expire(...args);
  };
  const call = callAs(world, ACME);
  const asked = await call('DELETE', `/recovery-points/${newest.recoveryPointId}`, { query: { evenNewest: 'true' } });
  assert.deepEqual([asked.status, asked.body.removed], [200, [newest.recoveryPointId]], asked.text);
  assert.equal(asked.body.failed.length, 1);
  assert.deepEqual(deleted(world), []);
  world.records.protectedInstances.set(key, instance);
  await runDailyRetention(world.deps, acme, Number.POSITIVE_INFINITY);
  assert.deepEqual(deleted(world), ['eu-central-1 snap-00000003'], 'the next run goes on');
});

test('records expire as long as there is time; the rest is the next run’s', async () => {
  const points = Array.from({ length: 30 }, (_, n) => snapshotPoint(n + 1));
  const world = worldWith(...points);
  const { expire } = world.deps.catalog.points;
  let [together, most] = [0, 0];
  world.deps.catalog.points.expire = async (...args) => {
    together += 1;
    most = Math.max(most, together);
    await Promise.resolve();
    world.advance(1_000);
    together -= 1;
    return expire(...args);
  };
  const first = await runDailyRetention(world.deps, acme, START + 10_000);
  assert.deepEqual([first.removed.length, first.failed.length, most], [16, 16, 8]);
  const second = await runDailyRetention(world.deps, acme, Number.POSITIVE_INFINITY);
  assert.deepEqual([second.removed.length, second.failed.length], [12, 0]);
  assert.equal(deleted(world).length, 28);
});

test('a list shows what can be restored; all of it only if asked', async () => {
  const points = [1, 2, 3].map((n) => snapshotPoint(n));
  const world = worldWith(...points);
  await runDailyRetention(world.deps, acme, Number.POSITIVE_INFINITY);
  const call = callAs(world, ACME);
  assert.equal((await call('GET', '/recovery-points')).body.items.length, 2);
  const { items } = (await call('GET', '/recovery-points', { query: { state: 'all' } })).body;
  assert.deepEqual(
    items.map((each: { state: string }) => each.state),
    ['available', 'available', 'expired'],
  );
  const limited = (await call('GET', '/recovery-points', { query: { limit: '1' } })).body;
  assert.equal(limited.items.length, 1);
});
