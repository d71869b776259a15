import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CheckReport, checkLibrary, dailySlice, isInSample } from '../../library/check-library.ts';
import { condemn } from '../../library/condemn.ts';
import { libraryStats } from '../../library/library-stats.ts';
import { takeMaintenanceLease } from '../../library/maintenance-lease.ts';
import { repairLibrary } from '../../library/repair-library.ts';
import { type Blocks, backUp, block, difference, openTestLibrary, restore, shaOf, writeSegment } from './backup.ts';
import { MemoryStore } from './memory-store.ts';
import { pruneNow } from './pruning.ts';
import { reopen } from './read-everything.ts';
import { seededRandom } from './seeded-random.ts';

/** HOLDFAST_SEED replays a run. */
const SEED = process.env.HOLDFAST_SEED ?? `${Date.now()}`;
const random = seededRandom(SEED);
const below = (n: number): number => Buffer.from(random(4)).readUInt32LE() % n;

const sizeBytes = 4 * 2 ** 30;
const FULL: Blocks = new Map([0, 1, 5, 4096].map((at) => [at, block(`full ${at}`)]));
const CHANGES: Blocks = new Map([
  [1, block('changed')],
  [4097, block('full 0')],
]);
const AFTER: Blocks = new Map([...FULL, ...CHANGES]);

/** Two points of one volume, a pack for every block; and what a prune leaves of records. */
const build = async (packBytes = 1): Promise<MemoryStore> => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  await backUp(library, {
    point: 'rp-0',
    volumeId: 'vol-0',
    sizeBytes: 2 ** 30,
    blocks: new Map([[3, block('gone')]]),
  });
  const parent = await backUp(library, { point: 'rp-1', sizeBytes, blocks: FULL, packBytes });
  await backUp(library, { point: 'rp-2', sizeBytes, blocks: CHANGES, parent, packBytes });
  await pruneNow(library, store, { expired: ['rp-0'] });
  return store;
};

const opened = (store: MemoryStore, seed = 'opened') => openTestLibrary(store, seededRandom(seed));
const everything = async (store: MemoryStore): Promise<CheckReport> =>
  checkLibrary(await opened(store), { depth: 'everything' });

const packOf = async (store: MemoryStore, plain: Buffer): Promise<string> => {
  const { keys, index } = await opened(store);
  const id = index.table.pack(index.table.location(index.table.find(keys.blockId(shaOf(plain)))).pack).id;
  return `packs/${id.slice(0, 2)}/${id}`;
};
const flip = (store: MemoryStore, key: string, bit: number): void => {
  const bytes = Buffer.from(store.objects.get(key) as Buffer);
  bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
  store.objects.set(key, bytes);
};
/** In the first block of a pack. */
const INSIDE = 60 * 8;

test('a library that is whole has no findings at any depth, and everything in it was read', async () => {
  const store = await build();
  for (const depth of ['structure', 'sample', 'everything'] as const) {
    const report = await checkLibrary(await opened(store), { depth });
    assert.deepEqual(report.findings, []);
    assert.deepEqual([report.recoveryPoints, report.volumes, report.pages, report.packs], [2, 2, 4, 5]);
    assert.equal(report.read.blocks, depth === 'structure' ? 0 : 5);
  }
});

test('10,000 flipped bits, over all kinds of objects, are each found and named', async (t) => {
  const whole = await build();
  const keys = [...whole.objects.keys()].sort();
  const kinds = new Set(keys.map((key) => key.split('/')[0]));
  assert.deepEqual([...kinds], ['condemned', 'format', 'index', 'keys', 'maps', 'packs', 'pages', 'points', 'prune']);
  const library = await opened(whole);
  let flips = 0;
  while (flips < 10_000) {
    // one in every object at once: none may hide another
    const store = new MemoryStore(whole.objects);
    const bits = keys.map((key) => below((whole.objects.get(key) as Buffer).length * 8));
    for (const [at, key] of keys.entries()) flip(store, key, bits[at] as number);
    const report = await checkLibrary({ ...library, store }, { depth: 'everything' });
    const found = new Set(report.findings.map(({ key }) => key));
    for (const [at, key] of keys.entries())
      assert.ok(found.has(key), `bit ${bits[at]} of ${key} was not found (seed ${SEED})`);
    flips += keys.length;
  }
  t.diagnostic(`${flips} flips`);
});

test('one flipped bit anywhere: a restore gives what was backed up, or fails', async () => {
  const whole = await build();
  const keys = [...whole.objects.keys()].sort();
  for (let round = 0; round < 10; round++) {
    for (const key of keys) {
      const store = new MemoryStore(whole.objects);
      const bit = below((whole.objects.get(key) as Buffer).length * 8);
      flip(store, key, bit);
      const restored = await reopen(store)
        .then((library) => restore(library, 'rp-2'))
        .catch((error: Error) => error);
      if (restored instanceof Error) assert.equal(restored.name, 'CorruptObject', `${bit} ${key} (seed ${SEED})`);
      else assert.equal(difference(restored, AFTER), undefined, `${bit} ${key} (seed ${SEED})`);
    }
  }
});

test('a pack that is gone or damaged is named with exactly the blocks that points lose', async () => {
  const store = await build();
  const [gone, damaged] = [await packOf(store, block('full 0')), await packOf(store, block('full 5'))];
  store.objects.delete(gone);
  flip(store, damaged, INSIDE);
  const loss = (point: string, ...blocks: number[]) => ({
    recoveryPointId: point,
    volumeId: 'vol-1',
    blocks: blocks.length,
    ranges: blocks.map((at) => [at, at + 1]),
  });
  const { findings } = await everything(store);
  const told = findings.map(({ key, kind, damage, losses }) => ({ key, kind, damage, losses }));
  const expected = [
    { key: gone, kind: 'pack', damage: 'missing', losses: [loss('rp-1', 0), loss('rp-2', 0, 4097)] },
    { key: damaged, kind: 'pack', damage: 'corrupt', losses: [loss('rp-1', 5), loss('rp-2', 5)] },
  ];
  assert.deepEqual(
    told,
    expected.sort((a, b) => (a.key < b.key ? -1 : 1)),
  );
  const structure = await checkLibrary(await opened(store), { depth: 'structure' });
  assert.deepEqual(
    structure.findings.map(({ key }) => key),
    [gone],
  );
});

test('a page, a map or a point that cannot be read costs the points that need it, and no others', async () => {
  const whole = await build();
  const keyOf = (prefix: string): string => [...whole.objects.keys()].find((key) => key.startsWith(prefix)) as string;
  const lossesOf = async (key: string): Promise<unknown> => {
    const store = new MemoryStore(whole.objects);
    flip(store, key, INSIDE);
    const { findings } = await everything(store);
    assert.deepEqual(
      findings.map((found) => found.key),
      [key],
    );
    return findings[0]?.losses;
  };
  assert.deepEqual(await lossesOf('maps/rp-1/vol-1'), [
    { recoveryPointId: 'rp-1', volumeId: 'vol-1', blocks: 8192, ranges: [[0, 8192]] },
  ]);
  assert.deepEqual(await lossesOf('points/rp-2'), [{ recoveryPointId: 'rp-2', blocks: 0, ranges: [] }]);
  const [first] = (await lossesOf(keyOf('pages/'))) as { blocks: number }[];
  assert.equal(first?.blocks, 4096);
});

test('a pack cut short loses the blocks behind the cut', async () => {
  const store = await build(64 * 1024);
  const pack = await packOf(store, block('full 0'));
  const bytes = store.objects.get(pack) as Buffer;
  store.objects.set(pack, bytes.subarray(0, 150));
  for (const depth of ['structure', 'everything'] as const) {
    const { findings } = await checkLibrary(await opened(store), { depth });
    assert.deepEqual(
      findings.map(({ key }) => key),
      [pack],
    );
    const lost = findings[0]?.losses.find(({ recoveryPointId }) => recoveryPointId === 'rp-1')?.ranges;
    assert.deepEqual(
      lost,
      [
        [1, 2],
        [5, 6],
        [4096, 4097],
      ],
      depth,
    );
  }
});

test('a damaged copy of a block that another pack holds too loses nothing', async () => {
  const store = new MemoryStore();
  await opened(store);
  const [one, other] = [await opened(store, 'one'), await opened(store, 'other')];
  await backUp(one, { point: 'rp-1', sizeBytes, blocks: FULL });
  await backUp(other, { point: 'rp-2', sizeBytes, blocks: FULL });
  const pack = await packOf(store, block('full 5'));
  flip(store, pack, INSIDE);
  const { findings } = await everything(store);
  assert.deepEqual(
    findings.map(({ key, losses }) => [key, losses]),
    [[pack, []]],
  );
});

test('what is condemned, pending or left over is no finding', async () => {
  const store = await build();
  const library = await opened(store, 'pruner');
  const late = { point: 'rp-3', volumeId: 'vol-3', sizeBytes, blocks: new Map([[8, block('late')]]) };
  await backUp(library, late);
  store.objects.delete('points/rp-3');
  const lease = await takeMaintenanceLease(library, { holder: 'prune-1' });
  await condemn(library, { committed: [], expired: ['rp-1'], pending: [] }, lease, {
    safetyMs: 1000,
    noteCondemned: async () => undefined,
  });
  assert.deepEqual((await everything(store)).findings, []);
  // as a prune leaves it that died while it deleted
  store.objects.delete(await packOf(store, block('full 1')));
  store.objects.delete('maps/rp-1/vol-1');
  assert.deepEqual((await everything(store)).findings, []);
});

test('a check that goes on while backups and a prune do finds nothing', async () => {
  const store = await build();
  const slow = Object.assign(Object.create(store) as MemoryStore, {
    getRange: async (key: string, start: number, length: number) => {
      await new Promise((resolve) => setImmediate(resolve));
      return store.getRange(key, start, length);
    },
  });
  const checking = checkLibrary({ ...(await opened(store)), store: slow }, { depth: 'everything' });
  const library = await opened(store, 'busy');
  await backUp(library, { point: 'rp-9', volumeId: 'vol-9', sizeBytes, blocks: new Map([[8, block('late')]]) });
  await pruneNow(library, store, { expired: ['rp-1'] });
  assert.deepEqual((await checking).findings, []);
});

test('a sample a day reads every pack within four weeks, and some 1/28 of them each day', () => {
  const day = 86_400_000;
  const ids = Array.from({ length: 5000 }, () => Buffer.from(random(16)).toString('hex'));
  const start = Date.UTC(2026, 1, 10, 23);
  const sizes = Array.from(
    { length: 28 },
    (_, n) => ids.filter((id) => isInSample(id, dailySlice(start + n * day))).length,
  );
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    ids.length,
  );
  assert.ok(Math.max(...sizes) < (ids.length / 28) * 1.5);
  const slices = Array.from({ length: 28 }, (_, slice) => slice);
  assert.ok(ids.every((id) => isInSample(id, { slices, of: 28 })));
});

test('statistics count what is there', async () => {
  const store = await build();
  const stats = await libraryStats(await opened(store));
  const stored = [...store.objects.values()].reduce((sum, { length }) => sum + length, 0);
  assert.deepEqual(
    [stats.recoveryPoints, stats.volumes, stats.logicalBytes, stats.storedBytes, stats.packs, stats.reclaimableBytes],
    [2, 2, 2 * sizeBytes, stored, 5, 0],
  );
  assert.deepEqual([stats.dataBytes / 524_288, stats.uniqueBytes / 524_288, stats.dedupRatio], [9, 5, 9 / 5]);
  assert.ok(stats.compressionRatio > 100 && stats.livePackShare > 0.1 && stats.livePackShare < 1);
  const with1Expired = await libraryStats(await opened(store), { expired: ['rp-1'] });
  const before = stored;
  await pruneNow(await opened(store), store, { expired: ['rp-1'] });
  const objects = [...store.objects].filter(([key]) => !key.startsWith('prune/') && !key.startsWith('condemned/'));
  const after = objects.reduce((sum, [, { length }]) => sum + length, 0);
  assert.ok(with1Expired.reclaimableBytes > 0 && with1Expired.reclaimableBytes <= before - after + 2000);
});

test('a repair saves what can be read, says exactly what is lost, and a later backup heals it', async () => {
  const store = await build(64 * 1024);
  const before = await opened(store);
  const pack = await packOf(store, block('full 0'));
  flip(store, pack, INSIDE);
  const library = await opened(store, 'repair');
  const result = await repairLibrary(library, {
    store,
    depth: 'everything',
    holder: 'repair-1',
    noteCondemned: async () => undefined,
    safetyMs: 0,
  });
  assert.deepEqual(result.lost, [
    { recoveryPointId: 'rp-1', volumeId: 'vol-1', blocks: 1, ranges: [[0, 1]], kinds: ['index'] },
    {
      recoveryPointId: 'rp-2',
      volumeId: 'vol-1',
      blocks: 2,
      ranges: [
        [0, 1],
        [4097, 4098],
      ],
      kinds: ['index'],
    },
  ]);
  assert.deepEqual([result.salvaged.blocks, result.droppedPacks.length], [3, 1]);
  const { counters } = await writeSegment(await opened(store, 'heal'), new Map([[0, block('full 0')]]), {
    volumeBlocks: 8192,
    pages: [0, 1],
    unlisted: 'zero',
  });
  assert.equal(counters.stored, 1);
  assert.deepEqual((await everything(store)).findings, []);
  for (let time = 0; time < 2; time++) await pruneNow(library, store);
  assert.equal(store.objects.has(pack), false);
  for (const node of [await opened(store), before])
    assert.equal(difference(await restore(node, 'rp-2'), AFTER), undefined);
});

test('a repair without an index, or with one that cannot be read, brings it back from the packs', async () => {
  for (const damage of ['gone', 'flipped']) {
    const store = await build();
    const library = await opened(store, 'repair');
    for (const key of [...store.objects.keys()].filter((key) => key.startsWith('index/'))) {
      if (damage === 'gone') store.objects.delete(key);
      else flip(store, key, INSIDE);
    }
    const broken = await checkLibrary(library, { depth: 'structure' });
    assert.equal(broken.findings.flatMap(({ losses }) => losses).length, 2);
    const { indexedPacks, lost, after } = await repairLibrary(library, {
      store,
      depth: 'structure',
      holder: 'repair-1',
      noteCondemned: async () => undefined,
      safetyMs: 0,
    });
    assert.deepEqual([indexedPacks, lost, after.findings], [5, [], []]);
    assert.equal(difference(await restore(await opened(store), 'rp-2'), AFTER), undefined);
  }
});

test('a prune after a lost index deletes nothing that is needed', async () => {
  const store = await build();
  for (const key of [...store.objects.keys()].filter((key) => key.startsWith('index/'))) store.objects.delete(key);
  const library = await opened(store, 'prune');
  await pruneNow(library, store);
  await repairLibrary(library, {
    store,
    depth: 'structure',
    holder: 'repair-1',
    noteCondemned: async () => undefined,
    safetyMs: 0,
  });
  for (const [point, blocks] of [
    ['rp-1', FULL],
    ['rp-2', AFTER],
  ] as const)
    assert.equal(difference(await restore(await opened(store), point), blocks), undefined);
});
