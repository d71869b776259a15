/** Which jobs are open, and how a job begins its next attempt. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noCounters } from '../../core/contracts/orders.ts';
import type { Job, JobState } from '../../core/domain/job.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { racers, walk } from './racers.ts';
import { A, aJob, anInstance, B, freshId } from './records.ts';

export const openJobsSuite = (catalogNow: () => Catalog): void => {
  describe('open jobs', () => {
    const openIds = async (): Promise<string[]> =>
      (await walk(3, (page) => catalogNow().jobs.open(page))).flat().map(({ jobId }) => jobId);
    const isListed = async ({ jobId }: Job): Promise<boolean> => (await openIds()).includes(jobId);
    const added = async (tenantId = A): Promise<Job> => {
      const job = aJob(tenantId);
      assert.equal(await catalogNow().jobs.add(job), true);
      return job;
    };
    const set = (job: Job, state: JobState, from?: readonly JobState[]) =>
      catalogNow().jobs.update(job.tenantId, job.jobId, { state }, from);

    it("are every tenant's, each once, as they are now", async () => {
      const [a, b] = [await added(A), await added(B)];
      for (const state of ['running', 'waiting', 'cancelling'] as const) {
        assert.equal(await set(a, state), true);
        const all = await openIds();
        assert.equal(all.filter((id) => id === a.jobId).length, 1);
        assert.equal(all.filter((id) => id === b.jobId).length, 1);
      }
      const listed = (await walk(50, (page) => catalogNow().jobs.open(page))).flat();
      assert.deepEqual(
        listed.find(({ jobId }) => jobId === a.jobId),
        { ...a, state: 'cancelling' },
      );
    });

    it("are one tenant's only, if asked for those", async () => {
      const [tenant, other] = [freshId('hv'), freshId('hv')];
      const jobs = await Promise.all([tenant, tenant, other].map(added));
      const [open, ended] = jobs as [Job, Job, Job];
      assert.equal(await set(ended, 'completed'), true);
      assert.deepEqual(await catalogNow().jobs.openOf(tenant), [open]);
      assert.deepEqual(await catalogNow().jobs.openOf(freshId('hv')), []);
    });

    for (const state of ['suspended', 'completed', 'completed with errors', 'failed', 'cancelled'] as const) {
      it(`are not those that are ${state}, and nothing but a new attempt opens them again`, async () => {
        const job = await added();
        assert.equal(await set(job, state, ['queued']), true);
        assert.equal(await isListed(job), false);
        assert.equal(await set(job, 'running'), false);
        await assert.rejects(set(job, 'running', [state]), TypeError);
        assert.equal(await catalogNow().jobs.add(job), false, 'added again by a repeated delivery');
        assert.equal(await isListed(job), false);
        assert.equal(await catalogNow().jobs.reopen(A, job.jobId, 2, [state]), true);
        assert.equal(await isListed(job), true);
        assert.equal(await set(job, 'running', ['queued']), true);
        assert.equal(await set(job, 'completed', ['running']), true);
        assert.equal(await isListed(job), false);
      });
    }

    it('begin their next attempt with nothing of the one before', async () => {
      const job = await added();
      const left: Partial<Job> = {
        state: 'failed',
        startedAt: 2,
        endedAt: 3,
        cancelRequestedAt: 4,
        suspendRequestedAt: 5,
        executionArn: 'arn',
        error: { name: 'LibraryFull', message: 'no space' },
      };
      await catalogNow().jobs.update(A, job.jobId, left);
      assert.equal(await catalogNow().jobs.reopen(A, job.jobId, 2, ['suspended']), false);
      assert.equal(await catalogNow().jobs.reopen(A, job.jobId, 3, ['failed']), false);
      assert.equal(await catalogNow().jobs.reopen(B, job.jobId, 2, ['failed']), false);
      assert.equal(await catalogNow().jobs.reopen(A, freshId('job'), 2, ['failed']), false);
      assert.equal(await isListed(job), false);
      assert.equal(await catalogNow().jobs.reopen(A, job.jobId, 2, ['suspended', 'failed']), true);
      assert.deepEqual(await catalogNow().jobs.get(A, job.jobId), { ...job, startedAt: 2, attempt: 2 });
    });

    it('are reopened by exactly one of twenty, and closing the attempt before never hides the new one', async () => {
      const job = await added();
      await set(job, 'failed');
      const won = await racers(20, () => catalogNow().jobs.reopen(A, job.jobId, 2, ['failed']));
      assert.equal(won.filter(Boolean).length, 1);
      assert.equal(await isListed(job), true);
      for (let attempt = 2; attempt < 6; attempt++) {
        const [, reopened] = await Promise.all([
          set(job, 'failed', ['queued']),
          (async () => {
            while (!(await catalogNow().jobs.reopen(A, job.jobId, attempt + 1, ['failed'])));
            return isListed(job);
          })(),
        ]);
        assert.equal(reopened, true);
        assert.equal(await isListed(job), true);
      }
    });

    it('change fields by removing those that are undefined', async () => {
      const job = await added();
      const { jobs } = catalogNow();
      await jobs.update(A, job.jobId, { suspendRequestedAt: 5 });
      await jobs.update(A, job.jobId, { suspendRequestedAt: undefined } as object);
      assert.deepEqual(await jobs.get(A, job.jobId), job);
      await assert.rejects(jobs.update(A, job.jobId, { attempt: 2 }), TypeError);
    });

    it("put a child's record back to the start, but for the copies that it made and what is left out", async () => {
      const job = await added();
      const child = anInstance(job, 'i-00000001');
      const { jobs } = catalogNow();
      await jobs.addInstance(child);
      await jobs.updateInstance(job.jobId, child.instanceId, {
        phase: 'failed',
        plannedBlocks: 7,
        counters: { ...noCounters, transferred: 4 },
        recoveryPointId: 'rp-00000001',
        recoveryPointIds: ['rp-00000002'],
        consistency: { kind: 'crash', reason: 'no agent' },
        excludedVolumes: [{ volumeId: 'vol-00000001', rule: 'device /dev/sdf' }],
        planId: 'plan-00000001',
        error: { name: 'LibraryFull', message: 'no space' },
        transferStartedAt: 1,
        transferEndedAt: 2,
        result: { volumes: [], volumeTagsLeftOut: 0, awsTagsLeftOut: 0 },
        volumes: [{ volumeId: 'vol-00000001', level: 'full' }],
      });
      await jobs.resetInstance(job.jobId, child.instanceId, 9_000);
      assert.deepEqual(await jobs.instance(job.jobId, child.instanceId), {
        ...child,
        phaseSince: 9_000,
        recoveryPointIds: ['rp-00000002'],
        excludedVolumes: [{ volumeId: 'vol-00000001', rule: 'device /dev/sdf' }],
        planId: 'plan-00000001',
      });
      await assert.rejects(jobs.resetInstance(job.jobId, 'i-0000dead', 1));
    });
  });
};
