/**
 * Backups and snapshots of one instance whose steps, results, heartbeats and ends are delivered several times, in any order,
 * or not at all; then every attempt that is over is swept twice. `HOLDFAST_SEED` and `HOLDFAST_PATH` replay a failure.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { noCounters } from '../../core/contracts/orders.ts';
import { isOpen, type Job } from '../../core/domain/job.ts';
import { createRetryJob } from '../../core/steps/jobs/retry-job.ts';
import { createStartScheduledJob } from '../../core/steps/schedule/start-scheduled-job.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';
import { createWorld } from '../api/world.ts';
import { acme, plan, START } from '../api/world-records.ts';
import { INSTANCE, openAttempts } from './attempts.ts';

const RUNS = Number(process.env.HOLDFAST_RUNS ?? 1_000);
const parameters = {
  numRuns: RUNS,
  ...(process.env.HOLDFAST_SEED ? { seed: Number(process.env.HOLDFAST_SEED) } : {}),
  ...(process.env.HOLDFAST_PATH ? { path: process.env.HOLDFAST_PATH } : {}),
};

/** What happens next: to which attempt, and what. */
const event = fc.record({
  which: fc.nat(3),
  what: fc.oneof(
    { weight: 50, arbitrary: fc.constant('step' as const) },
    { weight: 8, arbitrary: fc.constant('step twice' as const) },
    { weight: 4, arbitrary: fc.constant('result twice' as const) },
    { weight: 4, arbitrary: fc.constant('late heartbeat' as const) },
    { weight: 2, arbitrary: fc.constant('stop, told' as const) },
    { weight: 2, arbitrary: fc.constant('stop, not told' as const) },
    { weight: 3, arbitrary: fc.constant('cleanup' as const) },
    { weight: 2, arbitrary: fc.constant('another job' as const) },
    { weight: 2, arbitrary: fc.constant('retry' as const) },
  ),
  at: fc.nat(10),
});

interface Live {
  readonly job: Job;
  readonly number: number;
  readonly attempt: ReturnType<Awaited<ReturnType<typeof openAttempts>>['attempt']>;
  next: number;
  over: boolean;
}

test(`${RUNS} seeds of duplicate, reordered and lost events: one attempt at a time, nothing lost, nothing left`, async (t) => {
  let commits = 0;
  let happened = 0;
  const seed = parameters.seed ?? Date.now() % 2 ** 31;
  t.diagnostic(`HOLDFAST_SEED=${seed}`);
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 30, maxLength: 90 }), async (events) => {
      const { catalog, records } = createInMemoryCatalog();
      const world = await openAttempts(catalog);
      const { tenantId } = world;
      const lives: Live[] = [];
      const begin = (job: Job, number: number): void =>
        void lives.push({ job, number, attempt: world.attempt(job, number), next: 0, over: false });
      const retryJob = createRetryJob(world.deps(async () => undefined));
      begin(await world.addJob(), 1);

      const finish = (live: Live, status: 'SUCCEEDED' | 'FAILED'): void => {
        live.over = true;
        world.end(live.job, live.number, status);
      };
      const advance = async (live: Live, times: number): Promise<void> => {
        const [name, step] = live.attempt.steps[live.next] ?? [];
        if (live.over || !step) return;
        try {
          for (let n = 0; n < times; n++) await step();
          live.next += 1;
          if (name === 'CommitRecoveryPoint') commits += 1;
          if (live.next === live.attempt.steps.length) finish(live, 'SUCCEEDED');
        } catch (error) {
          live.over = true;
          await live.attempt.fail(error as Error);
        }
      };
      const sweep = async (live: Live, pass: number): Promise<void> => {
        if (live.over) await world.cleanUp(live.job, live.number, pass);
      };

      for (const { which, what, at } of events) {
        const live = lives[which % lives.length] as Live;
        happened += 1;
        switch (what) {
          case 'step':
          case 'step twice':
            await advance(live, what === 'step' ? 1 : 2);
            break;
          case 'result twice':
          case 'late heartbeat': {
            const orders = await catalog.orders.ofAttempt(live.job.jobId, live.number);
            const order = orders[at % Math.max(1, orders.length)];
            if (!order) break;
            if (what === 'late heartbeat') {
              const answer = await catalog.orders.heartbeat(order.orderId, order.claim, noCounters, 1);
              if (order.state !== 'claimed') assert.equal(answer, undefined);
            } else if (order.outcome) {
              const other = { ...order.outcome, resultKey: 'another' };
              assert.deepEqual(await catalog.orders.complete(order.orderId, order.claim, other), order.outcome);
              await world.perform(order.orderId);
              assert.deepEqual((await catalog.orders.get(order.orderId))?.outcome, order.outcome);
            }
            break;
          }
          case 'stop, told':
          case 'stop, not told':
            if (live.over) break;
            live.over = true;
            world.stop(live.job, live.number);
            if (what === 'stop, told') await sweep(live, 1);
            break;
          case 'cleanup':
            await sweep(live, 1);
            break;
          case 'another job':
            if (lives.length < 6) begin(await world.addJob(at % 3 === 0 ? 'snapshot' : 'backup'), 1);
            break;
          case 'retry': {
            const before = (await catalog.jobs.get(tenantId, live.job.jobId)) as Job;
            if (isOpen(before.state) || lives.length >= 6) break;
            await retryJob(world.tenant, { kind: 'operator' }, live.job.jobId).catch((error: Error) =>
              assert.equal(error.name, 'Conflict'),
            );
            const now = (await catalog.jobs.get(tenantId, live.job.jobId)) as Job;
            if (now.attempt > before.attempt) begin(live.job, now.attempt);
            break;
          }
        }
        const committed = [...records.points.values()].filter(({ state }) => state === 'available');
        assert.ok(committed.length <= commits + 6);
      }

      // What nobody told of, the tick finds: executions that are over and were not closed. Others are timed out.
      for (const live of lives) {
        if (!live.over) world.stop(live.job, live.number);
        live.over = true;
      }
      world.advance(400_000);
      for (const pass of [1, 2]) for (const live of lives) await sweep(live, pass);

      const record = await catalog.instances.get(tenantId, INSTANCE);
      assert.equal(record?.owner, undefined, 'a lock');
      const points = [...records.points.values()];
      assert.deepEqual(
        points.filter(({ state }) => state === 'pending'),
        [],
        'a pending point',
      );
      const head = points.find(({ recoveryPointId }) => recoveryPointId === record?.head);
      assert.equal(head?.state, record?.head === undefined ? undefined : 'available');
      assert.deepEqual([...world.account.snapshots.keys()].sort(), await world.snapshotsToKeep(), 'a snapshot');
      for (const { state } of records.jobs.values()) assert.ok(!isOpen(state), state);
      for (const { state } of records.orders.values()) assert.ok(state === 'done' || state === 'closed', state);
      for (const { state } of records.effects.values()) assert.ok(state !== 'intended' && state !== 'made', state);
    }),
    { ...parameters, seed },
  );
  t.diagnostic(`${happened} events, ${commits} commits`);
  assert.ok(commits > RUNS / 20);
});

test(`a schedule that is delivered two to five times, at once or one after the other, starts one job (${RUNS / 5} seeds)`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ window: fc.nat(2), times: fc.integer({ min: 2, max: 5 }), atOnce: fc.boolean() }), {
        minLength: 1,
        maxLength: 6,
      }),
      async (deliveries) => {
        const world = createWorld();
        const own = plan(1, acme);
        world.records.plans.set(own.planId, own);
        world.advance(4 * 3_600_000);
        const start = createStartScheduledJob(world.deps);
        for (const { window, times, atOnce } of deliveries) {
          const deliver = () =>
            start({
              hypervisorId: acme.hypervisorId,
              planId: own.planId,
              action: 'backup',
              scheduledTime: new Date(START + (window + 1) * 3_600_000).toISOString(),
            });
          if (atOnce) await Promise.all(Array.from({ length: times }, deliver));
          else for (let n = 0; n < times; n++) await deliver();
        }
        // The same name and input again is the same execution: Step Functions answers with the one that runs.
        const started = world.calls.started as { name: string; input: object }[];
        const executions = new Map(started.map(({ name, input }) => [name, input]));
        for (const { name, input } of started) assert.deepEqual(input, executions.get(name));
        assert.ok(executions.size >= 1 && executions.size <= world.records.jobs.size);
        assert.ok(
          world.records.jobs.size >= 1 &&
            world.records.jobs.size <= new Set(deliveries.map(({ window }) => window)).size,
        );
      },
    ),
    { ...parameters, numRuns: RUNS / 5 },
  );
});
