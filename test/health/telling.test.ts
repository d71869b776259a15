import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../adapters/system.ts';
import type { Announcement } from '../../core/domain/announcements.ts';
import { TransientFailure } from '../../core/domain/errors.ts';
import type { Job } from '../../core/domain/job.ts';
import type { MetricSample } from '../../core/ports/health.ts';
import { beatingTick } from '../../core/steps/health/beating-tick.ts';
import { createMeasure } from '../../core/steps/health/measure.ts';
import { tellingEnd } from '../../core/steps/health/tell-job-end.ts';
import { scheduledJobId } from '../../core/steps/schedule/start-scheduled-job.ts';
import { createInMemoryHealth } from '../api/in-memory-health.ts';
import { createWorld } from '../api/world.ts';
import { acme, job, jobInstance, plan, point, SERVICE_SIDE, START, service } from '../api/world-records.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const open = () => {
  const world = createWorld();
  const kept = createInMemoryHealth(world.records);
  const told: Announcement[] = [];
  const samples: MetricSample[] = [];
  const state = { fails: false };
  const deps = {
    ...world.deps,
    ...kept,
    ends: kept.health.ends,
    announcer: {
      announce: async (announcements: readonly Announcement[]) => {
        if (state.fails) throw new TransientFailure('events:PutEvents: throttled');
        told.push(...announcements);
      },
    },
    meter: { emit: (sample: MetricSample) => void samples.push(sample) },
    report: () => {},
  };
  const end = (ended: Job): void => {
    world.records.jobs.set(ended.jobId, ended);
    kept.notes.set(ended.jobId, `note of attempt ${ended.attempt}`);
  };
  return { ...world, kept, told, samples, state, deps, end, measure: createMeasure(deps) };
};

const FAILED = {
  state: 'failed',
  endedAt: START + HOUR,
  error: {
    name: 'NoAccessNode',
    message: 'no access node of hv-0199aaaa-0000-7000-8000-000000000900 took ord-0123456789abcdef',
  },
} as const;

test('an end that could not be told with its step is told by the next measurement, once', async () => {
  const { deps, told, samples, state, end, measure, records } = open();
  const ended = job(1, acme, FAILED);
  end(ended);
  records.instances.push(jobInstance(ended, { phase: 'failed' }));
  state.fails = true;
  const step = tellingEnd(deps, async (_: { jobId: string; tenantId: string }) => 'the job is closed');
  assert.equal(await step({ jobId: ended.jobId, tenantId: acme.hypervisorId }), 'the job is closed');
  assert.deepEqual(await measure(), { told: 0, problems: [`${ended.jobId}: events:PutEvents: throttled`] });
  assert.equal(told.length, 0);
  state.fails = false;
  assert.deepEqual(await measure(), { told: 1, problems: [] });
  assert.deepEqual(await measure(), { told: 0, problems: [] });
  assert.deepEqual(
    told.map(({ type, detail }) => [type, detail.id, detail.state]),
    [['Holdfast Job Ended', `${ended.jobId}-1-ended`, 'failed']],
  );
  const counted = samples.filter(({ metrics }) => 'JobsEnded' in metrics);
  assert.deepEqual(
    counted.map(({ metrics, about }) => [metrics.JobsFailed, about?.jobId, about?.tenantId, about?.instanceId]),
    [[1, ended.jobId, acme.hypervisorId, 'i-0123456789abcdef0']],
  );
});

test('each attempt’s end is told, and cleanup that closes a closed job once more tells nothing', async () => {
  const { deps, told, end, records } = open();
  const step = tellingEnd(deps, async (_: { jobId: string; tenantId: string }) => 'done');
  const input = { jobId: job(1, acme).jobId, tenantId: acme.hypervisorId };
  end(job(1, acme, FAILED));
  await step(input);
  await step(input);
  const first = records.jobs.get(input.jobId) as Job;
  end(first);
  await step(input);
  end({ ...first, attempt: 2, state: 'completed' });
  await step(input);
  assert.deepEqual(
    told.map(({ detail }) => [detail.attempt, detail.state]),
    [
      [1, 'failed'],
      [2, 'completed'],
    ],
  );
});

test('a job that was noted and has not ended is left alone', async () => {
  const { told, end, measure, kept } = open();
  end(job(1, acme, { state: 'running' }));
  await measure();
  assert.equal(told.length, 0);
  assert.equal(kept.notes.size, 1);
});

test('the tenant’s part of an event holds nothing of the service side; the operators’ says what happened', async () => {
  const { told, end, measure } = open();
  end(job(1, acme, FAILED));
  await measure();
  const { tenantView, ...forOperators } = told[0]?.detail ?? { id: '' };
  assert.match(JSON.stringify(forOperators), /no access node of hv-.* took ord-/);
  const text = JSON.stringify(tenantView);
  for (const word of [...SERVICE_SIDE, 'ord-', 'NoAccessNode']) assert.ok(!text.includes(word), `${word} in ${text}`);
  assert.match(text, /NoCapacity/);
});

test('an objective is told once when it begins to be missed, and once when it is met again', async () => {
  const { told, measure, records, advance, kept, samples, state } = open();
  const due = START + 2 * HOUR;
  const nightly = plan(1, acme, { createdAt: START - 10 * DAY, updatedAt: START - 10 * DAY });
  records.plans.set(nightly.planId, nightly);
  const scheduled = job(7, acme, { jobId: scheduledJobId(sha256, nightly.planId, 'backup', due), state: 'failed' });
  records.jobs.set(scheduled.jobId, scheduled);
  records.instances.push(jobInstance(scheduled, { phase: 'failed' }));
  const types = () => told.map(({ type }) => type);

  advance(9 * HOUR);
  state.fails = true;
  await measure();
  const [recorded] = [...(await kept.missedObjectives.list())];
  assert.equal(recorded?.told, false);
  state.fails = false;
  advance(300_000);
  await measure();
  advance(300_000);
  await measure();
  assert.deepEqual(types(), ['Holdfast Objective Missed']);
  const missedId = told[0]?.detail.id ?? '';
  // of the time at which it was found, not of that at which it could be told
  assert.match(missedId, new RegExp(` ${recorded?.since} missed$`));
  const ofTenant = samples.filter(({ tenantId }) => tenantId === acme.hypervisorId);
  assert.ok(ofTenant.every(({ metrics }) => metrics.ObjectivesMissed === 1));

  const made = point(1, acme, { takenAt: START + 9 * HOUR });
  records.points.set(made.recoveryPointId, made);
  records.protectedInstances.set(`${acme.hypervisorId} i-0123456789abcdef0`, {
    tenantId: acme.hypervisorId,
    instanceId: 'i-0123456789abcdef0',
    fence: 1,
    committed: made.recoveryPointId,
  });
  await measure();
  const last = () => samples.filter(({ tenantId }) => tenantId === acme.hypervisorId);
  assert.equal(last().at(-1)?.metrics.ObjectivesMissed, 0, 'that it is over is written, once');
  const times = last().length;
  await measure();
  assert.equal(last().length, times);
  assert.deepEqual(types(), ['Holdfast Objective Missed', 'Holdfast Objective Met']);
  assert.equal(told[1]?.detail.id, missedId.replace(/missed$/, 'met'));
  assert.deepEqual(await kept.missedObjectives.list(), []);
});

test('a missed objective whose plan is paused is not asked for any more, and says so', async () => {
  const { told, measure, records, kept } = open();
  const nightly = plan(1, acme, { paused: true });
  records.plans.set(nightly.planId, nightly);
  await kept.missedObjectives.put({
    tenantId: acme.hypervisorId,
    planId: nightly.planId,
    planName: nightly.name,
    since: START,
    told: true,
  });
  await measure();
  assert.deepEqual(
    told.map(({ type, detail }) => [type, detail.state]),
    [['Holdfast Objective Met', 'no longer asked for']],
  );
});

test('a number is written while it says something and for two hours longer, so that alarms see that it is over', async () => {
  const { measure, samples, kept, advance } = open();
  const { queues } = service;
  const written = () => samples.at(-1)?.metrics ?? {};
  await measure();
  assert.deepEqual(
    [written().OrdersWaiting, written().ObjectivesMissed, written().JobsOverdue],
    [0, 0, 0],
    'what was never written is, so that no alarm begins without data',
  );
  advance(2 * HOUR - 1);
  await measure();
  assert.equal(written().OrdersWaiting, 0);
  advance(1);
  for (const name of ['tick', 'audit-anchor', 'reap'] as const)
    kept.pulses.set(name, { at: START + 2 * HOUR, problems: [] });
  await measure();
  advance(2 * HOUR);
  for (const name of ['tick', 'audit-anchor', 'reap'] as const)
    kept.pulses.set(name, { at: START + 4 * HOUR, problems: [] });
  await measure();
  assert.deepEqual(written(), { Measurements: 1, MeasurementAgeSeconds: 7_200 }, 'the measurement itself was late');

  kept.queued.set(queues.work, { waiting: 5, held: 0 });
  await measure();
  assert.deepEqual([written().OrdersWaiting, written().ServicesWithoutNodes, written().JobsOverdue], [5, 1, undefined]);
  kept.queued.clear();
  advance(300_000);
  await measure();
  assert.deepEqual([written().OrdersWaiting, written().ServicesWithoutNodes], [0, 0]);
});

test('an age is written once it is late', async () => {
  const { measure, samples, kept, advance } = open();
  const anchor = (at: number) => void kept.pulses.set('audit-anchor', { at, problems: [] });
  anchor(START);
  await measure();
  advance(3 * HOUR);
  anchor(START + 3 * HOUR);
  await measure();
  assert.ok(!('AuditAnchorAgeSeconds' in (samples.at(-1)?.metrics ?? {})));
  anchor(START + HOUR);
  await measure();
  assert.equal(samples.at(-1)?.metrics.AuditAnchorAgeSeconds, 2 * 3_600);
});

test('a tick writes its troubles, and that they are over, and else only that it was', async () => {
  const { deps, kept, samples } = open();
  const problems: string[] = [];
  const tick = beatingTick({ ...deps, pulses: kept.health.pulses }, async () => ({ problems }));
  const written = async () => {
    await tick({});
    return samples.at(-1)?.metrics;
  };
  assert.deepEqual(await written(), { Ticks: 1, TickProblems: 0 });
  assert.deepEqual(await written(), { Ticks: 1 });
  problems.push('hv-1: the role cannot be assumed');
  assert.deepEqual(await written(), { Ticks: 1, TickProblems: 1 });
  problems.pop();
  assert.deepEqual(await written(), { Ticks: 1, TickProblems: 0 });
  assert.deepEqual(await written(), { Ticks: 1 });
});
