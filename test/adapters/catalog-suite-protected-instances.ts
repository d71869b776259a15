import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Catalog } from '../../core/ports/catalog.ts';
import { racers } from './racers.ts';
import { A, B } from './records.ts';

export const protectedInstancesSuite = (catalogNow: () => Catalog): void => {
  describe('protected instances', () => {
    it('gives the lease to exactly one of twenty', async () => {
      const locked = await racers(20, (racer) => catalogNow().instances.lock(A, 'i-0000aaaa', `job-race-${racer}`));
      const winners = locked.filter((each) => each !== undefined);
      assert.equal(winners.length, 1);
      assert.equal(winners[0]?.fence, 1);
      const record = await catalogNow().instances.get(A, 'i-0000aaaa');
      assert.equal(record?.owner, `job-race-${locked.findIndex((each) => each !== undefined)}`);
    });

    it('is re-entrant for its owner and counts the fence up for another', async () => {
      const id = 'i-0000bbbb';
      assert.equal((await catalogNow().instances.lock(A, id, 'first'))?.fence, 1);
      assert.equal((await catalogNow().instances.lock(A, id, 'first'))?.fence, 1);
      assert.equal((await catalogNow().instances.lock(A, id, 'first', 'first'))?.fence, 1);
      assert.equal(await catalogNow().instances.lock(A, id, 'second'), undefined);
      assert.equal(await catalogNow().instances.lock(A, id, 'second', 'third'), undefined);
      assert.equal((await catalogNow().instances.lock(A, id, 'second', 'first'))?.fence, 2);
      await catalogNow().instances.unlock(A, id, 'first');
      assert.equal((await catalogNow().instances.get(A, id))?.owner, 'second');
      await catalogNow().instances.unlock(A, id, 'second');
      await catalogNow().instances.unlock(A, id, 'second');
      assert.deepEqual(await catalogNow().instances.get(A, id), { tenantId: A, instanceId: id, fence: 2 });
      assert.equal((await catalogNow().instances.lock(A, id, 'third'))?.fence, 3);
    });

    it('lets one of twenty take over from an attempt that is over', async () => {
      const id = 'i-0000cccc';
      await catalogNow().instances.lock(A, id, 'dead');
      const locked = await racers(20, (racer) => catalogNow().instances.lock(A, id, `heir-${racer}`, 'dead'));
      assert.equal(locked.filter((each) => each !== undefined).length, 1);
      assert.equal((await catalogNow().instances.get(A, id))?.fence, 2);
    });

    it('refuses the commit of a zombie whose fence was raised', async () => {
      const id = 'i-0000dddd';
      const old = await catalogNow().instances.lock(A, id, 'zombie');
      assert.ok(old);
      const taken = await catalogNow().instances.lock(A, id, 'heir', 'zombie');
      assert.ok(taken);
      assert.equal(await catalogNow().instances.commit(A, id, 'zombie', old.fence, 'rp-zombie-1', 'head'), false);
      assert.equal(await catalogNow().instances.commit(A, id, 'heir', old.fence, 'rp-zombie-2', 'head'), false);
      assert.equal((await catalogNow().instances.get(A, id))?.head, undefined);
      assert.equal(await catalogNow().instances.commit(A, id, 'heir', taken.fence, 'rp-heir-01', 'head'), true);
      assert.equal(await catalogNow().instances.commit(A, id, 'heir', taken.fence, 'rp-heir-01', 'head'), true);
      await catalogNow().instances.unlock(A, id, 'heir');
      assert.equal(
        await catalogNow().instances.commit(A, id, 'heir', taken.fence, 'rp-heir-01', 'head'),
        true,
        'it is committed',
      );
      assert.equal(await catalogNow().instances.commit(A, id, 'heir', taken.fence, 'rp-heir-02', 'head'), false);
      assert.equal((await catalogNow().instances.get(A, id))?.head, 'rp-heir-01');
    });

    it('keeps the newest point of a library, the newest snapshot, and the last committed apart', async () => {
      const id = 'i-0000ffff';
      await catalogNow().instances.lock(A, id, 'me');
      const commit = (point: string, becomes: 'head' | 'snapshotHead' | 'neither') =>
        catalogNow().instances.commit(A, id, 'me', 1, point, becomes);
      assert.equal(await commit('rp-snapshot1', 'snapshotHead'), true);
      assert.equal(await commit('rp-stream01', 'head'), true);
      assert.equal(await commit('rp-oldcopy1', 'neither'), true);
      assert.deepEqual(await catalogNow().instances.get(A, id), {
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
      await catalogNow().instances.lock(A, id, 'of a');
      assert.equal(await catalogNow().instances.get(B, id), undefined);
      assert.equal(await catalogNow().instances.commit(B, id, 'of a', 1, 'rp-stolen1', 'head'), false);
      await catalogNow().instances.unlock(B, id, 'of a');
      assert.equal((await catalogNow().instances.lock(B, id, 'of b'))?.fence, 1);
      assert.equal((await catalogNow().instances.get(A, id))?.owner, 'of a');
      assert.deepEqual(
        (await catalogNow().instances.list(B)).map(({ instanceId }) => instanceId),
        [id],
      );
    });
  });
};
