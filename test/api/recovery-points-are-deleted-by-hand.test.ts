import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import { callAs } from './call-as.ts';
import { createWorld, type World } from './world.ts';
import { ACME, acme, BOLT, job, point, restoreOf, START } from './world-records.ts';

const DAY = 86_400_000;

const snapshotPoint = (n: number, change: Partial<RecoveryPoint> = {}): RecoveryPoint => {
  const base = point(n, acme, { kind: 'snapshot', takenAt: START + n * DAY });
  return { ...base, volumes: base.volumes.map((volume) => ({ ...volume, snapshotId: `snap-0000000${n}` })), ...change };
};
const worldWith = (...points: RecoveryPoint[]): World => {
  const world = createWorld();
  for (const each of points) world.records.points.set(each.recoveryPointId, each);
  return world;
};
const stateOf = (world: World, { recoveryPointId }: RecoveryPoint) => world.records.points.get(recoveryPointId)?.state;
const remove = (world: World, { recoveryPointId }: RecoveryPoint, query: Record<string, string> = {}, who = ACME) =>
  callAs(world, who)('DELETE', `/recovery-points/${recoveryPointId}`, { query });
const deleted = (world: World): string[] =>
  world.account.deletedSnapshots.map(({ region, snapshotId }) => `${region} ${snapshotId}`);

test('one point goes with its snapshots, in the region of its copy too; its neighbours stay', async () => {
  const regionCopy = { region: 'eu-west-1', state: 'completed', snapshotIds: ['snap-0000000a'] } as const;
  const points = [snapshotPoint(1), snapshotPoint(2, { regionCopy }), snapshotPoint(3)];
  const world = worldWith(...points);
  const [, middle] = points;
  assert.ok(middle);
  const { status, body } = await remove(world, middle);
  assert.deepEqual([status, body], [200, { removed: [middle.recoveryPointId], failed: [] }]);
  assert.deepEqual(deleted(world), ['eu-central-1 snap-00000002', 'eu-west-1 snap-0000000a']);
  assert.deepEqual(
    points.map((each) => stateOf(world, each)),
    ['available', 'expired', 'available'],
  );
  const noted = world.auditing.written().filter(({ what }) => what.operation === 'remove recovery points');
  assert.deepEqual(
    noted.map(({ outcome, what, who }) => [outcome, what.subjects, who.principal]),
    ['Asked', 'Done'].map((outcome) => [outcome, [middle.recoveryPointId], `arn:aws:iam::${ACME}:user/someone`]),
  );
  const again = await remove(world, middle);
  assert.deepEqual([again.status, again.body.code], [409, 'RecoveryPointUnavailable']);
});

test('one in the library expires; its data is left to the prune', async () => {
  const [old, young] = [point(1, acme), point(2, acme)];
  const world = worldWith(old, young);
  assert.equal((await remove(world, old)).status, 200);
  assert.deepEqual([stateOf(world, old), deleted(world)], ['expired', []]);
});

test('snapshots that resist are told, and go with the next retention run', async () => {
  const [old, young] = [snapshotPoint(1), snapshotPoint(2)];
  const world = worldWith(old, young);
  world.account.stuck.add('snap-00000001');
  const { body } = await remove(world, old);
  assert.deepEqual([body.removed, body.failed.length], [[old.recoveryPointId], 1]);
  world.account.stuck.clear();
  const call = callAs(world, ACME);
  await call('POST', '/retention', { body: { token: (await call('GET', '/retention')).body.token } });
  assert.deepEqual(deleted(world), ['eu-central-1 snap-00000001']);
});

test('held, locked, in use, pending, another tenant’s, absent: refused, and nothing is done', async () => {
  const held = snapshotPoint(1, { legalHold: { since: 1, by: 'x', heldBy: 'tenant', reason: 'case 17' } });
  const locked = snapshotPoint(2, { lockedUntil: START + 100 * DAY });
  const used = snapshotPoint(3);
  const pending = snapshotPoint(4, { state: 'pending' });
  const abandoned = snapshotPoint(5, { state: 'abandoned' });
  const free = snapshotPoint(6);
  const world = worldWith(held, locked, used, pending, abandoned, free, snapshotPoint(7));
  const restore = job(50, acme, { type: 'restore', request: restoreOf(used.recoveryPointId) });
  world.records.jobs.set(restore.jobId, restore);
  const before = structuredClone([...world.records.points]);
  for (const [each, status, words] of [
    [held, 409, /legal hold/],
    [locked, 409, /locked/],
    [used, 409, /reads from/],
    [pending, 409, /pending/],
    [abandoned, 409, /abandoned/],
  ] as const) {
    const answer = await remove(world, each, { evenNewest: 'true' });
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.body.detail, words);
    assert.ok(answer.body.remedy.length > 10);
  }
  const foreign = await remove(world, free, {}, BOLT);
  const absent = await remove(world, snapshotPoint(9), {}, BOLT);
  assert.deepEqual([foreign.status, foreign.body], [404, absent.body]);
  assert.deepEqual([[...world.records.points], deleted(world)], [before, []]);
});

test('the newest of its place goes only if that is said; the other place does not count', async () => {
  const [snapshot, copy] = [snapshotPoint(2), point(1, acme, { kind: 'backup-copy' })];
  for (const each of [snapshot, copy]) {
    const world = worldWith(snapshot, copy);
    const refused = await remove(world, each);
    assert.deepEqual([refused.status, refused.body.field], [409, 'evenNewest']);
    assert.match(refused.body.detail, /newest/);
    assert.equal(stateOf(world, each), 'available');
    assert.equal((await remove(world, each, { evenNewest: 'true' })).status, 200);
    assert.equal(stateOf(world, each), 'expired');
  }
});

test('what the next incremental backup compares with goes only if that is said, and never while a job works on it', async () => {
  const head = point(1, acme);
  const world = worldWith(head, point(2, acme));
  const key = `${acme.hypervisorId} ${head.instanceId}`;
  const instance = { tenantId: acme.hypervisorId, instanceId: head.instanceId, fence: 1, head: head.recoveryPointId };
  world.records.protectedInstances.set(key, { ...instance, owner: 'job-1-1' });
  const busy = await remove(world, head, { evenNewest: 'true' });
  assert.equal(busy.status, 409);
  assert.match(busy.body.detail, /job works on the instance/);
  world.records.protectedInstances.set(key, instance);
  const refused = await remove(world, head);
  assert.deepEqual([refused.status, refused.body.field], [409, 'evenNewest']);
  assert.match(refused.body.detail, /full/);
  assert.equal((await remove(world, head, { evenNewest: 'true' })).status, 200);
});

test('held or locked between the look and the deed: it stays', async () => {
  const [old, young] = [snapshotPoint(1), snapshotPoint(2)];
  const world = worldWith(old, young);
  const { expire } = world.deps.catalog.points;
  world.deps.catalog.points.expire = async (...args) => {
    world.records.points.set(old.recoveryPointId, { ...old, lockedUntil: START + 1_000 * DAY });
    return expire(...args);
  };
  const { status } = await remove(world, old);
  assert.deepEqual([status, stateOf(world, old), deleted(world)], [409, 'available', []]);
});

test('what cannot be recorded in the audit log is not deleted', async () => {
  const [old, young] = [snapshotPoint(1), snapshotPoint(2)];
  const world = worldWith(old, young);
  world.auditing.trouble.error = new Error('the table is not there');
  assert.equal((await remove(world, old)).status, 503);
  assert.deepEqual([stateOf(world, old), deleted(world)], ['available', []]);
});
