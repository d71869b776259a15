import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noCounters } from '../../core/contracts/orders.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { racers, walk } from './racers.ts';
import { A, aJob, anInstance, B, freshId } from './records.ts';

export const jobsSuite = (catalogNow: () => Catalog): void => {
  describe('jobs', () => {
    it("answers a foreign tenant's job like one that is not there", async () => {
      const job = aJob(A);
      assert.equal(await catalogNow().jobs.add(job), true);
      assert.deepEqual(await catalogNow().jobs.get(A, job.jobId), job);
      assert.equal(await catalogNow().jobs.get(B, job.jobId), undefined);
      assert.equal(await catalogNow().jobs.update(B, job.jobId, { state: 'failed' }), false);
      assert.equal(await catalogNow().jobs.update(A, freshId('job'), { state: 'failed' }), false);
      assert.deepEqual(await catalogNow().jobs.get(A, job.jobId), job);
    });

    it('adds a job once, however often it is asked to', async () => {
      const job = aJob(A);
      const added = await racers(20, () => catalogNow().jobs.add(job));
      assert.equal(added.filter(Boolean).length, 1);
      assert.equal(await catalogNow().jobs.add({ ...job, createdAt: 2_000 }), false);
      const { items } = await catalogNow().jobs.list(A, { limit: 100 });
      assert.equal(items.filter(({ jobId }) => jobId === job.jobId).length, 1);
    });

    it('changes fields only from the states named, and exactly one racer does', async () => {
      const job = aJob(A);
      await catalogNow().jobs.add(job);
      const won = await racers(20, (racer) =>
        catalogNow().jobs.update(A, job.jobId, { state: 'running', startedAt: racer }, ['queued']),
      );
      assert.equal(won.filter(Boolean).length, 1);
      assert.deepEqual(await catalogNow().jobs.get(A, job.jobId), {
        ...job,
        state: 'running',
        startedAt: won.indexOf(true),
      });
      assert.equal(await catalogNow().jobs.update(A, job.jobId, { endedAt: 3 }, ['queued', 'running']), true);
      assert.equal(await catalogNow().jobs.update(A, job.jobId, { endedAt: 4 }, ['completed']), false);
      assert.equal(await catalogNow().jobs.update(A, job.jobId, { executionArn: 'arn' }), true);
    });

    it("lists a tenant's own, newest first, page by page", async () => {
      const [tenant, other] = [freshId('hv'), freshId('hv')];
      const jobs = [3_000, 1_000, 5_000, 2_000, 4_000].map((createdAt) => ({ ...aJob(tenant), createdAt }));
      for (const job of jobs) await catalogNow().jobs.add(job);
      await catalogNow().jobs.add({ ...aJob(other), createdAt: 2_500 });
      const pages = await walk(2, (request) => catalogNow().jobs.list(tenant, request));
      assert.deepEqual(
        pages.map((page) => page.map(({ createdAt }) => createdAt)),
        [[5_000, 4_000], [3_000, 2_000], [1_000]],
      );
      assert.deepEqual(pages[0]?.[0], jobs[2]);
      const exactly = await walk(5, (request) => catalogNow().jobs.list(tenant, request));
      assert.equal(exactly.length, 1, 'no empty page at the end');
      assert.deepEqual(await catalogNow().jobs.list(freshId('hv'), { limit: 5 }), { items: [] });
    });

    it('keeps a child record for each instance, made once, and adds up its counters', async () => {
      const job = aJob(A);
      const child = anInstance(job, 'i-00000001');
      await catalogNow().jobs.addInstance(child);
      await catalogNow().jobs.addInstance({ ...child, phase: 'done' });
      await catalogNow().jobs.addInstance(anInstance(job, 'i-00000002'));
      await catalogNow().jobs.addInstance(anInstance(aJob(B), 'i-00000003'));
      const delta = { ...noCounters, transferred: 2, bytes: 1_048_576, storedBytes: 5 };
      await racers(20, () => catalogNow().jobs.addCounters(job.jobId, 'i-00000001', delta));
      await catalogNow().jobs.updateInstance(job.jobId, 'i-00000001', { phase: 'transferring', plannedBlocks: 9 });
      const counters = { ...noCounters, transferred: 40, bytes: 20_971_520, storedBytes: 100 };
      assert.deepEqual(await catalogNow().jobs.instance(job.jobId, 'i-00000001'), {
        ...child,
        phase: 'transferring',
        plannedBlocks: 9,
        counters,
      });
      assert.equal(await catalogNow().jobs.instance(job.jobId, 'i-00000003'), undefined);
      const ids = (await catalogNow().jobs.instances(job.jobId)).map(({ instanceId }) => instanceId);
      assert.deepEqual(ids.toSorted(), ['i-00000001', 'i-00000002']);
    });

    it('adds to the volume that was moved, where its progress is measured', async () => {
      const { jobs } = catalogNow();
      const job = aJob(A);
      const nothing = { bytes: 0, zero: 0, deduplicated: 0, stored: 0, storedBytes: 0 };
      const child = {
        ...anInstance(job, 'i-00000005'),
        progress: { 'vol-1': { ...nothing, plannedBlocks: 40 }, 'vol-2': { ...nothing, plannedBlocks: 7 } },
      };
      await jobs.addInstance(child);
      const delta = { ...noCounters, transferred: 2, stored: 2, bytes: 1_048_576, storedBytes: 5 };
      await racers(20, (racer) =>
        jobs.addCounters(job.jobId, child.instanceId, delta, { volumeId: 'vol-1', from: 7, until: 90 + (racer % 2) }),
      );
      // one that nothing is known of counts for the instance
      await jobs.addCounters(job.jobId, child.instanceId, delta, { volumeId: 'vol-3', from: 1, until: 2 });
      const now = await jobs.instance(job.jobId, child.instanceId);
      assert.equal(now?.counters.transferred, 42);
      const { movedAt = 0, ...first } = now?.progress?.['vol-1'] ?? {};
      assert.ok([90, 91].includes(movedAt));
      const moved = { ...nothing, stored: 40, bytes: 20_971_520, storedBytes: 100 };
      assert.deepEqual(first, { ...moved, plannedBlocks: 40, startedAt: 7 });
      assert.deepEqual(now?.progress?.['vol-2'], child.progress['vol-2']);
      assert.equal(now?.progress?.['vol-3'], undefined);
      // a new attempt plans anew; what comes late from the one before it counts for no volume
      await jobs.resetInstance(job.jobId, child.instanceId, 5);
      await jobs.addCounters(job.jobId, child.instanceId, delta, { volumeId: 'vol-1', from: 1, until: 2 });
      assert.equal((await jobs.instance(job.jobId, child.instanceId))?.progress, undefined);
    });

    it('changes a child record only from the phases named, and exactly one racer does', async () => {
      const { jobs } = catalogNow();
      const job = aJob(A);
      const child = anInstance(job, 'i-00000004');
      await jobs.addInstance({ ...child, phase: 'finishing' });
      const won = await racers(20, (racer) =>
        jobs.updateInstance(job.jobId, child.instanceId, { phase: racer % 2 ? 'done' : 'failed', phaseSince: racer }, [
          'waiting',
          'finishing',
        ]),
      );
      assert.equal(won.filter(Boolean).length, 1);
      const racer = won.indexOf(true);
      const now = { ...child, phase: racer % 2 ? 'done' : 'failed', phaseSince: racer };
      assert.deepEqual(await jobs.instance(job.jobId, child.instanceId), now);
      const again = (from?: 'finishing'[]) =>
        jobs.updateInstance(job.jobId, child.instanceId, { plannedBlocks: 3 }, from);
      assert.deepEqual([await again([]), await again(['finishing'])], [false, false]);
      assert.deepEqual(await jobs.instance(job.jobId, child.instanceId), now);
      assert.equal(await again(), true);
      await assert.rejects(jobs.updateInstance(job.jobId, 'i-00000005', { plannedBlocks: 3 }, ['waiting']));
    });
  });
};
