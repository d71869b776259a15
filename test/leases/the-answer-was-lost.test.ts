/**
 * Whoever did not hear the answer asks again under the same idempotency key, and by then the job has gone on: it is answered,
 * and nothing is done. Without that key it is another request.
 */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import type { Job } from '../../core/domain/job.ts';
import type { Audience } from '../../core/domain/problems.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { createCancelJob } from '../../core/steps/api/cancel-job.ts';
import { createResumeJob } from '../../core/steps/jobs/resume-job.ts';
import { createRetryJob } from '../../core/steps/jobs/retry-job.ts';
import { createSuspendJob } from '../../core/steps/jobs/suspend-job.ts';
import { openTable } from '../adapters/dynalite-table.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';
import { openAttempts } from './attempts.ts';
import { type Before, none } from './watched.ts';

const AUDIENCE: Audience = { kind: 'operator' };
const ENDS = ['failed', 'completed with errors', 'completed', 'cancelled'] as const;

const openJob = async (catalog: Catalog, state?: Job['state']) => {
  const world = await openAttempts(catalog);
  const { tenantId, tenant } = world;
  const { jobId } = await world.addJob();
  const watch: { before?: Before } = {};
  const deps = world.deps(async (call) => watch.before?.(call));
  const started: string[] = [];
  const stopped: string[] = [];
  const executions: typeof deps.executions = {
    ...deps.executions,
    async start(machine, name, input) {
      const begun = await deps.executions.start(machine, name, input);
      if (begun.outcome === 'started') started.push(name.replace(jobId, 'job'));
      return begun;
    },
    stop: async (_, name) => void stopped.push(name.replace(jobId, 'job')),
  };
  const own = { ...deps, executions };
  const actions = {
    retry: createRetryJob(own),
    resume: createResumeJob(own),
    suspend: createSuspendJob(own),
    cancel: createCancelJob(own),
  };
  const become = async (to: Job['state'], change: Partial<Job> = {}): Promise<void> =>
    assert.ok(await catalog.jobs.update(tenantId, jobId, { ...change, state: to }));
  if (state) await become(state);
  return {
    watch,
    tenantId,
    started,
    stopped,
    executions,
    become,
    async ask(what: keyof typeof actions, key?: string): Promise<string> {
      const view = await actions[what](tenant, AUDIENCE, jobId, key);
      return `${view.state} ${view.attempt}`;
    },
    read: async () => (await catalog.jobs.get(tenantId, jobId)) as Job,
  };
};

const suite = (name: string, open: () => Promise<Catalog>): void => {
  describe(`a request about a job whose answer was lost (${name})`, () => {
    for (const [what, from] of [
      ['retry', 'failed'],
      ['resume', 'suspended'],
    ] as const) {
      it(`a ${what} opens one attempt, whatever became of that`, async () => {
        for (const end of [...ENDS, 'suspended'] as const) {
          const job = await openJob(await open(), from);
          assert.equal(await job.ask(what, 'k'), 'queued 2');
          for (const state of ['running', 'cancelling', end] as const) {
            await job.become(state);
            assert.equal(await job.ask(what, 'k'), `${state} 2`);
          }
          assert.deepEqual(job.started, ['job-2'], end);
        }
      });

      it(`a ${what} under another key, or none, is another one`, async () => {
        const job = await openJob(await open(), from);
        await job.ask(what, 'k');
        await job.become(from);
        assert.equal(await job.ask(what, 'other'), 'queued 3');
        await job.become(from);
        assert.equal(await job.ask(what), 'queued 4');
        await job.become(from);
        assert.equal(await job.ask(what, 'other'), `${from} 4`, 'the last that came with a key is still known');
        await job.become('completed');
        await assert.rejects(job.ask(what, 'unheard of'), { name: 'Conflict' });
        await assert.rejects(job.ask(what), { name: 'Conflict' });
      });

      it(`a ${what} whose attempt was not started starts it when asked again`, async () => {
        const job = await openJob(await open(), from);
        const { start } = job.executions;
        job.executions.start = () => Promise.reject(new Error('gone'));
        await assert.rejects(job.ask(what, 'k'), { message: 'gone' });
        job.executions.start = start;
        assert.equal(await job.ask(what, 'k'), 'queued 2');
        assert.deepEqual(job.started, ['job-2']);
      });
    }

    it('a retry that was refused, its tenant being closed at that moment, is none: once it is open again it is done', async () => {
      const catalog = await open();
      const job = await openJob(catalog, 'failed');
      job.watch.before = async (call) => {
        if (call === 'catalog.jobs.reopen') await catalog.hypervisors.setRemoving(job.tenantId, true);
      };
      await assert.rejects(job.ask('retry', 'k'), { name: 'Conflict' });
      assert.equal((await job.read()).state, 'failed');
      job.watch.before = none;
      await catalog.hypervisors.setRemoving(job.tenantId, false);
      assert.equal(await job.ask('retry', 'k'), 'queued 3');
      assert.deepEqual(job.started, ['job-3']);
    });

    it('twenty retries at once under one key are one, and all are answered', async () => {
      const job = await openJob(await open(), 'failed');
      const { start } = job.executions;
      // it fails at once, while others are on their way
      job.executions.start = async (...its) => {
        const begun = await start(...its);
        await job.become('failed');
        return begun;
      };
      const answers = await Promise.all(Array.from({ length: 20 }, () => job.ask('retry', 'k')));
      assert.deepEqual([(await job.read()).attempt, job.started], [2, ['job-2']]);
      assert.equal(answers.length, 20);
    });

    it('a key is its route’s own: a resume under that of a retry is asked for the first time', async () => {
      const job = await openJob(await open(), 'failed');
      await job.ask('retry', 'k');
      await job.become('suspended');
      assert.equal(await job.ask('resume', 'k'), 'queued 3');
    });

    it('a suspension is asked for once: a job that was resumed meanwhile goes on', async () => {
      const job = await openJob(await open(), 'running');
      await job.ask('suspend', 'k');
      assert.equal(await job.ask('suspend', 'k'), 'running 1');
      assert.deepEqual([job.started, job.stopped], [['job-1-cleanup'], ['job-1', 'job-1']]);
      await job.become('suspended');
      assert.equal(await job.ask('suspend', 'k'), 'suspended 1');
      await job.ask('resume');
      assert.equal(await job.ask('suspend', 'k'), 'queued 2');
      assert.equal((await job.read()).suspendRequestedAt, undefined);
      for (const end of ENDS) {
        await job.become(end);
        assert.equal(await job.ask('suspend', 'k'), `${end} 2`);
      }
      assert.equal(job.stopped.length, 2);
      await assert.rejects(job.ask('suspend', 'other'), { name: 'Conflict' });
    });

    it('a cancellation is asked for once: a job that was quicker, or is tried again, stays as it is', async () => {
      for (const end of ENDS) {
        const job = await openJob(await open(), 'running');
        await job.ask('cancel', 'k');
        assert.equal(await job.ask('cancel', 'k'), 'cancelling 1');
        await job.become(end);
        assert.equal(await job.ask('cancel', 'k'), `${end} 1`);
        if (end !== 'cancelled') await assert.rejects(job.ask('cancel', 'other'), { name: 'Conflict' });
        if (end === 'completed') continue;
        await job.ask('retry');
        assert.equal(await job.ask('cancel', 'k'), 'queued 2');
        assert.deepEqual([(await job.read()).cancelRequestedAt, job.stopped], [undefined, ['job-1', 'job-1']]);
      }
    });

    it('a cancellation of what is suspended removes what was kept, also if that was missed', async () => {
      const job = await openJob(await open(), 'running');
      await job.ask('suspend');
      await job.become('suspended');
      const { start } = job.executions;
      job.executions.start = () => Promise.reject(new Error('gone'));
      await assert.rejects(job.ask('cancel', 'k'), { message: 'gone' });
      job.executions.start = start;
      assert.equal(await job.ask('cancel', 'k'), 'cancelled 1');
      assert.deepEqual(job.started, ['job-1-cleanup', 'job-1-cleanup-cancelled']);
      await job.ask('retry');
      assert.equal(await job.ask('cancel', 'k'), 'queued 2');
    });
  });
};

suite('in memory', async () => createInMemoryCatalog().catalog);

const tables: { close(): void | Promise<void> }[] = [];
after(async () => {
  for (const table of tables) await table.close();
});
suite('DynamoDB', async () => {
  const opened = await openTable();
  tables.push(opened);
  return createDynamoCatalog(opened);
});
