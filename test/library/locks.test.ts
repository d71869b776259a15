import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BLOCK_BYTES, PAGE_BLOCKS } from '../../library/block.ts';
import { checkLibrary } from '../../library/check-library.ts';
import { extendLocks } from '../../library/extend-locks.ts';
import { keyName, mapName } from '../../library/names.ts';
import { rotateTenantKey } from '../../library/tenant-keys.ts';
import { readMap } from '../../library/volume-map.ts';
import {
  type Blocks,
  backUp,
  block,
  difference,
  IDENTITY,
  openTestLibrary,
  RECOVERY,
  restore,
  WRAPPER,
  writeSegment,
} from './backup.ts';
import { DAY, type LockedPlace, onDay, openLockedPlace, random } from './locked-library.ts';
import { pruneNow } from './pruning.ts';

const PAGE_BYTES = PAGE_BLOCKS * BLOCK_BYTES;
const compliance = (day: number) => ({ mode: 'compliance' as const, until: onDay(day) });

const within = async (work: (place: LockedPlace) => Promise<void>, ...open: Parameters<typeof openLockedPlace>) => {
  const place = await openLockedPlace(...open);
  try {
    await work(place);
  } finally {
    await place.close();
  }
};

/** Blocks of several pages: `each` of them in every page. */
const spread = (name: string, pages: number, each: number): Blocks =>
  new Map(
    Array.from({ length: pages * each }, (_, n) => [
      Math.floor(n / each) * PAGE_BLOCKS + (n % each),
      block(`${name} ${n}`),
    ]),
  );

for (const kind of ['SDK', 'own HTTP'] as const) {
  describe(`locks of a store in S3, ${kind}`, () => {
    test('what backups need is created locked and cannot be deleted until its lock ends; what maintenance writes is not', () =>
      within(async (place) => {
        const { store, clock } = place;
        place.lock = compliance(30);
        for (const key of ['format', 'keys/1', 'packs/aa/1', 'pages/aa/1', 'maps/rp/v', 'points/rp'])
          await store.putNew(key, Buffer.from(key));
        for (const key of ['index/1', 'condemned/1', 'prune/1']) await store.putNew(key, Buffer.from(key));
        assert.deepEqual(new Set((await place.locks()).values()), new Set([onDay(30)]));
        assert.equal(await store.lockedUntil('index/1'), 0);
        assert.equal(await store.lockedUntil('packs/aa/absent'), undefined);
        const { versionId } = (await store.head('packs/aa/1')) ?? {};
        await assert.rejects(store.delete('packs/aa/1', versionId), { name: 'ObjectRetained' });
        await assert.rejects(store.keepUntil('packs/aa/1', compliance(20)));
        await store.keepUntil('packs/aa/1', compliance(60), versionId);
        assert.equal(await store.lockedUntil('packs/aa/1', versionId), onDay(60));
        await store.delete('packs/aa/1');
        assert.equal(await store.lockedUntil('packs/aa/1'), undefined, 'hidden by a delete marker');
        assert.equal(await store.lockedUntil('packs/aa/1', versionId), onDay(60), 'and still there by its version');
        const versions: boolean[][] = [];
        for await (const { isMarker, isLatest } of store.versions('packs/')) versions.push([isMarker, isLatest]);
        assert.deepEqual(versions, [
          [true, true],
          [false, false],
        ]);
        await clock.advance(61 * DAY);
        await store.delete('packs/aa/1', versionId);
        assert.equal(await store.lockedUntil('packs/aa/1', versionId), undefined);
      }, kind));

    test('a bucket without Object Lock locks nothing, and says so', () =>
      within(
        async ({ store }) => {
          await store.putNew('packs/aa/1', Buffer.from('1'));
          assert.equal(await store.lockedUntil('packs/aa/1'), 0);
        },
        kind,
        false,
      ));
  });
}

describe('a library with a lock', () => {
  test('an incremental asks about what has changed; what it shares with its parent is extended once an epoch', () =>
    within(async (place) => {
      const { store, calls, clock } = place;
      const sizeBytes = 8 * PAGE_BYTES;
      place.lock = compliance(30);
      const library = await openTestLibrary(store, random, () => clock.now());
      const first = spread('first', 8, 12);
      const packBytes = 512 * 1024;
      let parent = await backUp(library, { point: 'rp-0', sizeBytes, blocks: first, lock: place.lock, packBytes });
      let parentKeptUntil = place.lock.until;
      const objects = (await place.locks()).size;
      assert.deepEqual(new Set((await place.locks()).values()), new Set([onDay(30)]));

      const incremental = async (day: number, until: number): Promise<{ asked: number; changed: number }> => {
        await clock.advance(onDay(day) - clock.now());
        place.lock = compliance(until);
        Object.assign(calls, { asked: 0, changed: 0 });
        const noted = parentKeptUntil;
        parentKeptUntil = onDay(until);
        const changed: Blocks = new Map([[PAGE_BLOCKS + 100 + day, block(`day ${day}`)]]);
        await library.index.refresh();
        parent = await backUp(library, {
          point: `rp-${day}`,
          sizeBytes,
          blocks: changed,
          parent,
          parentKeptUntil: noted,
          lock: place.lock,
          packBytes,
        });
        return { ...calls };
      };
      // its parent's map, the page that is new, the pack that is new; format and key
      assert.deepEqual(await incremental(1, 30), { asked: 5, changed: 0 });
      assert.deepEqual(await incremental(2, 30), { asked: 5, changed: 0 });
      const crossing = await incremental(3, 60);
      assert.ok(crossing.changed > 8, `the first of an epoch extends all: ${crossing.changed} objects`);
      assert.ok(crossing.asked <= objects + 10, `and asks for each once: ${crossing.asked}`);
      for (const [key, until] of await place.locks())
        if (/^(packs|pages)/.test(key) && parent.pages.some(({ id }) => key.endsWith(id)))
          assert.equal(until, onDay(60), key);
      for (const [key, until] of await place.locks())
        if (key.startsWith('packs/')) assert.equal(until, onDay(60), 'every pack holds blocks of the newest point');
      assert.deepEqual(await incremental(4, 60), { asked: 5, changed: 0 });
      assert.equal(difference(await restore(library, 'rp-0'), first), undefined);
    }));

  test('format and keys are kept as long as the longest point, and so is a key that was added', () =>
    within(async (place) => {
      const { store, clock } = place;
      const keys = async () => [...(await place.locks())].filter(([key]) => /^(format|keys\/)/.test(key)).sort();
      const write = async (point: string, until: number): Promise<void> => {
        place.lock = compliance(until);
        const library = await openTestLibrary(store, random, () => clock.now());
        const blocks: Blocks = new Map([[3, block(point)]]);
        await backUp(library, { point, sizeBytes: PAGE_BYTES, blocks, lock: place.lock });
      };
      await write('rp-0', 30);
      await write('rp-1', 90);
      assert.deepEqual(
        (await keys()).map(([, until]) => until),
        [onDay(90), onDay(90)],
      );
      // as a run does whose lock is the longest that there is
      const { publicKey: recoveryPublicKey } = RECOVERY;
      await rotateTenantKey({ store, wrapper: WRAPPER, ...IDENTITY, recoveryPublicKey, random });
      const names = (await keys()).map(([key]) => key);
      assert.deepEqual(names, ['format', keyName(1), keyName(2)]);
      assert.deepEqual(new Set((await keys()).map(([, until]) => until)), new Set([onDay(90)]), 'created locked');
      await write('rp-2', 360);
      assert.deepEqual(new Set((await keys()).map(([, until]) => until)), new Set([onDay(360)]));
      const opened = await openTestLibrary(store, random, () => clock.now());
      await opened.index.refresh();
      for (const point of ['rp-0', 'rp-1', 'rp-2'])
        assert.deepEqual((await restore(opened, point)).get(3), block(point), point);
    }));

  test('a block that another volume has stored is kept as long as the longest of the points that share it', () =>
    within(async (place) => {
      const { store, clock } = place;
      place.lock = compliance(30);
      const library = await openTestLibrary(store, random, () => clock.now());
      const shared: Blocks = new Map([[3, block('shared')]]);
      await backUp(library, { point: 'rp-short', volumeId: 'vol-1', sizeBytes: PAGE_BYTES, blocks: shared });
      place.lock = compliance(360);
      await backUp(library, {
        point: 'rp-long',
        volumeId: 'vol-2',
        sizeBytes: PAGE_BYTES,
        blocks: shared,
        lock: place.lock,
      });
      const locks = await place.locks();
      const packs = [...locks].filter(([key]) => key.startsWith('packs/'));
      assert.deepEqual(
        packs.map(([, until]) => until),
        [onDay(360)],
        'one pack, locked for the longer of the two',
      );
      assert.equal(locks.get('points/rp-short'), onDay(30), 'the other point is not locked for longer by it');
    }));

  test('a run extends each pack and page once, maps and points last, and done again changes nothing', () =>
    within(async (place) => {
      const { store, calls, clock } = place;
      place.lock = compliance(30);
      const library = await openTestLibrary(store, random, () => clock.now());
      const sizeBytes = 4 * PAGE_BYTES;
      const blocks = spread('a', 4, 5);
      const parent = await backUp(library, { point: 'rp-1', sizeBytes, blocks, lock: place.lock });
      const change: Blocks = new Map([[7, block('changed')]]);
      await backUp(library, { point: 'rp-2', sizeBytes, blocks: change, parent, lock: place.lock });
      const input = {
        mode: 'compliance' as const,
        points: [
          { recoveryPointId: 'rp-1', until: onDay(60) },
          { recoveryPointId: 'rp-2', until: onDay(90) },
        ],
      };
      const extended = await extendLocks(library, store, input);
      assert.deepEqual([...extended.done].sort(), ['rp-1', 'rp-2']);
      assert.deepEqual(extended.damaged, []);
      const locks = await place.locks();
      for (const [key, until] of locks)
        assert.ok(until >= onDay(60), `${key} is kept until day ${(until - onDay(0)) / DAY}`);
      assert.equal(locks.get('points/rp-1'), onDay(60));
      assert.equal(locks.get('points/rp-2'), onDay(90));
      assert.equal(locks.get('keys/1'), onDay(90), 'the keys are kept as long as the last point');
      const packs = [...locks].filter(([key]) => key.startsWith('packs/'));
      assert.equal(extended.packs, packs.length, 'each pack once');
      Object.assign(calls, { asked: 0, changed: 0 });
      const again = await extendLocks(library, store, input);
      assert.deepEqual([again.packs, again.pages, again.others], [0, 0, 0]);
      assert.equal(calls.changed, 0);
    }));

  test('a long lock on one map, put there by whoever may extend locks, lets nothing behind it end: not for a backup, not for a run', () =>
    within(async (place) => {
      const { store, clock } = place;
      place.lock = compliance(30);
      const library = await openTestLibrary(store, random, () => clock.now());
      const sizeBytes = 2 * PAGE_BYTES;
      const blocks: Blocks = new Map([
        [1, block('one')],
        [PAGE_BLOCKS + 1, block('two')],
      ]);
      const parent = await backUp(library, { point: 'rp-1', sizeBytes, blocks, lock: place.lock });
      await store.keepUntil(mapName('rp-1', 'vol-1'), compliance(3600));
      await clock.advance(5 * DAY);
      const change: Blocks = new Map([[2, block('changed')]]);
      const promised = [
        { recoveryPointId: 'rp-1', until: onDay(30) },
        { recoveryPointId: 'rp-2', until: onDay(360) },
      ];
      const unlocked = async (depth: 'structure' | 'everything'): Promise<string[]> => {
        const reader = await openTestLibrary(store, random, () => clock.now());
        const { findings } = await checkLibrary(reader, { depth, promised });
        for (const { damage, lostBlocks } of findings) assert.deepEqual([damage, lostBlocks], ['unlocked', 0]);
        return findings.map(({ key }) => key.split('/')[0] as string);
      };

      // by a writer that believes the map, as a node that was taken over may
      place.lock = compliance(360);
      await library.index.refresh();
      const lie = { parentKeptUntil: onDay(3600) };
      await backUp(library, { point: 'rp-2', sizeBytes, blocks: change, parent, lock: place.lock, ...lie });
      assert.deepEqual(await unlocked('structure'), ['pages'], 'seen without reading a pack');
      assert.deepEqual(await unlocked('everything'), ['packs', 'pages']);
      const run = await extendLocks(library, store, { mode: 'compliance', points: promised });
      assert.deepEqual([...run.done].sort(), ['rp-1', 'rp-2']);
      assert.deepEqual(await unlocked('everything'), [], 'the next run has mended it');

      // by the writers that we ship: they go by what was noted
      const parentKeptUntil = onDay(360);
      await store.keepUntil(mapName('rp-2', 'vol-1'), compliance(3600));
      place.lock = compliance(720);
      const second = await readMap(library, 'rp-2', 'vol-1');
      await backUp(library, {
        ...{ point: 'rp-3', sizeBytes, blocks: new Map([[3, block('again')]]), parent: second, parentKeptUntil },
        lock: place.lock,
      });
      promised.push({ recoveryPointId: 'rp-3', until: onDay(720) });
      assert.deepEqual(await unlocked('everything'), []);
      await clock.advance(365 * DAY);
      for await (const { key, versionId, isMarker } of store.versions('packs/'))
        if (!isMarker) await store.delete(key, versionId).catch(() => undefined);
      assert.deepEqual((await restore(library, 'rp-3')).size, 4, 'a year later it is all there');
    }));

  test('a point whose page or pack is gone is named, and what is left of it is kept with the rest', () =>
    within(async (place) => {
      const { store, calls, clock } = place;
      const library = await openTestLibrary(store, random, () => clock.now());
      const sizeBytes = 2 * PAGE_BYTES;
      const two = (name: string): Blocks =>
        new Map([
          [1, block(`${name} one`)],
          [PAGE_BLOCKS + 1, block(`${name} two`)],
        ]);
      const broken = await backUp(library, { point: 'rp-1', sizeBytes, blocks: two('a'), packBytes: 1 });
      await backUp(library, { point: 'rp-2', sizeBytes, blocks: two('b') });
      const packsOfB = new Set((await place.locks()).keys());
      await backUp(library, { point: 'rp-3', sizeBytes, blocks: two('c'), packBytes: 1 });
      const page = broken.pages[0]?.id as string;
      await store.delete(`pages/${page.slice(0, 2)}/${page}`, broken.pages[0]?.versionId);
      const pack = [...(await place.locks()).keys()].find((key) => key.startsWith('packs/') && !packsOfB.has(key));
      for await (const { key, versionId } of store.versions('packs/'))
        if (key === pack) await store.delete(key, versionId);
      const until = onDay(60);
      const points = ['rp-1', 'rp-2', 'rp-3'].map((recoveryPointId) => ({ recoveryPointId, until }));
      const input = { mode: 'governance' as const, points };
      const { done, damaged, lost, unsure } = await extendLocks(library, store, input);
      assert.deepEqual(done, ['rp-2']);
      assert.deepEqual(
        damaged.map(({ recoveryPointId }) => recoveryPointId),
        ['rp-1', 'rp-3'],
      );
      assert.deepEqual([lost, unsure], [[{ recoveryPointId: 'rp-1', volumeId: 'vol-1' }], []]);
      const free = [...(await place.locks())].filter(([, end]) => end < until).map(([key]) => key);
      // of the page that is gone nobody can tell which packs it needs
      assert.deepEqual([free.length, free[0]?.split('/')[0]], [1, 'packs'], free.join());
      Object.assign(calls, { asked: 0, changed: 0 });
      await extendLocks(library, store, input);
      assert.equal(calls.changed, 0);
    }));

  test('a prune leaves what is locked, whoever says that it is to go, and takes it when its time is over', () =>
    within(async (place) => {
      const { store, clock } = place;
      place.lock = compliance(30);
      const library = await openTestLibrary(store, random, () => clock.now());
      const blocks = spread('a', 2, 5);
      const sizeBytes = 2 * PAGE_BYTES;
      await backUp(library, { point: 'rp-1', sizeBytes, blocks, lock: place.lock });
      place.lock = compliance(90);
      const others: Blocks = new Map([[1, block('other')]]);
      await backUp(library, { point: 'rp-2', volumeId: 'vol-2', sizeBytes, blocks: others, lock: place.lock });
      const before = await place.locks();
      const refused = await pruneNow(library, store, { expired: ['rp-1', 'rp-2'], locked: true });
      assert.deepEqual(refused.plan?.expired, [], 'both are locked');
      assert.equal(refused.plan?.bytesGivenBack, 0);
      assert.deepEqual(await place.locks(), before);
      assert.equal(difference(await restore(library, 'rp-1'), blocks), undefined);

      await clock.advance(31 * DAY);
      const pruned = await pruneNow(library, store, { expired: ['rp-1', 'rp-2'], locked: true, holder: 'prune-2' });
      assert.deepEqual(pruned.plan?.expired, ['rp-1']);
      assert.equal(pruned.swept[0]?.retained, 0, 'nothing is tried in vain');
      const after = await place.locks();
      assert.equal(after.has('points/rp-1'), false);
      assert.equal(after.has('points/rp-2'), true);
      assert.ok(
        [...after.keys()].filter((key) => key.startsWith('packs/')).length <
          [...before.keys()].filter((key) => key.startsWith('packs/')).length,
      );
      const reader = await openTestLibrary(store, random, () => clock.now());
      assert.equal(difference(await restore(reader, 'rp-2', 'vol-2'), others), undefined);
      assert.deepEqual((await checkLibrary(reader, { depth: 'everything' })).findings, []);
    }));

  test('packs that nobody needs stay indexed while they are locked, so that the next backup can use them again', () =>
    within(async (place) => {
      const { store, clock } = place;
      place.lock = compliance(60);
      const library = await openTestLibrary(store, random, () => clock.now());
      const blocks = spread('a', 1, 5);
      // a segment whose attempt came to nothing: packs without a map
      await writeSegment(library, blocks, { volumeBlocks: PAGE_BLOCKS, pages: [0], unlisted: 'zero' });
      const pruned = await pruneNow(library, store, { locked: true });
      assert.equal(pruned.plan?.packs.delete.length, 0);
      await library.index.refresh();
      const again = await writeSegment(library, blocks, { volumeBlocks: PAGE_BLOCKS, pages: [0], unlisted: 'zero' });
      assert.deepEqual([again.counters.deduplicated, again.counters.stored], [5, 0]);
    }));
});
