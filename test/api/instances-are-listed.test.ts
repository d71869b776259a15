import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransientFailure } from '../../core/domain/errors.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import type { ListedInstance } from '../../core/ports/tenant-instances.ts';
import { objectivesOf } from '../../core/steps/health/objectives.ts';
import { scheduledJobId } from '../../core/steps/schedule/start-scheduled-job.ts';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import {
  ACME,
  acme,
  BOLT,
  bolt,
  group,
  job,
  jobInstance,
  PROVIDER,
  plan,
  point,
  SERVICE_SIDE,
  START,
} from './world-records.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Ten days on, at eleven: the plans are due at two every night. */
const NOW = START + 10 * DAY + 11 * HOUR;

const id = (n: number): string => `i-0000000${n}`;
const listed = (n: number, name?: string): ListedInstance => ({
  instanceId: id(n),
  state: 'running',
  platform: 'Linux/UNIX',
  availabilityZone: 'eu-central-1a',
  tags: name === undefined ? {} : { Name: name, app: name.split('-')[0] ?? '' },
  volumes: [{ volumeId: `vol-0000000${n}`, device: '/dev/xvda' }],
  ...(name === undefined ? {} : { name }),
});

const openWorld = () => {
  const world = createWorld();
  world.advance(NOW - START);
  const { records, account } = world;
  let made = 100;
  /** A point of an instance, so many hours old. */
  const protect = (
    instance: number,
    hours: number,
    change: Partial<RecoveryPoint> = {},
    owner: TenantHypervisor = acme,
  ): RecoveryPoint => {
    const one = point(made++, owner, { instanceId: id(instance), takenAt: NOW - hours * HOUR, ...change });
    records.points.set(one.recoveryPointId, one);
    records.protectedInstances.set(`${owner.hypervisorId} ${id(instance)}`, {
      tenantId: owner.hypervisorId,
      instanceId: id(instance),
      fence: 1,
      committed: one.recoveryPointId,
    });
    return one;
  };
  const cover = (n: number, app: string, change = {}) => {
    const own = plan(n, acme, change);
    records.plans.set(own.planId, own);
    const groups = group(n, acme, { match: { tag: { key: 'app', value: app } }, planId: own.planId });
    records.vmGroups.set(groups.groupId, groups);
    return own;
  };
  account.instances.push(listed(1, 'web-1'), listed(2, 'web-2'), listed(3, 'db-1'), listed(4, 'web-3'), listed(5));
  return { world, records, account, protect, cover, own: callAs(world, ACME), operator: callAs(world, PROVIDER) };
};

const protections = (items: { instanceId: string; protection: string }[]) =>
  Object.fromEntries(items.map(({ instanceId, protection }) => [instanceId, protection]));

test('each instance is protected, late, unprotected or gone, and says why; never backed up is late', async () => {
  const { protect, cover, own, account } = openWorld();
  const nightly = cover(1, 'web');
  cover(2, 'db', { paused: true });
  const fresh = protect(1, 9);
  protect(1, 33);
  protect(1, 57, { state: 'expired' });
  protect(2, 57, { planId: nightly.planId });
  protect(3, 9);
  protect(6, 100);
  protect(7, 100, { state: 'expired' });
  const { body } = await own('GET', '/instances');
  assert.deepEqual(protections(body.items), {
    [id(5)]: 'unprotected',
    [id(3)]: 'unprotected',
    [id(1)]: 'protected',
    [id(2)]: 'late',
    [id(4)]: 'late',
    [id(6)]: 'gone',
  });
  assert.deepEqual(
    body.items.map(({ name }: { name?: string }) => name),
    [undefined, 'db-1', 'web-1', 'web-2', 'web-3', 'shop'],
    'by name, then those that are gone',
  );
  const of = (n: number) => body.items.find(({ instanceId }: { instanceId: string }) => instanceId === id(n));
  assert.deepEqual(of(1), {
    instanceId: id(1),
    name: 'web-1',
    state: 'running',
    protection: 'protected',
    reason: 'Its newest recovery point is as new as plan plan 1 asks.',
    groups: [{ groupId: group(1, acme).groupId, name: 'group 1', planId: nightly.planId }],
    plans: [{ planId: nightly.planId, name: 'plan 1', nextRunAt: new Date(NOW + 15 * HOUR).toISOString() }],
    newest: {
      recoveryPointId: fresh.recoveryPointId,
      kind: 'streaming',
      takenAt: new Date(NOW - 9 * HOUR).toISOString(),
    },
    recoveryPoints: 2,
  });
  assert.match(of(2).reason, /^Its newest recovery point is 2 days old, and plan plan 1 allows 30 h\.$/);
  assert.equal(of(4).reason, 'It was never backed up: plan plan 1 was due 9 h ago, and it has no recovery point.');
  assert.equal(of(3).reason, 'Only plan plan 2 would back it up, and is paused.');
  assert.equal(of(5).reason, 'No VM group matches it.');
  assert.deepEqual([of(6).state, of(6).recoveryPoints], [undefined, 1]);
  assert.equal(account.opened.length, 1, 'the account is asked once');
});

test('late is what health calls missed, at every age of the newest point', async () => {
  const seen = new Set<string>();
  for (const hours of [1, 9, 20, 26, 29, 29.9, 30.1, 31, 40, 60]) {
    const { world, records, protect, cover, own } = openWorld();
    const nightly = cover(1, 'web');
    protect(1, hours, { planId: nightly.planId });
    // health reads from the plan's jobs which instances it protects
    const due = Date.UTC(2026, 0, 11, 2);
    const ran = job(9, acme, { jobId: scheduledJobId(world.deps.sha256, nightly.planId, 'backup', due) });
    records.jobs.set(ran.jobId, { ...ran, state: 'completed' });
    records.instances.push(jobInstance(ran, { instanceId: id(1) }));
    const [objective] = await objectivesOf(world.deps, acme, NOW);
    const { body } = await own('GET', '/instances', { query: { text: 'web-1' } });
    assert.equal(objective?.instanceId, id(1));
    assert.equal(body.items[0].protection, objective.state === 'missed' ? 'late' : 'protected', `${hours} h`);
    seen.add(body.items[0].protection);
  }
  assert.equal(seen.size, 2);
});

test('a damaged newest point counts for nothing', async () => {
  const { protect, cover, own } = openWorld();
  cover(1, 'web');
  const good = protect(1, 57);
  protect(1, 9, { lostVolumes: ['vol-0000000001'] });
  const { body } = await own('GET', '/instances', { query: { text: 'web-1' } });
  assert.deepEqual([body.items[0].protection, body.items[0].newest.recoveryPointId], ['late', good.recoveryPointId]);
});

test('pages, filters and the text come to the same, and a cursor of another list is refused', async () => {
  const { protect, cover, own, operator } = openWorld();
  cover(1, 'web');
  protect(1, 9);
  protect(6, 9);
  const all = (await own('GET', '/instances')).body.items;
  assert.equal(all.length, 6);
  const paged = [];
  for (let next: string | undefined; ; ) {
    const { body } = await own('GET', '/instances', { query: { limit: '2', ...(next ? { next } : {}) } });
    paged.push(...body.items);
    next = body.next;
    if (next === undefined) break;
  }
  assert.deepEqual(paged, all);
  for (const protection of ['protected', 'waiting', 'unprotected', 'gone', 'late']) {
    const { body } = await operator('GET', `/operator/tenants/${acme.hypervisorId}/instances`, {
      query: { protection },
    });
    assert.deepEqual(
      body.items,
      all.filter((each: { protection: string }) => each.protection === protection),
    );
  }
  const ids = async (text: string) =>
    (await own('GET', '/instances', { query: { text } })).body.items.map(
      ({ instanceId }: { instanceId: string }) => instanceId,
    );
  assert.deepEqual(await ids('WEB'), [id(1), id(2), id(4)]);
  assert.deepEqual(await ids('shop'), [id(6)], 'one that is gone is found by the name that it had');
  assert.deepEqual(await ids(id(3)), [id(3)]);
  for (const next of ['x', '%E0%A4%A', encodeURIComponent('0web-1/nothing'), '0a/i-1']) {
    const { body } = await own('GET', '/instances', { query: { next } });
    assert.deepEqual([body.status, body.field], [400, 'next'], next);
  }
});

test('an account that lets nobody in is told, and what has recovery points is listed all the same', async () => {
  for (const why of ['the role is gone', 'revoked'] as const) {
    const { world, protect, cover, own, operator, account } = openWorld();
    const nightly = cover(1, 'web');
    protect(1, 9, { planId: nightly.planId });
    protect(2, 57, { planId: nightly.planId });
    protect(3, 9);
    if (why === 'revoked') await operator('POST', `/operator/hypervisors/${acme.hypervisorId}/revoke`, { body: {} });
    account.lost.add(ACME);
    const { body, text, status } = await own('GET', '/instances');
    assert.equal(status, 200, text);
    assert.deepEqual(protections(body.items), { [id(1)]: 'protected', [id(2)]: 'late', [id(3)]: 'unknown' });
    assert.equal(body.accountNotReached.name, 'TenantAccessLost');
    assert.ok(body.accountNotReached.remedy);
    for (const secret of [...SERVICE_SIDE, BOLT]) assert.ok(!text.toLowerCase().includes(secret), secret);
    assert.equal(world.calls.reported.length, 0, 'it is no failure of ours');
  }
});

test('what AWS fails to answer just now is said, not answered as if nothing were there', async () => {
  const { account, own } = openWorld();
  account.scopes.open = async () => {
    throw new TransientFailure('throttled');
  };
  assert.equal((await own('GET', '/instances')).status, 503);
});

test('nothing of another tenant is in it: neither points, nor plans, nor groups', async () => {
  const { records, protect, own } = openWorld();
  const theirs = plan(8, bolt);
  records.plans.set(theirs.planId, theirs);
  const all = group(8, bolt, { planId: theirs.planId });
  records.vmGroups.set(all.groupId, all);
  protect(1, 9, {}, bolt);
  protect(9, 9, {}, bolt);
  const { body, text } = await own('GET', '/instances');
  assert.equal(body.items.length, 5);
  assert.ok(body.items.every((each: { protection: string; recoveryPoints: number }) => each.recoveryPoints === 0));
  for (const foreign of [theirs.planId, all.groupId, bolt.hypervisorId, id(9)]) assert.ok(!text.includes(foreign));
});
