import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDailyRetention } from '../../core/steps/jobs/run-retention.ts';
import { createScheduleLibraryRuns } from '../../core/steps/schedule/schedule-library-runs.ts';
import { createTick, TICK_MS } from '../../core/steps/schedule/tick.ts';
import { createWorld } from '../api/world.ts';
import { acme, plan, point, START } from '../api/world-records.ts';

const HOUR = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();

const worldWithLibrary = () => {
  const world = createWorld();
  const instanceId = 'i-0123456789abcdef0';
  const inLibrary = point(1, acme);
  const head = inLibrary.recoveryPointId;
  world.records.points.set(head, inLibrary);
  world.records.protectedInstances.set(`${acme.hypervisorId} ${instanceId}`, {
    tenantId: acme.hypervisorId,
    instanceId,
    fence: 1,
    head,
  });
  const schedule = createScheduleLibraryRuns(world.deps);
  /** Each hour of a week. */
  const week = async (): Promise<string[]> => {
    const problems: string[] = [];
    for (let hour = 0; hour < 7 * 24; hour += 1)
      problems.push(...(await schedule({ scheduledTime: iso(START + hour * HOUR) })).problems);
    return problems;
  };
  const prunes = () => [...world.records.libraryRuns.values()].filter(({ task }) => task === 'prune');
  return { world, week, prunes };
};

test('a prune that the schedule starts is recorded before; checks, which delete nothing, are not', async () => {
  const { world, week, prunes } = worldWithLibrary();
  assert.deepEqual(await week(), []);
  const [prune] = prunes();
  assert.equal(prunes().length, 1);
  assert.ok(world.records.libraryRuns.size > 1);
  const [entry, ...more] = world.auditing.written();
  assert.deepEqual(more, []);
  assert.deepEqual(entry?.who, { kind: 'system', principal: 'library runs by schedule' });
  assert.deepEqual(
    [entry?.what.operation, entry?.what.tenantId, entry?.what.subjects[0], entry?.outcome],
    ['start a prune', acme.hypervisorId, prune?.runId, 'Asked'],
  );
});

test('without the audit log the schedule starts no prune, says so, and checks go on', async () => {
  const { world, week, prunes } = worldWithLibrary();
  world.auditing.trouble.error = new Error('the table is gone');
  const problems = await week();
  assert.deepEqual(prunes(), []);
  assert.ok(world.records.libraryRuns.size > 0);
  assert.ok(problems.length > 0 && problems.every((each) => each.includes('the table is gone')), String(problems));
});

test('the daily retention names what it removes, and removes nothing that it cannot name', async () => {
  const world = createWorld();
  const own = plan(1, acme, { retention: { days: 1 } });
  world.records.plans.set(own.planId, own);
  const points = [1, 2, 3].map((n) => point(n, acme, { planId: own.planId, takenAt: START + n * 24 * HOUR }));
  for (const each of points) world.records.points.set(each.recoveryPointId, each);
  world.advance(40 * 24 * HOUR);
  world.auditing.trouble.error = new Error('the table is gone');
  await assert.rejects(runDailyRetention(world.deps, acme, Number.POSITIVE_INFINITY), {
    name: 'NotRecorded',
    message: /so nothing was removed/,
  });
  assert.ok([...world.records.points.values()].every(({ state }) => state === 'available'));
  delete world.auditing.trouble.error;
  const { removed } = await runDailyRetention(world.deps, acme, Number.POSITIVE_INFINITY);
  assert.ok(removed.length > 0);
  assert.deepEqual(
    world.auditing.written().map(({ who, what, outcome }) => [who.principal, outcome, what.subjects]),
    ['Asked', 'Done'].map((outcome) => ['daily retention', outcome, removed]),
  );
});

test('every hour, and not with every tick, the head is kept; that it could not be is said', async () => {
  const world = createWorld();
  let kept = 0;
  const tick = createTick({
    ...world.deps,
    keepAnchor: async () => {
      kept += 1;
      if (kept === 2) throw new Error('no bucket');
    },
  });
  const problems: string[] = [];
  for (let at = 0; at < 36; at += 1)
    problems.push(...(await tick({ scheduledTime: iso(START + at * TICK_MS) })).problems);
  assert.equal(kept, 9, 'three times within the hour’s first quarter: the next one makes up for one that is lost');
  assert.deepEqual(problems, ['audit anchor: no bucket']);
});
