import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import { planRetention } from '../../core/domain/retention.ts';
import { checkLibrary } from '../../library/check-library.ts';
import { type Library, openLibrary } from '../../library/library.ts';
import { openTenantKeys } from '../../library/tenant-keys.ts';
import { readMap } from '../../library/volume-map.ts';
import { backUp, block, difference, IDENTITY, openTestLibrary, restore, shaOf, WRAPPER } from '../library/backup.ts';
import { MemoryStore } from '../library/memory-store.ts';
import { pruneNow } from '../library/pruning.ts';
import { seededRandom } from '../library/seeded-random.ts';
import { watchedStore } from '../library/watched-store.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAYS = 365;
const SAFETY_DAYS = 3;
const VOLUMES = ['vol-1', 'vol-2', 'vol-3'];
const sizeBytes = 2 ** 30;
const PLAN = { name: 'plan', retention: { gfs: { daily: 7, weekly: 4, monthly: 6 } }, copy: { when: 'never' } };

interface Point {
  readonly name: string;
  readonly volumeId: string;
  readonly takenAt: number;
  readonly blocks: ReadonlyMap<number, Buffer>;
}

/** Of the points of one volume, those that the product's retention keeps. */
const kept = (points: readonly Point[], volumeId: string): ReadonlySet<string> => {
  const records = points.map(({ name, takenAt }) => ({
    recoveryPointId: name,
    instanceId: volumeId,
    kind: 'streaming',
    state: 'available',
    planId: 'plan',
    takenAt,
    volumes: [],
  }));
  const { keep } = planRetention({
    points: records as unknown as RecoveryPoint[],
    plans: new Map([['plan', PLAN]]) as never,
    heads: new Map(),
    inUse: new Set(),
  });
  return new Set(keep.map(({ point }) => point.recoveryPointId));
};

const packBytes = ({ objects }: MemoryStore): number =>
  [...objects].reduce((sum, [key, { length }]) => (key.startsWith('packs/') ? sum + length : sum), 0);

test('a year of daily backups, retention and prunes beside them: nothing that is needed is lost, and space comes back', async (t) => {
  const seed = process.env.HOLDFAST_SEED ?? '1';
  const random = seededRandom(`year ${seed}`);
  const draw = (below: number): number => Buffer.from(random(4)).readUInt32LE() % below;
  const store = new MemoryStore();
  let now = Date.UTC(2026, 0, 1);
  await openTestLibrary(store, undefined, () => now);
  /** Each call of a node takes a while, so that what runs at the same time mixes differently each day. */
  const slow = watchedStore(store, async (_call, _key, when) => {
    if (when === 'after') return;
    for (let turn = draw(4); turn > 0; turn--) await new Promise(setImmediate);
  });
  const open = async (name: string): Promise<Library> => {
    const keys = await openTenantKeys({ store, wrapper: WRAPPER, ...IDENTITY });
    return openLibrary({ store: slow, keys, random: seededRandom(`${name} ${seed}`), now: () => now });
  };
  const [writer, reader, pruner] = [await open('writer'), await open('reader'), await open('pruner')];

  const points = new Map<string, Point>();
  const heads = new Map<string, Point>();
  const pending = new Set<string>();
  const expired: string[] = [];
  const counts = { backups: 0, restores: 0, prunes: 0, deletedPacks: 0, expired: 0 };

  const backUpVolume = async (volumeId: string, day: number): Promise<void> => {
    const name = `rp-${day}-${volumeId}`;
    const parent = heads.get(volumeId);
    const changes = new Map<number, Buffer | undefined>();
    for (let n = 0; n < 4; n++) changes.set(draw(48), block(`${volumeId} ${day} ${n}`));
    changes.set(draw(48), block(`shared ${draw(8)}`));
    if (draw(3) === 0) changes.set(draw(48), undefined);
    const blocks = new Map(parent?.blocks);
    for (const [index, plain] of changes) {
      if (plain) blocks.set(index, plain);
      else blocks.delete(index);
    }
    pending.add(name);
    await writer.index.refresh();
    const map = parent && (await readMap(writer, parent.name, volumeId));
    await backUp(writer, { point: name, volumeId, sizeBytes, blocks: changes, parent: map, packBytes: 1_000 });
    const point = { name, volumeId, takenAt: now, blocks };
    points.set(name, point);
    heads.set(volumeId, point);
    pending.delete(name);
    counts.backups++;
  };
  const restoreOne = async (): Promise<void> => {
    const point = [...points.values()][draw(points.size)];
    if (!point) return;
    const found = await restore(reader, point.name, point.volumeId);
    assert.equal(difference(found, point.blocks), undefined, point.name);
    counts.restores++;
  };
  const pruneOnce = async (): Promise<void> => {
    const { swept } = await pruneNow(pruner, slow, {
      committed: [...points.keys()],
      expired,
      pending: [...pending],
      safetyMs: SAFETY_DAYS * DAY,
      packBytes: 2_000,
    });
    counts.prunes++;
    for (const each of swept) counts.deletedPacks += each.packs;
  };

  for (let day = 0; day < DAYS; day++) {
    now += DAY;
    await Promise.all([
      ...VOLUMES.map((volumeId) => backUpVolume(volumeId, day)),
      restoreOne(),
      pruneOnce(),
      restoreOne(),
    ]);
    for (const volumeId of VOLUMES) {
      const own = [...points.values()].filter((point) => point.volumeId === volumeId);
      const keep = kept(own, volumeId);
      for (const { name } of own) {
        if (keep.has(name)) continue;
        points.delete(name);
        expired.push(name);
        counts.expired++;
      }
    }
    if (day % 61 === 60) {
      const checked = await open(`check ${day}`);
      assert.deepEqual((await checkLibrary(checked, { depth: 'everything' })).findings, [], `day ${day}`);
    }
  }
  for (let time = 0; time < 3; time++) {
    now += (SAFETY_DAYS + 1) * DAY;
    await pruneOnce();
  }

  const after = await open('after');
  await after.index.refresh();
  for (const { name, volumeId, blocks } of points.values())
    assert.equal(difference(await restore(after, name, volumeId), blocks), undefined, name);
  assert.deepEqual((await checkLibrary(after, { depth: 'everything' })).findings, []);
  assert.equal([...store.objects.keys()].filter((key) => key.startsWith('points/')).length, points.size);
  const wanted = new Map(
    [...points.values()].flatMap(({ blocks }) => [...blocks.values()].map((b) => [shaOf(b).toString('hex'), b])),
  );
  const least = new MemoryStore();
  const fresh = await openTestLibrary(least);
  const all = new Map([...wanted.values()].map((plain, index) => [index, plain]));
  await backUp(fresh, { point: 'rp-all', sizeBytes, blocks: all, packBytes: 2_000 });
  const ratio = packBytes(store) / packBytes(least);
  assert.ok(ratio < 2, `the packs are ${ratio} times what is needed`);
  t.diagnostic(JSON.stringify({ ...counts, left: points.size, blocks: wanted.size, ratio }));
});
