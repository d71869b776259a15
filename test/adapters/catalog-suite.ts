/** What every implementation of the Catalog port promises; always with two tenants, so that leaks show. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { noCalls } from '../../core/contracts/billed-calls.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { approvalsSuite } from './catalog-suite-approvals.ts';
import { configurationSuite } from './catalog-suite-configuration.ts';
import { libraryRunsSuite } from './catalog-suite-library-runs.ts';
import { openJobsSuite } from './catalog-suite-open-jobs.ts';
import { quarantineSuite } from './catalog-suite-quarantine.ts';
import { retentionSuite } from './catalog-suite-retention.ts';
import { sweepsSuite } from './catalog-suite-sweeps.ts';
import { usageSuite } from './catalog-suite-usage.ts';
import { racers, walk } from './racers.ts';
import {
  A,
  aJob,
  anEffect,
  anInstance,
  anOrder,
  aPoint,
  aService,
  aTenant,
  aVolume,
  B,
  freshId,
  outcomeOf,
} from './records.ts';

export interface Opened {
  readonly catalog: Catalog;
  close(): void | Promise<void>;
}

export const catalogSuite = (name: string, open: () => Promise<Opened>): void => {
  describe(`the catalog (${name})`, () => {
    let catalog: Catalog;
    let close: Opened['close'];
    before(async () => {
      ({ catalog, close } = await open());
    });
    after(() => close());

    describe('hypervisors', () => {
      it('keeps one tenant hypervisor an account, and says which', async () => {
        const tenant = aTenant(freshId('hv'), '310000000001');
        assert.equal(await catalog.hypervisors.add(tenant), true);
        assert.equal(await catalog.hypervisors.add(tenant), false);
        const second = aTenant(freshId('hv'), tenant.accountId);
        assert.equal(await catalog.hypervisors.add(second), false);
        assert.equal(await catalog.hypervisors.get(second.hypervisorId), undefined);
        assert.deepEqual(await catalog.hypervisors.tenantOfAccount(tenant.accountId), tenant);
        assert.equal(await catalog.hypervisors.tenantOfAccount('310000000099'), undefined);
      });

      it('lets exactly one of many tenants of one account in', async () => {
        const added = await racers(10, () => catalog.hypervisors.add(aTenant(freshId('hv'), '310000000002')));
        assert.equal(added.filter(Boolean).length, 1);
      });

      it('lets a service hypervisor and a tenant share an account', async () => {
        const service = aService(freshId('hv'), '310000000003');
        assert.equal(await catalog.hypervisors.add(service), true);
        assert.equal(await catalog.hypervisors.add(aTenant(freshId('hv'), '310000000003')), true);
        assert.deepEqual(await catalog.hypervisors.get(service.hypervisorId), service);
      });

      it('binds a tenant, and nothing else', async () => {
        const service = aService(freshId('hv'), '310000000004');
        const tenant = aTenant(freshId('hv'), '310000000005');
        await catalog.hypervisors.add(service);
        await catalog.hypervisors.add(tenant);
        const binding = { serviceId: service.hypervisorId, boundAt: 7 };
        assert.equal(await catalog.hypervisors.bind(tenant.hypervisorId, binding, undefined), true);
        assert.deepEqual(await catalog.hypervisors.get(tenant.hypervisorId), { ...tenant, binding });
        assert.equal(await catalog.hypervisors.bind(service.hypervisorId, binding, undefined), false);
        assert.equal(await catalog.hypervisors.bind(freshId('hv'), binding, undefined), false);
      });

      it('lists all of them, each once, page by page', async () => {
        const ids = new Set<string>();
        for (const page of await walk(2, (request) => catalog.hypervisors.list(request))) {
          assert.ok(page.length <= 2);
          for (const { hypervisorId } of page) {
            assert.ok(!ids.has(hypervisorId));
            ids.add(hypervisorId);
          }
        }
        const [all] = await walk(100, (request) => catalog.hypervisors.list(request));
        assert.deepEqual(ids, new Set(all?.map(({ hypervisorId }) => hypervisorId)));
        assert.ok(ids.size >= 6);
      });
    });

    describe('jobs', () => {
      it("answers a foreign tenant's job like one that is not there", async () => {
        const job = aJob(A);
        assert.equal(await catalog.jobs.add(job), true);
        assert.deepEqual(await catalog.jobs.get(A, job.jobId), job);
        assert.equal(await catalog.jobs.get(B, job.jobId), undefined);
        assert.equal(await catalog.jobs.update(B, job.jobId, { state: 'failed' }), false);
        assert.equal(await catalog.jobs.update(A, freshId('job'), { state: 'failed' }), false);
        assert.deepEqual(await catalog.jobs.get(A, job.jobId), job);
      });

      it('adds a job once, however often it is asked to', async () => {
        const job = aJob(A);
        const added = await racers(20, () => catalog.jobs.add(job));
        assert.equal(added.filter(Boolean).length, 1);
        assert.equal(await catalog.jobs.add({ ...job, createdAt: 2_000 }), false);
        const { items } = await catalog.jobs.list(A, { limit: 100 });
        assert.equal(items.filter(({ jobId }) => jobId === job.jobId).length, 1);
      });

      it('changes fields only from the states named, and exactly one racer does', async () => {
        const job = aJob(A);
        await catalog.jobs.add(job);
        const won = await racers(20, (racer) =>
          catalog.jobs.update(A, job.jobId, { state: 'running', startedAt: racer }, ['queued']),
        );
        assert.equal(won.filter(Boolean).length, 1);
        assert.deepEqual(await catalog.jobs.get(A, job.jobId), {
          ...job,
          state: 'running',
          startedAt: won.indexOf(true),
        });
        assert.equal(await catalog.jobs.update(A, job.jobId, { endedAt: 3 }, ['queued', 'running']), true);
        assert.equal(await catalog.jobs.update(A, job.jobId, { endedAt: 4 }, ['completed']), false);
        assert.equal(await catalog.jobs.update(A, job.jobId, { executionArn: 'arn' }), true);
      });

      it("lists a tenant's own, newest first, page by page", async () => {
        const [tenant, other] = [freshId('hv'), freshId('hv')];
        const jobs = [3_000, 1_000, 5_000, 2_000, 4_000].map((createdAt) => ({ ...aJob(tenant), createdAt }));
        for (const job of jobs) await catalog.jobs.add(job);
        await catalog.jobs.add({ ...aJob(other), createdAt: 2_500 });
        const pages = await walk(2, (request) => catalog.jobs.list(tenant, request));
        assert.deepEqual(
          pages.map((page) => page.map(({ createdAt }) => createdAt)),
          [[5_000, 4_000], [3_000, 2_000], [1_000]],
        );
        assert.deepEqual(pages[0]?.[0], jobs[2]);
        const exactly = await walk(5, (request) => catalog.jobs.list(tenant, request));
        assert.equal(exactly.length, 1, 'no empty page at the end');
        assert.deepEqual(await catalog.jobs.list(freshId('hv'), { limit: 5 }), { items: [] });
      });

      it('keeps a child record for each instance, made once, and adds up its counters', async () => {
        const job = aJob(A);
        const child = anInstance(job, 'i-00000001');
        await catalog.jobs.addInstance(child);
        await catalog.jobs.addInstance({ ...child, phase: 'done' });
        await catalog.jobs.addInstance(anInstance(job, 'i-00000002'));
        await catalog.jobs.addInstance(anInstance(aJob(B), 'i-00000003'));
        const delta = { ...noCounters, transferred: 2, bytes: 1_048_576, storedBytes: 5 };
        await racers(20, () => catalog.jobs.addCounters(job.jobId, 'i-00000001', delta));
        await catalog.jobs.updateInstance(job.jobId, 'i-00000001', { phase: 'transferring', plannedBlocks: 9 });
        const counters = { ...noCounters, transferred: 40, bytes: 20_971_520, storedBytes: 100 };
        assert.deepEqual(await catalog.jobs.instance(job.jobId, 'i-00000001'), {
          ...child,
          phase: 'transferring',
          plannedBlocks: 9,
          counters,
        });
        assert.equal(await catalog.jobs.instance(job.jobId, 'i-00000003'), undefined);
        const ids = (await catalog.jobs.instances(job.jobId)).map(({ instanceId }) => instanceId);
        assert.deepEqual(ids.toSorted(), ['i-00000001', 'i-00000002']);
      });

      it('adds to the volume that was moved, where its progress is measured', async () => {
        const { jobs } = catalog;
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
        const { jobs } = catalog;
        const job = aJob(A);
        const child = anInstance(job, 'i-00000004');
        await jobs.addInstance({ ...child, phase: 'finishing' });
        const won = await racers(20, (racer) =>
          jobs.updateInstance(
            job.jobId,
            child.instanceId,
            { phase: racer % 2 ? 'done' : 'failed', phaseSince: racer },
            ['waiting', 'finishing'],
          ),
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

    describe('protected instances', () => {
      it('gives the lease to exactly one of twenty', async () => {
        const locked = await racers(20, (racer) => catalog.instances.lock(A, 'i-0000aaaa', `job-race-${racer}`));
        const winners = locked.filter((each) => each !== undefined);
        assert.equal(winners.length, 1);
        assert.equal(winners[0]?.fence, 1);
        const record = await catalog.instances.get(A, 'i-0000aaaa');
        assert.equal(record?.owner, `job-race-${locked.findIndex((each) => each !== undefined)}`);
      });

      it('is re-entrant for its owner and counts the fence up for another', async () => {
        const id = 'i-0000bbbb';
        assert.equal((await catalog.instances.lock(A, id, 'first'))?.fence, 1);
        assert.equal((await catalog.instances.lock(A, id, 'first'))?.fence, 1);
        assert.equal((await catalog.instances.lock(A, id, 'first', 'first'))?.fence, 1);
        assert.equal(await catalog.instances.lock(A, id, 'second'), undefined);
        assert.equal(await catalog.instances.lock(A, id, 'second', 'third'), undefined);
        assert.equal((await catalog.instances.lock(A, id, 'second', 'first'))?.fence, 2);
        await catalog.instances.unlock(A, id, 'first');
        assert.equal((await catalog.instances.get(A, id))?.owner, 'second');
        await catalog.instances.unlock(A, id, 'second');
        await catalog.instances.unlock(A, id, 'second');
        assert.deepEqual(await catalog.instances.get(A, id), { tenantId: A, instanceId: id, fence: 2 });
        assert.equal((await catalog.instances.lock(A, id, 'third'))?.fence, 3);
      });

      it('lets one of twenty take over from an attempt that is over', async () => {
        const id = 'i-0000cccc';
        await catalog.instances.lock(A, id, 'dead');
        const locked = await racers(20, (racer) => catalog.instances.lock(A, id, `heir-${racer}`, 'dead'));
        assert.equal(locked.filter((each) => each !== undefined).length, 1);
        assert.equal((await catalog.instances.get(A, id))?.fence, 2);
      });

      it('refuses the commit of a zombie whose fence was raised', async () => {
        const id = 'i-0000dddd';
        const old = await catalog.instances.lock(A, id, 'zombie');
        assert.ok(old);
        const taken = await catalog.instances.lock(A, id, 'heir', 'zombie');
        assert.ok(taken);
        assert.equal(await catalog.instances.commit(A, id, 'zombie', old.fence, 'rp-zombie-1', 'head'), false);
        assert.equal(await catalog.instances.commit(A, id, 'heir', old.fence, 'rp-zombie-2', 'head'), false);
        assert.equal((await catalog.instances.get(A, id))?.head, undefined);
        assert.equal(await catalog.instances.commit(A, id, 'heir', taken.fence, 'rp-heir-01', 'head'), true);
        assert.equal(await catalog.instances.commit(A, id, 'heir', taken.fence, 'rp-heir-01', 'head'), true);
        await catalog.instances.unlock(A, id, 'heir');
        assert.equal(
          await catalog.instances.commit(A, id, 'heir', taken.fence, 'rp-heir-01', 'head'),
          true,
          'it is committed',
        );
        assert.equal(await catalog.instances.commit(A, id, 'heir', taken.fence, 'rp-heir-02', 'head'), false);
        assert.equal((await catalog.instances.get(A, id))?.head, 'rp-heir-01');
      });

      it('keeps the newest point of a library, the newest snapshot, and the last committed apart', async () => {
        const id = 'i-0000ffff';
        await catalog.instances.lock(A, id, 'me');
        const commit = (point: string, becomes: 'head' | 'snapshotHead' | 'neither') =>
          catalog.instances.commit(A, id, 'me', 1, point, becomes);
        assert.equal(await commit('rp-snapshot1', 'snapshotHead'), true);
        assert.equal(await commit('rp-stream01', 'head'), true);
        assert.equal(await commit('rp-oldcopy1', 'neither'), true);
        assert.deepEqual(await catalog.instances.get(A, id), {
          tenantId: A,
          instanceId: id,
          owner: 'me',
          fence: 1,
          head: 'rp-stream01',
          snapshotHead: 'rp-snapshot1',
          committed: 'rp-oldcopy1',
        });
      });

      it("never touches another tenant's instance of the same id", async () => {
        const id = 'i-0000eeee';
        await catalog.instances.lock(A, id, 'of a');
        assert.equal(await catalog.instances.get(B, id), undefined);
        assert.equal(await catalog.instances.commit(B, id, 'of a', 1, 'rp-stolen1', 'head'), false);
        await catalog.instances.unlock(B, id, 'of a');
        assert.equal((await catalog.instances.lock(B, id, 'of b'))?.fence, 1);
        assert.equal((await catalog.instances.get(A, id))?.owner, 'of a');
        assert.deepEqual(
          (await catalog.instances.list(B)).map(({ instanceId }) => instanceId),
          [id],
        );
      });
    });

    openJobsSuite(() => catalog);
    libraryRunsSuite(() => catalog);
    approvalsSuite(() => catalog);
    configurationSuite(() => catalog);
    retentionSuite(() => catalog);
    quarantineSuite(() => catalog);
    sweepsSuite(() => catalog);
    usageSuite(() => catalog);

    describe('recovery points', () => {
      it('makes the pending record once and keeps every field', async () => {
        const point = aPoint(A, 'i-00001111', [aVolume(1, [0, 4_096, 17]), aVolume(2, [])]);
        await catalog.points.add(point);
        await catalog.points.add({ ...point, kind: 'backup-copy', volumes: [] });
        assert.deepEqual(await catalog.points.get(A, point.recoveryPointId), point);
        assert.equal(await catalog.points.get(B, point.recoveryPointId), undefined);
      });

      it('replaces fields and volumes as a whole', async () => {
        const point = aPoint(A, 'i-00002222', [aVolume(1, [1]), aVolume(2, [2]), aVolume(3, [3])]);
        await catalog.points.add(point);
        const volumes = [aVolume(1, [5, 6]), aVolume(4, [])];
        assert.equal(await catalog.points.fill(A, point.recoveryPointId, 1, { volumes: [] }), true);
        assert.equal(await catalog.points.fill(A, point.recoveryPointId, 1, { volumes }), true);
        await catalog.points.update(A, point.recoveryPointId, { state: 'available', committedAt: 12 });
        assert.deepEqual(await catalog.points.get(A, point.recoveryPointId), {
          ...point,
          volumes,
          state: 'available',
          committedAt: 12,
        });
      });

      it('lets only the attempt that fills it say what is in it, and not once its data is known or it counts', async () => {
        const point = aPoint(A, 'i-00002223', [aVolume(1, [])]);
        const id = point.recoveryPointId;
        const [planned, read] = [{ volumes: [aVolume(1, [0])] }, { volumes: [aVolume(1, [7])] }];
        await catalog.points.add(point);
        assert.equal(await catalog.points.fill(A, id, 2, planned), false);
        assert.equal(await catalog.points.fill(B, id, 1, planned), false);
        assert.equal(await catalog.points.fill(A, id, 1, planned), true);
        assert.equal(await catalog.points.fill(A, id, 1, read, 'final'), true);
        assert.equal(await catalog.points.fill(A, id, 1, planned), false);
        assert.equal(await catalog.points.fill(A, id, 1, read, 'final'), true);
        assert.deepEqual(await catalog.points.get(A, id), { ...point, ...read, filledBy: 1 });
        // A later attempt that has taken it over plans it anew.
        await catalog.points.update(A, id, { attempt: 2 });
        assert.equal(await catalog.points.fill(A, id, 1, read, 'final'), false);
        assert.equal(await catalog.points.fill(A, id, 2, planned), true);
        for (const state of ['available', 'abandoned', 'expired'] as const) {
          await catalog.points.update(A, id, { state });
          assert.equal(await catalog.points.fill(A, id, 2, read, 'final'), false);
        }
        assert.deepEqual((await catalog.points.get(A, id))?.volumes, planned.volumes);
      });

      it('holds 128 volumes, of 16 TiB and one of 64 TiB', async () => {
        const pages = Array.from({ length: 32_768 }, (_, page) => page % 4_097);
        const point = aPoint(
          A,
          'i-00003333',
          Array.from({ length: 128 }, (_, index) => aVolume(index, index === 127 ? pages : pages.slice(0, 8_192))),
        );
        await catalog.points.add(point);
        const read = await catalog.points.get(A, point.recoveryPointId);
        assert.deepEqual(
          read?.volumes.map(({ volumeId }) => volumeId),
          point.volumes.map(({ volumeId }) => volumeId),
        );
        assert.deepEqual(read?.volumes[127], point.volumes[127]);
      });

      it('is never seen with a part of its volumes, whoever writes at the time', async () => {
        const VOLUMES = 12;
        const sets = [1, 2, 3].map((set) => Array.from({ length: VOLUMES }, (_, index) => aVolume(index, [set])));
        const point = aPoint(A, 'i-00004444', sets[0] as NonNullable<(typeof sets)[0]>);
        await catalog.points.add(point);
        let writing = true;
        const writer = (async () => {
          for (let round = 0; round < 6; round++)
            await catalog.points.fill(A, point.recoveryPointId, 1, { volumes: sets[round % 3] as (typeof sets)[0] });
          writing = false;
        })();
        let reads = 0;
        while (writing) {
          const volumes = (await catalog.points.get(A, point.recoveryPointId))?.volumes ?? [];
          assert.equal(volumes.length, VOLUMES);
          assert.equal(new Set(volumes.map(({ pageDataBlocks }) => pageDataBlocks[0])).size, 1);
          reads++;
        }
        await writer;
        assert.ok(reads > 0);
      });

      it("lists a tenant's, or one instance's, newest first", async () => {
        const tenant = freshId('hv');
        const of = (instanceId: string, takenAt: number) => ({ ...aPoint(tenant, instanceId, []), takenAt });
        const points = [of('i-0000000a', 20), of('i-0000000b', 30), of('i-0000000a', 40), of('i-0000000a', 10)];
        for (const point of points) await catalog.points.add(point);
        const times = async (instanceId?: string) =>
          (await walk(2, (request) => catalog.points.list(tenant, instanceId, request))).map((page) =>
            page.map(({ takenAt }) => takenAt),
          );
        assert.deepEqual(await times(), [
          [40, 30],
          [20, 10],
        ]);
        assert.deepEqual(await times('i-0000000a'), [[40, 20], [10]]);
        assert.deepEqual(await times('i-0000000c'), [[]]);
      });

      it("outlines one instance's, newest first, page by page: all of them but their volumes", async () => {
        const tenant = freshId('hv');
        const of = (instanceId: string, takenAt: number) => ({
          ...aPoint(tenant, instanceId, [aVolume(1, [1])]),
          takenAt,
        });
        const points = Array.from({ length: 130 }, (_, n) => of('i-0000000a', 1_000 + n));
        const elsewhere = [of('i-0000000b', 50), { ...of('i-0000000a', 2_000), tenantId: freshId('hv') }];
        for (const point of [...points, ...elsewhere]) await catalog.points.add(point);
        const newest = points.at(-1)?.recoveryPointId ?? '';
        await catalog.points.update(tenant, newest, { state: 'available', lostVolumes: ['vol-1'] });
        const pages = await walk(100, (request) => catalog.points.outlines(tenant, 'i-0000000a', request));
        assert.deepEqual(
          pages.map(({ length }) => length),
          [100, 30],
        );
        const expected = points.toReversed().map(({ volumes: _, ...outline }) => outline);
        assert.deepEqual(pages.flat(), [
          { ...expected[0], state: 'available', lostVolumes: ['vol-1'] },
          ...expected.slice(1),
        ]);
        assert.deepEqual(await catalog.points.outlines(tenant, 'i-0000000c', { limit: 5 }), { items: [] });
      });
    });

    describe('orders', () => {
      it('makes the records that are absent, and finds those of an attempt', async () => {
        const job = aJob(A);
        const orders = Array.from({ length: 130 }, (_, index) => anOrder(job, index % 2 ? 'i-0000000d' : 'i-0000000e'));
        await catalog.orders.add(orders);
        await catalog.orders.close((orders[0] as NonNullable<(typeof orders)[0]>).orderId);
        await catalog.orders.add(orders);
        const found = await catalog.orders.ofAttempt(job.jobId, 1);
        assert.equal(found.length, 130);
        assert.equal(found.filter(({ state }) => state === 'closed').length, 1);
        assert.equal((await catalog.orders.ofAttempt(job.jobId, 1, 'i-0000000d')).length, 65);
        assert.deepEqual(await catalog.orders.ofAttempt(job.jobId, 2), []);
        assert.deepEqual(await catalog.orders.get(orders[5]?.orderId ?? ''), orders[5]);
      });

      const placed = async () => {
        const order = anOrder(aJob(A), 'i-0000000f');
        await catalog.orders.add([order]);
        return order;
      };

      it('gives a queued order to exactly one of twenty nodes', async () => {
        const order = await placed();
        const claims = await racers(20, (racer) =>
          catalog.orders.claim(order.orderId, order, `node-${racer}`, `hash-${racer}`, 1_000),
        );
        assert.equal(claims.filter((each) => each !== undefined).length, 1);
        const record = await catalog.orders.get(order.orderId);
        assert.equal(record?.claim, 1);
        assert.equal(record?.nodeId, `node-${claims.findIndex((each) => each !== undefined)}`);
      });

      it('gives a silent claim to exactly one other node, and none while it beats', async () => {
        const order = await placed();
        const first = await catalog.orders.claim(order.orderId, order, 'node-1', 'hash-1', 1_000);
        assert.ok(first);
        await catalog.orders.heartbeat(order.orderId, 1, { ...noCounters, transferred: 3 }, 2_000);
        assert.equal(await catalog.orders.claim(order.orderId, first, 'node-2', 'hash-2', 3_000), undefined);
        const seen = await catalog.orders.get(order.orderId);
        assert.ok(seen);
        const claims = await racers(20, (racer) =>
          catalog.orders.claim(order.orderId, seen, `node-x${racer}`, `hash-x${racer}`, 90_000),
        );
        const [won, ...rest] = claims.filter((each) => each !== undefined);
        assert.equal(rest.length, 0);
        assert.equal(won?.claim, 2);
        assert.deepEqual(
          won?.counters,
          { ...noCounters, transferred: 3 },
          'what was counted stays until it is surpassed',
        );
        assert.equal(await catalog.orders.heartbeat(order.orderId, 1, noCounters, 91_000), undefined);
      });

      it('answers a heartbeat with the record before it', async () => {
        const order = await placed();
        const counters = { ...noCounters, transferred: 5 };
        await catalog.orders.claim(order.orderId, order, 'node-1', 'hash-1', 1_000);
        const before = await catalog.orders.heartbeat(order.orderId, 1, counters, 2_000);
        assert.equal(before?.heartbeatAt, 1_000);
        assert.equal(before?.counters, undefined);
        assert.deepEqual((await catalog.orders.heartbeat(order.orderId, 1, noCounters, 3_000))?.counters, counters);
      });

      it('keeps the first outcome, whoever comes later', async () => {
        const order = await placed();
        assert.equal(await catalog.orders.complete(order.orderId, 1, outcomeOf(order, 1)), undefined);
        const first = await catalog.orders.claim(order.orderId, order, 'node-1', 'hash-1', 1_000);
        assert.ok(first);
        await catalog.orders.claim(order.orderId, first, 'node-2', 'hash-2', 2_000);
        assert.equal(await catalog.orders.complete(order.orderId, 1, outcomeOf(order, 1)), undefined);
        const outcome = outcomeOf(order, 2);
        assert.deepEqual(await catalog.orders.complete(order.orderId, 2, outcome), outcome);
        assert.deepEqual(await catalog.orders.complete(order.orderId, 1, outcomeOf(order, 1)), outcome);
        const done = await catalog.orders.get(order.orderId);
        assert.equal(done?.state, 'done');
        assert.ok(done);
        assert.equal(await catalog.orders.claim(order.orderId, done, 'node-3', 'hash-3', 3_000), undefined);
        await catalog.orders.close(order.orderId);
        assert.equal((await catalog.orders.get(order.orderId))?.state, 'done', 'what is done stays done');
      });

      it('takes an order back, as queued or as failed with the reason', async () => {
        const order = await placed();
        await catalog.orders.claim(order.orderId, order, 'node-1', 'hash-1', 1_000);
        assert.equal(await catalog.orders.release(order.orderId, 2, 'queued'), false);
        assert.equal(await catalog.orders.release(order.orderId, 1, 'queued'), true);
        const queued = await catalog.orders.get(order.orderId);
        assert.equal(queued?.state, 'queued');
        assert.ok(queued);
        assert.equal((await catalog.orders.claim(order.orderId, queued, 'node-2', 'hash-2', 2_000))?.claim, 2);
        const error = { name: 'LibraryFull', message: 'no space' };
        assert.equal(await catalog.orders.release(order.orderId, 2, 'failed', error), true);
        const failed = await catalog.orders.get(order.orderId);
        assert.deepEqual([failed?.state, failed?.error], ['failed', error]);
      });

      it('keeps who has held an order, and what the last claim that ended has called', async () => {
        const order = await placed();
        const [one, two] = [
          { nodeId: 'node-1', tokenHash: 'hash-1' },
          { nodeId: 'node-2', tokenHash: 'hash-1' },
        ];
        const calls = (s3Gets: number) => ({ ...noCalls, s3Gets });
        const { orders } = catalog;
        await orders.claim(order.orderId, order, 'node-1', 'hash-1', 1_000, { holders: [one] });
        await orders.release(order.orderId, 1, 'queued', undefined, calls(3));
        const queued = await orders.get(order.orderId);
        assert.ok(queued);
        assert.deepEqual([queued.holders, queued.ended], [[one], { claim: 1, calls: calls(3) }]);
        const more = { holders: [one, two] };
        const second = await orders.claim(order.orderId, queued, 'node-2', 'hash-1', 2_000, more);
        assert.deepEqual([second?.holders, second?.ended], [[one, two], queued.ended]);
        assert.equal(await orders.complete(order.orderId, 1, outcomeOf(order, 1), calls(9)), undefined);
        assert.equal(await orders.release(order.orderId, 1, 'failed', undefined, calls(9)), false);
        await orders.complete(order.orderId, 2, outcomeOf(order, 2), calls(5));
        await orders.complete(order.orderId, 2, outcomeOf(order, 2), calls(9));
        const done = await orders.get(order.orderId);
        assert.deepEqual([done?.holders, done?.ended], [[one, two], { claim: 2, calls: calls(5) }]);
      });

      it('lets nobody claim, finish or hand back a closed order', async () => {
        const order = await placed();
        await catalog.orders.claim(order.orderId, order, 'node-1', 'hash-1', 1_000);
        await catalog.orders.close(order.orderId);
        await catalog.orders.close(order.orderId);
        const closed = await catalog.orders.get(order.orderId);
        assert.equal(closed?.state, 'closed');
        assert.ok(closed);
        assert.equal(await catalog.orders.claim(order.orderId, closed, 'node-2', 'hash-2', 2_000), undefined);
        assert.equal(await catalog.orders.complete(order.orderId, 1, outcomeOf(order, 1)), undefined);
        assert.equal(await catalog.orders.release(order.orderId, 1, 'queued'), false);
        assert.equal(await catalog.orders.heartbeat(order.orderId, 1, noCounters, 3_000), undefined);
      });

      it('makes nothing when there is no such order', async () => {
        const { orderId } = anOrder(aJob(A), 'i-0000000f');
        await catalog.orders.close(orderId);
        assert.equal(await catalog.orders.heartbeat(orderId, 1, noCounters, 1), undefined);
        assert.equal(await catalog.orders.release(orderId, 1, 'queued'), false);
        assert.equal(await catalog.orders.get(orderId), undefined);
      });

      it('binds a task token to one order', async () => {
        const [hash, first, second] = [freshId('hash'), freshId('ord'), freshId('ord')];
        assert.equal(await catalog.orders.bindToken(hash, first), true);
        assert.equal(await catalog.orders.bindToken(hash, first), true);
        assert.equal(await catalog.orders.bindToken(hash, second), false);
      });
    });

    describe('quotas', () => {
      it('lose no change of many that come at once, and keep tenants and calls apart', async () => {
        const share = { holder: 'x', snapshotId: 'snap-1', told: 1, counted: 1, until: 9e12 };
        const seen = await racers(12, (racer) =>
          catalog.quotas.change(A, 'get', (shares) => ({
            shares: [...shares, { ...share, holder: `ord-${racer}` }],
            answer: shares.length,
          })),
        );
        assert.deepEqual(
          seen.sort((a, b) => a - b),
          Array.from({ length: 12 }, (_, at) => at),
        );
        const count = (tenantId: string, call: 'get' | 'put') =>
          catalog.quotas.change(tenantId, call, (shares) => ({ shares, answer: shares.length }));
        assert.deepEqual([await count(A, 'get'), await count(A, 'put'), await count(B, 'get')], [12, 0, 0]);
      });
    });

    describe('effects', () => {
      it('records an intent once, and what became of it', async () => {
        const job = aJob(A);
        const effect = anEffect(job);
        assert.deepEqual(await catalog.effects.intend(effect), effect);
        await catalog.effects.update(effect, { state: 'made', resourceIds: ['snap-1'] });
        const made = { ...effect, state: 'made', resourceIds: ['snap-1'] };
        assert.deepEqual(await catalog.effects.intend(effect), made);
        await catalog.effects.intend(anEffect(job));
        await catalog.effects.intend(anEffect(aJob(B)));
        const all = await catalog.effects.ofAttempt(job.jobId, 1);
        assert.equal(all.length, 2);
        assert.deepEqual(
          all.find(({ effectId }) => effectId === effect.effectId),
          made,
        );
        assert.deepEqual(await catalog.effects.ofAttempt(job.jobId, 2), []);
      });
    });
  });
};
