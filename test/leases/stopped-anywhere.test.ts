import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOpen, type Job } from '../../core/domain/job.ts';
import { createCancelJob } from '../../core/steps/api/cancel-job.ts';
import { createResumeJob } from '../../core/steps/jobs/resume-job.ts';
import { createSuspendJob } from '../../core/steps/jobs/suspend-job.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';
import { LEASE_TYPES } from './attempt-steps.ts';
import { INSTANCE, openAttempts } from './attempts.ts';

const operator = { kind: 'operator' } as const;

type World = Awaited<ReturnType<typeof openAttempts>>;

/** Oldest commit first. */
const available = async (world: World): Promise<readonly string[]> =>
  (await world.points())
    .filter(({ state }) => state === 'available')
    .toSorted((a, b) => (a.committedAt ?? 0) - (b.committedAt ?? 0))
    .map(({ recoveryPointId }) => recoveryPointId);

/** Sets of snapshots, and records of recovery points: what goes on with the former makes none anew. */
const madeSoFar = ({ account }: World, { points }: { readonly points: ReadonlyMap<string, unknown> }): string =>
  `${account.log.filter((each) => each.startsWith('snapshots')).length} ${points.size}`;

/** The attempt up to its k-th call of a port; the step that makes it goes on, and no other begins. */
const runUpTo = async (
  world: World,
  job: Job,
  k: number,
  stop: () => Promise<void>,
): Promise<{ readonly calls: string[] }> => {
  const calls: string[] = [];
  let isStopped = false;
  const attempt = world.attempt(job, 1, async (call) => {
    calls.push(call);
    if (calls.length !== k) return;
    isStopped = true;
    await stop();
  });
  for (const [, step] of attempt.steps) {
    if (isStopped) break;
    await step().catch((error: Error) => assert.match(error.name, /^(JobCancelled|FenceRaised|TransientFailure)$/));
  }
  return { calls };
};

/** As many calls at least: a kind that makes fewer was cut short. */
const FEWEST: Readonly<Record<(typeof LEASE_TYPES)[number], number>> = {
  backup: 100,
  snapshot: 40,
  'backup-copy': 150,
};

for (const type of LEASE_TYPES) {
  for (const how of ['cancelled', 'timed out', 'suspended and resumed', 'suspended and cancelled'] as const) {
    test(`a ${type} that is ${how} at any of its calls comes to its end, and leaves nothing`, async (t) => {
      let k = 1;
      let keptOn = 0;
      for (; ; k++) {
        const { catalog, records } = createInMemoryCatalog();
        const world = await openAttempts(catalog, type);
        const { tenantId, tenant } = world;
        const deps = world.deps(async () => undefined);
        const before = await available(world);
        const job = await world.addJob();
        const { calls } = await runUpTo(world, job, k, async () => {
          if (how === 'timed out') return world.stop(job, 1);
          const ask = how === 'cancelled' ? createCancelJob(deps) : createSuspendJob(deps);
          await ask(tenant, operator, job.jobId).catch((error: Error) => assert.equal(error.name, 'Conflict'));
        });
        if (calls.length < k) break;
        const about = `${how} at call ${k}: ${calls[k - 1]}`;
        world.stop(job, 1);
        world.advance(400_000);
        for (const pass of [1, 2]) await world.cleanUp(job, 1, pass);
        const stopped = (await catalog.jobs.get(tenantId, job.jobId)) as Job;

        if (stopped.state === 'suspended') {
          if (how === 'suspended and cancelled') {
            await createCancelJob(deps)(tenant, operator, job.jobId);
            for (const pass of [1, 2]) await world.cleanUp(job, 1, pass);
          } else {
            const made = madeSoFar(world, records);
            await createResumeJob(deps)(tenant, operator, job.jobId);
            await world.attempt(job, 2).run();
            await world.cleanUp(job, 2, 2);
            if (madeSoFar(world, records) === made) keptOn += 1;
            assert.equal((await catalog.jobs.get(tenantId, job.jobId))?.state, 'completed', about);
          }
        }

        const ended = (await catalog.jobs.get(tenantId, job.jobId)) as Job;
        assert.ok(!isOpen(ended.state) && ended.state !== 'suspended', `${about}: ${ended.state}`);
        const record = await catalog.instances.get(tenantId, INSTANCE);
        assert.equal(record?.owner, undefined, about);
        const points = [...records.points.values()];
        assert.ok(
          points.every(({ state }) => state !== 'pending'),
          about,
        );
        const made = (await available(world)).filter((id) => !before.includes(id));
        assert.ok(made.length <= (type === 'backup-copy' ? 2 : 1), about);
        assert.equal(record?.committed, made.at(-1) ?? before.at(-1), about);
        if (ended.state === 'completed') assert.equal(made.length, type === 'backup-copy' ? 2 : 1, about);
        assert.deepEqual([...world.account.snapshots.keys()].sort(), await world.snapshotsToKeep(), about);
        for (const { state } of records.orders.values()) assert.ok(state === 'done' || state === 'closed', about);
        for (const { state } of records.effects.values())
          assert.ok(
            state !== 'intended' && state !== 'made' && state !== 'suspended',
            `${about}: an effect is ${state}`,
          );
      }
      t.diagnostic(
        `${k - 1} calls${how === 'suspended and resumed' ? `, ${keptOn} times what there was was used` : ''}`,
      );
      assert.ok(k > FEWEST[type], `${k - 1} calls`);
      if (how === 'suspended and resumed') assert.ok(keptOn > k / 3, `${keptOn} of ${k - 1}`);
    });
  }
}
