import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../adapters/system.ts';
import type { Plan } from '../../core/domain/plan.ts';
import { objectivesOf } from '../../core/steps/health/objectives.ts';
import { scheduledJobId } from '../../core/steps/schedule/start-scheduled-job.ts';
import { createWorld } from '../api/world.ts';
import { acme, job, jobInstance, plan, point, START } from '../api/world-records.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const INSTANCE = 'i-0123456789abcdef0';

/** A plan whose job of that time protects the instances. */
const worldWith = (
  of: Plan,
  dueAt: number,
  instanceIds: readonly string[],
  state: 'completed' | 'failed' = 'failed',
) => {
  const world = createWorld();
  const { records, deps } = world;
  records.plans.set(of.planId, of);
  const scheduled = job(1, acme, { jobId: scheduledJobId(sha256, of.planId, 'backup', dueAt), state });
  records.jobs.set(scheduled.jobId, scheduled);
  for (const instanceId of instanceIds) records.instances.push(jobInstance(scheduled, { instanceId, phase: 'failed' }));
  const at = (now: number) => objectivesOf({ catalog: deps.catalog, sha256 }, acme, now);
  /** A point that was committed last, for the instance. */
  const commit = (n: number, takenAt: number, change = {}): void => {
    const made = point(n, acme, { takenAt, ...change });
    records.points.set(made.recoveryPointId, made);
    records.protectedInstances.set(`${acme.hypervisorId} ${INSTANCE}`, {
      tenantId: acme.hypervisorId,
      instanceId: INSTANCE,
      fence: n,
      committed: made.recoveryPointId,
    });
  };
  return { ...world, at, commit };
};

const daily = plan(1, acme, { createdAt: START - 10 * DAY, updatedAt: START - 10 * DAY });
const due = START + 2 * HOUR;

test('a daily plan: a point of this night is new enough until the next night’s job has had its time', async () => {
  const { at, commit } = worldWith(daily, due, [INSTANCE]);
  commit(1, due + 60_000);
  const stateAt = async (now: number) => (await at(now)).map(({ state }) => state);
  assert.deepEqual(await stateAt(due + 7 * HOUR), ['met']);
  assert.deepEqual(await stateAt(due + DAY + 5 * HOUR), ['met']);
  assert.deepEqual(await stateAt(due + DAY + 7 * HOUR), ['missed']);
});

test('an instance that has no recovery point at all counts, and so does one whose newest is damaged or removed', async () => {
  const { at, commit, records } = worldWith(daily, due, [INSTANCE]);
  const [none] = await at(due + 7 * HOUR);
  assert.deepEqual([none?.instanceId, none?.state, none?.newestAt], [INSTANCE, 'missed', undefined]);
  commit(1, due + 60_000, { lostVolumes: ['vol-0123456789abcdef0'] });
  assert.equal((await at(due + 7 * HOUR))[0]?.state, 'missed');
  commit(2, due + 120_000, { state: 'expired' });
  assert.equal((await at(due + 7 * HOUR))[0]?.state, 'missed');
  // an older one is left, and is whole
  const older = point(3, acme, { takenAt: due - 30 * 60_000 });
  records.points.set(older.recoveryPointId, older);
  const [kept] = await at(due + 7 * HOUR);
  assert.deepEqual([kept?.state, kept?.newestAt], ['met', older.takenAt]);
});

test('on Monday morning nobody misses what a plan for working days does not take on Sunday', async () => {
  // 2026-01-02 is a Friday
  const friday = Date.UTC(2026, 0, 2, 2);
  const working = plan(1, acme, {
    schedule: { expression: 'cron(0 2 ? * MON-FRI *)', timeZone: 'UTC' },
    createdAt: START - 10 * DAY,
    updatedAt: START - 10 * DAY,
  });
  const { at, commit } = worldWith(working, friday, [INSTANCE]);
  commit(1, friday + 60_000);
  assert.equal((await at(friday + 3 * DAY - HOUR))[0]?.state, 'met');
  assert.equal((await at(friday + 3 * DAY + 5 * HOUR))[0]?.state, 'met');
  const [late] = await at(friday + 3 * DAY + 7 * HOUR);
  assert.equal(late?.state, 'missed');
});

test('an hourly rate whose jobs all fail is missed, however often the next one is begun', async () => {
  const begun = START + 10 * HOUR;
  const hourly = plan(1, acme, {
    schedule: { expression: 'rate(1 hour)', timeZone: 'UTC' },
    createdAt: START,
    updatedAt: START,
    lastBackupDueAt: begun,
  });
  const { at, commit } = worldWith(hourly, begun - HOUR, [INSTANCE]);
  commit(1, begun - 5 * HOUR);
  assert.equal((await at(begun + 60_000))[0]?.state, 'missed');
  commit(2, begun - 30 * 60_000);
  assert.equal((await at(begun + 60_000))[0]?.state, 'met');
});

test('jobs that never came so far as to say what they protect: the plan itself is missed', async () => {
  const { at } = worldWith(daily, due, []);
  const found = await at(due + 7 * HOUR);
  assert.deepEqual(
    found.map(({ instanceId, state }) => [instanceId, state]),
    [[undefined, 'missed']],
  );
});

test('a plan that protects nothing, is paused, has no schedule or was only just made asks for nothing', async () => {
  const empty = worldWith(daily, due, [], 'completed');
  assert.deepEqual(await empty.at(due + 7 * HOUR), []);
  const paused = worldWith({ ...daily, paused: true }, due, [INSTANCE]);
  assert.deepEqual(await paused.at(due + 7 * HOUR), []);
  const { schedule: _, ...onDemand } = daily;
  assert.deepEqual(await worldWith(onDemand, due, [INSTANCE]).at(due + 7 * HOUR), []);
  const fresh = worldWith({ ...daily, createdAt: due + HOUR, updatedAt: due + HOUR }, due, []);
  assert.deepEqual(
    (await fresh.at(due + 7 * HOUR)).map(({ state }) => state),
    ['settling'],
  );
});
