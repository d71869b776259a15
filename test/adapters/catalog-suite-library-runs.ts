import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LibraryRun } from '../../core/domain/library-run.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { racers } from './racers.ts';
import { freshId } from './records.ts';

const A = freshId('hv');
const B = freshId('hv');
const SERVICE = freshId('hv');

const runOf = (tenantId: string, change: Partial<LibraryRun> = {}): LibraryRun => ({
  runId: freshId('run'),
  tenantId,
  serviceId: SERVICE,
  task: 'prune',
  planOnly: false,
  acceptDamage: false,
  queueDeadlineSeconds: 60,
  state: 'queued',
  pass: 1,
  trigger: 'api',
  requestedBy: 'ops',
  createdAt: 1_000,
  ...change,
});

export const libraryRunsSuite = (open: () => Catalog): void => {
  describe('library runs', () => {
    it('keeps them by tenant, newest first, and changes them only from the states that are named', async () => {
      const { libraryRuns } = open();
      const [old, young, others] = [runOf(A), runOf(A, { createdAt: 2_000 }), runOf(B)];
      for (const run of [old, young, others]) assert.equal(await libraryRuns.add(run), true);
      assert.equal(await libraryRuns.add({ ...old, task: 'check' }), false);
      assert.deepEqual(await libraryRuns.get(A, old.runId), old);
      assert.equal(await libraryRuns.get(B, old.runId), undefined);
      const first = await libraryRuns.list(A, { limit: 1 });
      assert.deepEqual(first.items, [young]);
      const second = await libraryRuns.list(A, { limit: 1, next: first.next ?? '' });
      assert.deepEqual(second.items, [old]);
      const change = { state: 'running', progress: { done: 1, total: 2, unit: 'packs' } } as const;
      assert.equal(await libraryRuns.update(A, old.runId, change, ['waiting']), false);
      assert.equal(await libraryRuns.update(B, old.runId, change, ['queued']), false);
      assert.equal(await libraryRuns.update(A, old.runId, change, []), false);
      assert.equal(await libraryRuns.update(A, old.runId, change, ['queued', 'running']), true);
      assert.deepEqual(await libraryRuns.get(A, old.runId), { ...old, ...change });
    });

    it('tells all that are open of a tenant, however many came after them, and none that has ended', async () => {
      const { libraryRuns } = open();
      const [tenant, other] = [freshId('hv'), freshId('hv')];
      const old = runOf(tenant, { state: 'waiting' });
      await libraryRuns.add(old);
      await libraryRuns.add(runOf(other));
      for (let n = 1; n <= 120; n++) {
        const run = runOf(tenant, { task: 'check', createdAt: 1_000 + n });
        await libraryRuns.add(run);
        if (n <= 119) await libraryRuns.update(tenant, run.runId, { state: 'completed' }, ['queued']);
      }
      const many = Array.from({ length: 105 }, (_, n) => runOf(other, { createdAt: 3_000 + n }));
      for (const run of many) await libraryRuns.add(run);
      assert.deepEqual(
        (await libraryRuns.openOf(tenant)).map(({ runId, createdAt }) => [runId === old.runId, createdAt]),
        [
          [false, 1_120],
          [true, 1_000],
        ],
      );
      const all = await libraryRuns.openOf(other);
      assert.deepEqual(
        all.slice(0, 105).map(({ runId }) => runId),
        many.map(({ runId }) => runId).reverse(),
      );
      assert.equal(all.length, 106);
      assert.ok(await libraryRuns.update(tenant, old.runId, { state: 'running' }, ['waiting']));
      assert.ok(await libraryRuns.update(tenant, old.runId, { state: 'failed' }, ['running']));
      assert.equal((await libraryRuns.openOf(tenant)).length, 1);
      // Asked late, one that has ended does not begin anew.
      assert.equal(await libraryRuns.update(tenant, old.runId, { state: 'running' }, ['waiting']), false);
      assert.equal((await libraryRuns.openOf(tenant)).length, 1);
      assert.deepEqual(await libraryRuns.openOf(freshId('hv')), []);
    });

    it('gives a library to one run of many at once, and to another only when that has let go or is named', async () => {
      const { libraryRuns } = open();
      const ids = Array.from({ length: 20 }, () => freshId('run'));
      const holders = await racers(20, (racer) => libraryRuns.hold(A, SERVICE, ids[racer] ?? ''));
      const [holder = ''] = holders;
      assert.ok(ids.includes(holder));
      assert.ok(holders.every((each) => each === holder));
      const next = freshId('run');
      assert.equal(await libraryRuns.hold(A, SERVICE, next), holder);
      assert.equal(await libraryRuns.hold(A, SERVICE, next, freshId('run')), holder);
      assert.equal(await libraryRuns.hold(A, SERVICE, holder), holder, 'again');
      assert.equal(await libraryRuns.hold(B, SERVICE, next), next, 'another tenant’s');
      assert.equal(await libraryRuns.hold(A, freshId('hv'), next), next, 'in another library');
      assert.equal(await libraryRuns.hold(A, SERVICE, next, holder), next, 'of one that has ended');
      await libraryRuns.letGo(A, SERVICE, holder);
      assert.equal(await libraryRuns.hold(A, SERVICE, holder), next, 'another’s hold stays');
      await libraryRuns.letGo(A, SERVICE, next);
      await libraryRuns.letGo(A, SERVICE, next);
      assert.equal(await libraryRuns.hold(A, SERVICE, holder), holder);
    });

    it('remembers when it was first told of a generation of what is condemned, library by library', async () => {
      const { libraryRuns } = open();
      const [library, other] = [freshId('hv'), freshId('hv')];
      const times = await racers(8, (racer) => libraryRuns.noteCondemned(A, library, 1, 1_000 + racer));
      assert.equal(new Set(times).size, 1);
      assert.equal(await libraryRuns.noteCondemned(A, library, 1, 9_000), times[0]);
      assert.equal(await libraryRuns.noteCondemned(A, library, 2, 9_000), 9_000);
      assert.equal(await libraryRuns.noteCondemned(A, other, 1, 9_001), 9_001);
      assert.equal(await libraryRuns.noteCondemned(B, library, 1, 9_002), 9_002);
      assert.equal(await libraryRuns.latestCondemned(A, freshId('hv')), 0);
      for (const generation of [10, 9]) await libraryRuns.noteCondemned(A, library, generation, 9_003);
      assert.deepEqual(
        [await libraryRuns.latestCondemned(A, library), await libraryRuns.latestCondemned(A, other)],
        [10, 1],
      );
    });

    it('refuses a commit of what was begun before the barrier, of this tenant, and never lowers it', async () => {
      const { instances } = open();
      const [one, two] = ['i-0badcafe', 'i-0badcaff'] as const;
      for (const id of [one, two]) await instances.lock(A, id, 'me');
      await instances.lock(B, one, 'me');
      await instances.raiseBarrier(A, 5_000);
      await instances.raiseBarrier(A, 4_000);
      const commit = (tenant: string, id: string, point: string, begunAt?: number) =>
        instances.commit(tenant, id, 'me', 1, point, 'head', begunAt);
      assert.equal(await commit(A, one, 'rp-toolate1', 4_999), false);
      assert.equal((await instances.get(A, one))?.head, undefined);
      assert.equal((await instances.get(A, one))?.libraryBarrier, 5_000);
      assert.equal(await commit(A, two, 'rp-intime01', 5_000), true);
      assert.equal(await commit(A, one, 'rp-snapshot'), true, 'what is in no library');
      assert.equal(await commit(B, one, 'rp-theirs01', 1), true, 'another tenant’s');
      await instances.raiseBarrier(A, 6_000);
      assert.equal(await commit(A, two, 'rp-intime01', 5_000), true, 'it is committed');
    });
  });
};
