import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Catalog } from '../../core/ports/catalog.ts';
import { walk } from './racers.ts';
import { A, aPoint, aVolume, B, freshId } from './records.ts';

export const recoveryPointsSuite = (catalogNow: () => Catalog): void => {
  describe('recovery points', () => {
    it('makes the pending record once and keeps every field', async () => {
      const point = aPoint(A, 'i-00001111', [aVolume(1, [0, 4_096, 17]), aVolume(2, [])]);
      await catalogNow().points.add(point);
      await catalogNow().points.add({ ...point, kind: 'backup-copy', volumes: [] });
      assert.deepEqual(await catalogNow().points.get(A, point.recoveryPointId), point);
      assert.equal(await catalogNow().points.get(B, point.recoveryPointId), undefined);
    });

    it('replaces fields and volumes as a whole', async () => {
      const point = aPoint(A, 'i-00002222', [aVolume(1, [1]), aVolume(2, [2]), aVolume(3, [3])]);
      await catalogNow().points.add(point);
      const volumes = [aVolume(1, [5, 6]), aVolume(4, [])];
      assert.equal(await catalogNow().points.fill(A, point.recoveryPointId, 1, { volumes: [] }), true);
      assert.equal(await catalogNow().points.fill(A, point.recoveryPointId, 1, { volumes }), true);
      await catalogNow().points.update(A, point.recoveryPointId, { state: 'available', committedAt: 12 });
      assert.deepEqual(await catalogNow().points.get(A, point.recoveryPointId), {
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
      await catalogNow().points.add(point);
      assert.equal(await catalogNow().points.fill(A, id, 2, planned), false);
      assert.equal(await catalogNow().points.fill(B, id, 1, planned), false);
      assert.equal(await catalogNow().points.fill(A, id, 1, planned), true);
      assert.equal(await catalogNow().points.fill(A, id, 1, read, 'final'), true);
      assert.equal(await catalogNow().points.fill(A, id, 1, planned), false);
      assert.equal(await catalogNow().points.fill(A, id, 1, read, 'final'), true);
      assert.deepEqual(await catalogNow().points.get(A, id), { ...point, ...read, filledBy: 1 });
      // A later attempt that has taken it over plans it anew.
      await catalogNow().points.update(A, id, { attempt: 2 });
      assert.equal(await catalogNow().points.fill(A, id, 1, read, 'final'), false);
      assert.equal(await catalogNow().points.fill(A, id, 2, planned), true);
      for (const state of ['available', 'abandoned', 'expired'] as const) {
        await catalogNow().points.update(A, id, { state });
        assert.equal(await catalogNow().points.fill(A, id, 2, read, 'final'), false);
      }
      assert.deepEqual((await catalogNow().points.get(A, id))?.volumes, planned.volumes);
    });

    it('holds 128 volumes, of 16 TiB and one of 64 TiB', async () => {
      const pages = Array.from({ length: 32_768 }, (_, page) => page % 4_097);
      const point = aPoint(
        A,
        'i-00003333',
        Array.from({ length: 128 }, (_, index) => aVolume(index, index === 127 ? pages : pages.slice(0, 8_192))),
      );
      await catalogNow().points.add(point);
      const read = await catalogNow().points.get(A, point.recoveryPointId);
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
      await catalogNow().points.add(point);
      let writing = true;
      const writer = (async () => {
        for (let round = 0; round < 6; round++)
          await catalogNow().points.fill(A, point.recoveryPointId, 1, { volumes: sets[round % 3] as (typeof sets)[0] });
        writing = false;
      })();
      let reads = 0;
      while (writing) {
        const volumes = (await catalogNow().points.get(A, point.recoveryPointId))?.volumes ?? [];
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
      for (const point of points) await catalogNow().points.add(point);
      const times = async (instanceId?: string) =>
        (await walk(2, (request) => catalogNow().points.list(tenant, instanceId, request))).map((page) =>
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
      for (const point of [...points, ...elsewhere]) await catalogNow().points.add(point);
      const newest = points.at(-1)?.recoveryPointId ?? '';
      await catalogNow().points.update(tenant, newest, { state: 'available', lostVolumes: ['vol-1'] });
      const pages = await walk(100, (request) => catalogNow().points.outlines(tenant, 'i-0000000a', request));
      assert.deepEqual(
        pages.map(({ length }) => length),
        [100, 30],
      );
      const expected = points.toReversed().map(({ volumes: _, ...outline }) => outline);
      assert.deepEqual(pages.flat(), [
        { ...expected[0], state: 'available', lostVolumes: ['vol-1'] },
        ...expected.slice(1),
      ]);
      assert.deepEqual(await catalogNow().points.outlines(tenant, 'i-0000000c', { limit: 5 }), { items: [] });
    });
  });
};
