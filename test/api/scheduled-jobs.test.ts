import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Plan } from '../../core/domain/plan.ts';
import { createStartScheduledJob, ScheduledJob } from '../../core/steps/schedule/start-scheduled-job.ts';
import { createTick, isRetentionTick, TICK_MS, TickEvent } from '../../core/steps/schedule/tick.ts';
import { callAs } from './call-as.ts';
import { createWorld, type World } from './world.ts';
import { ACME, acme, bolt, group, job, plan, point, START, service, tenant } from './world-records.ts';

const HOUR = 3_600_000;
const DUE = START + 2 * HOUR;
const iso = (ms: number): string => new Date(ms).toISOString();
const sample = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8'));

/** It is 02:00 on 1 January; the tenant's plan is due. */
const worldWith = (change: Partial<Plan> = {}) => {
  const world = createWorld();
  const own = plan(1, acme, change);
  world.records.plans.set(own.planId, own);
  world.advance(2 * HOUR);
  const event: ScheduledJob = {
    hypervisorId: acme.hypervisorId,
    planId: own.planId,
    action: 'backup',
    scheduledTime: iso(DUE),
  };
  return { world, own, event, start: createStartScheduledJob(world.deps), tick: createTick(world.deps) };
};
const noteDue = (world: World, planId: string) => world.records.plans.get(planId)?.lastBackupDueAt;
const tickAt = (ms: number): TickEvent => ({ scheduledTime: iso(ms) });

test('a schedule starts one job, however often it is delivered; the input names tenant, plan and trigger', async () => {
  const { world, own, event, start } = worldWith();
  const first = await start(event);
  assert.equal(first.outcome, 'started');
  for (const repeated of await Promise.all([
    start(event),
    start({ ...event, scheduledTime: '2026-01-01T03:00:00+01:00' }),
  ]))
    assert.deepEqual([repeated.outcome, repeated.jobId], ['nothing to do', first.jobId]);
  assert.equal(world.records.jobs.size, 1);
  const [made] = world.records.jobs.values();
  assert.deepEqual([made?.trigger, made?.request.planId, made?.type], ['schedule', own.planId, 'backup']);
  assert.deepEqual(world.calls.started, [
    {
      machine: 'backup',
      name: `${first.jobId}-1`,
      input: {
        jobId: first.jobId,
        attempt: 1,
        tenantId: acme.hypervisorId,
        tenantName: acme.name,
        planId: own.planId,
        trigger: 'schedule',
        requestedBy: `schedule ${own.planId}-backup`,
      },
    },
  ]);
  assert.equal(noteDue(world, own.planId), DUE);
});

test('a delivery that ended between the record and the start is gone on with', async () => {
  const { world, event, start } = worldWith();
  const { start: execute } = world.deps.executions;
  const { update } = world.deps.catalog.jobs;
  world.deps.executions.start = async () => {
    throw new Error('killed');
  };
  world.deps.catalog.jobs.update = async () => false;
  await assert.rejects(start(event));
  world.deps.executions.start = execute;
  world.deps.catalog.jobs.update = update;
  assert.equal((await start(event)).outcome, 'started');
  assert.deepEqual([world.records.jobs.size, world.calls.started.length], [1, 1]);
});

test('deliveries that were held up and come after a later one start nothing', async () => {
  const { world, event, start } = worldWith();
  await start({ ...event, scheduledTime: iso(DUE + 24 * HOUR) });
  const late = await start(event);
  assert.deepEqual([late.outcome, world.records.jobs.size], ['nothing to do', 1]);
  assert.match(late.reason, /a later time of this schedule has come already/);
});

test('a paused plan starts nothing; a schedule without its plan starts nothing and goes', async () => {
  const { world, own, event, start } = worldWith({ paused: true });
  assert.match((await start(event)).reason, /is paused/);
  world.schedules.set(`${own.planId}-backup`, {} as never);
  world.records.plans.delete(own.planId);
  assert.match((await start(event)).reason, /there is no plan/);
  assert.deepEqual([world.records.jobs.size, world.schedules.size], [0, 0]);
  const copies = await start({ ...event, planId: own.planId.replace(/1$/, '2'), action: 'copy' });
  assert.equal(copies.outcome, 'nothing to do');
});

test('jobs of a plan do not pile up: the new one is left out, and says so where users look', async () => {
  const { world, own, event, start } = worldWith();
  const before = job(7, acme, { state: 'waiting' });
  world.records.jobs.set(before.jobId, { ...before, request: { ...before.request, planId: own.planId } });
  const { outcome, jobId } = await start(event);
  assert.equal(outcome, 'skipped');
  const shown = (await callAs(world, ACME)('GET', `/jobs/${jobId}`)).body;
  assert.deepEqual([shown.state, shown.error.name], ['cancelled', 'JobCancelled']);
  assert.match(
    shown.error.message,
    new RegExp(`not started: the job ${before.jobId} of the same plan was still waiting`),
  );
  assert.equal(world.calls.started.length, 0);
  assert.equal((await start(event)).outcome, 'nothing to do');
  // a copy does not wait for a backup, nor another plan's job for this one
  const next = { ...event, scheduledTime: iso(DUE + 24 * HOUR) };
  world.records.jobs.set(before.jobId, {
    ...before,
    type: 'backup-copy',
    request: { ...before.request, planId: own.planId },
  });
  assert.equal((await start(next)).outcome, 'started');
});

test('what the rules refuse is a failed job that says why, to each side in its words', async () => {
  const { world, event, start } = worldWith();
  world.records.hypervisors.set(service.hypervisorId, { ...service, accessNodes: 'automatic' });
  const { outcome, reason, jobId } = await start(event);
  assert.equal(outcome, 'refused');
  assert.match(reason, /^O6: /);
  const own = await callAs(world, ACME)('GET', `/jobs/${jobId}`);
  assert.deepEqual([own.body.state, own.body.error.name], ['failed', 'RuleViolated']);
  assert.match(own.body.error.message, /Your provider has to finish the set-up/);
  assert.doesNotMatch(own.text, /access node|O6/);
});

test('a window that was missed is caught up with once, the newest only, as the job that it would have been', async () => {
  const { world, own, event, start, tick } = worldWith();
  await start(event);
  world.records.jobs.clear();
  world.calls.started.length = 0;
  // three nights without Scheduler
  world.advance(3 * 24 * HOUR + HOUR);
  const now = DUE + 3 * 24 * HOUR + HOUR;
  assert.equal((await tick(tickAt(now))).caughtUp, 1);
  assert.equal((await tick(tickAt(now))).caughtUp, 0);
  const [caught] = world.records.jobs.keys();
  const newest = { ...event, scheduledTime: iso(DUE + 3 * 24 * HOUR) };
  assert.deepEqual([(await start(newest)).jobId, world.records.jobs.size], [caught, 1]);
  assert.equal(noteDue(world, own.planId), DUE + 3 * 24 * HOUR);
});

test('what was due before the plan was made, changed or resumed, or just now, is not missed', async () => {
  const { world, own, tick } = worldWith({ updatedAt: START + 3 * HOUR });
  world.advance(5 * HOUR);
  assert.equal((await tick(tickAt(START))).caughtUp, 0);
  world.records.plans.set(own.planId, { ...own, updatedAt: START, paused: true });
  assert.equal((await tick(tickAt(START))).caughtUp, 0);
  world.records.plans.set(own.planId, { ...own, updatedAt: START });
  assert.equal((await tick(tickAt(START))).caughtUp, 1);

  const fresh = worldWith();
  fresh.world.advance(9 * 60_000);
  assert.equal((await fresh.tick(tickAt(START))).caughtUp, 0);
});

test('a job that has not ended by its deadline is stopped, with the reason on its record; a second tick does no harm', async () => {
  const { world, tick } = worldWith();
  const base = job(1, acme);
  const late = job(1, acme, { request: { ...base.request, deadlineAt: START + HOUR } });
  const fine = job(2, bolt, { request: { ...base.request, deadlineAt: START + 9 * HOUR } });
  for (const each of [late, fine]) world.records.jobs.set(each.jobId, each);
  assert.equal((await tick(tickAt(DUE))).overdue, 1);
  assert.deepEqual(world.calls.stopped, [{ machine: 'backup', name: `${late.jobId}-1`, error: 'DeadlineExceeded' }]);
  const cleanup = { jobId: late.jobId, attempt: 1, tenantId: acme.hypervisorId };
  assert.deepEqual(world.calls.started, [{ machine: 'cleanup', name: `${late.jobId}-1-cleanup`, input: cleanup }]);
  assert.equal(world.records.jobs.get(late.jobId)?.error?.name, 'DeadlineExceeded');
  await tick(tickAt(DUE));
  assert.deepEqual(world.calls.stopped[1], world.calls.stopped[0]);
  world.records.jobs.set(late.jobId, { ...late, state: 'cancelling' });
  assert.equal((await tick(tickAt(DUE))).overdue, 0);
});

test('a job whose start or cancel was forgotten is healed by the tick; one that is just being started is left alone', async () => {
  const { world, tick } = worldWith();
  const { executionArn: _, ...unstarted } = job(1, acme, { state: 'queued' });
  const cancelling = job(2, bolt, { state: 'cancelling', cancelRequestedAt: START });
  const { executionArn: __, ...fresh } = job(3, bolt, { state: 'queued', createdAt: DUE });
  for (const each of [unstarted, cancelling, fresh]) world.records.jobs.set(each.jobId, each);
  await tick(tickAt(DUE));
  assert.deepEqual(
    world.calls.started.map((each) => (each as { name: string }).name),
    [`${unstarted.jobId}-1`, `${cancelling.jobId}-1-cleanup`],
  );
  assert.deepEqual(world.calls.stopped, [{ machine: 'backup', name: `${cancelling.jobId}-1`, error: 'JobCancelled' }]);
  assert.ok(world.records.jobs.get(unstarted.jobId)?.executionArn, 'it is noted, and not started again');
  await tick(tickAt(DUE));
  assert.equal(
    world.calls.started.filter((each) => (each as { name: string }).name === `${unstarted.jobId}-1`).length,
    1,
  );
});

test('schedules that did not follow a change of their plan are put again, rates excepted', async () => {
  const { world, own, tick } = worldWith({ updatedAt: DUE });
  world.records.plans.set(
    'rate',
    plan(2, acme, { updatedAt: DUE, schedule: { expression: 'rate(6 hours)', timeZone: 'UTC' } }),
  );
  await tick(tickAt(DUE));
  assert.deepEqual([...world.schedules.keys()], [`${own.planId}-backup`]);
});

test('retention runs once a day for each tenant, spread over the day; one tenant’s trouble does not stop the others', async () => {
  const { world, tick } = worldWith();
  const ids = Array.from({ length: 200 }, (_, n) => tenant(n, '1').hypervisorId);
  const slots = ids.map((id) => {
    const at = Array.from({ length: 288 }, (_, n) => START + n * TICK_MS).filter((ms) =>
      isRetentionTick(world.deps.sha256, id, ms),
    );
    assert.equal(at.length, 1, 'once a day');
    return at[0];
  });
  assert.ok(new Set(slots).size > 100);

  const list = world.deps.catalog.plans.list;
  world.deps.catalog.plans.list = async (id, page) => {
    if (id === acme.hypervisorId) throw new Error('acme’s plans cannot be read');
    return list(id, page);
  };
  const weekly = plan(5, bolt, { retention: { count: 1 }, schedule: undefined });
  world.records.plans.set(weekly.planId, weekly);
  for (const n of [1, 2, 3]) world.records.points.set(`${n}`, { ...point(n, bolt), planId: weekly.planId });
  for (const [, each] of [...world.records.points]) world.records.points.set(each.recoveryPointId, each);
  for (const n of [1, 2, 3]) world.records.points.delete(`${n}`);
  let removed = 0;
  const problems = new Set<string>();
  for (let at = START; at < START + 24 * HOUR; at += TICK_MS) {
    const outcome = await tick(tickAt(at));
    removed += outcome.removed;
    for (const problem of outcome.problems) problems.add(problem);
  }
  assert.equal(removed, 2);
  assert.deepEqual([...problems], [`${acme.hypervisorId}: acme’s plans cannot be read`]);
});

test('the sample events are what Scheduler hands over', async () => {
  const { start, tick, world } = worldWith();
  world.records.vmGroups.set(group(1, acme).groupId, group(1, acme));
  assert.equal((await start(ScheduledJob.parse(sample('schedule-start-scheduled-job')))).outcome, 'started');
  assert.deepEqual((await tick(TickEvent.parse(sample('schedule-tick')))).problems, []);
});

test('a tenant whose plans take all the time there is leaves time for the others; what is left comes first another time', async () => {
  const { world, tick } = worldWith();
  const { catalog } = world.deps;
  for (let n = 20; n < 30; n++) world.records.plans.set(plan(n, acme).planId, plan(n, acme));
  const done: string[] = [];
  const get = catalog.plans.get;
  catalog.plans.get = async (id, planId) => {
    done.push(id);
    world.advance(50_000);
    return get(id, planId);
  };
  const late = plan(40, bolt);
  world.records.plans.set(late.planId, late);
  const orders = new Set<string | undefined>();
  for (const n of [0, 1]) {
    done.length = 0;
    for (const each of [...world.records.plans.values()])
      world.records.plans.set(each.planId, { ...plan(1, acme), ...each, lastBackupDueAt: START - 24 * HOUR });
    world.advance(24 * HOUR);
    const outcome = await tick(tickAt(START + n * TICK_MS));
    orders.add(done[0]);
    assert.ok(done.includes(bolt.hypervisorId), 'the other tenant’s window is caught up with');
    assert.ok(outcome.problems.some((problem) => problem.includes(`${acme.hypervisorId}: there was no time left`)));
  }
  assert.deepEqual(orders, new Set([acme.hypervisorId, bolt.hypervisorId]));
});
