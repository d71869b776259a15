/** What a library run tells the control plane of lost blocks, and that a full backup then has them again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrderTools } from '../../access-node/order-tools.ts';
import { maintainLibrary } from '../../access-node/orders/maintain-library.ts';
import type { MaintainLibrary } from '../../access-node/orders/order-work.ts';
import { createSharedCounters } from '../../access-node/shared-counters.ts';
import { SegmentResult } from '../../core/contracts/order-results.ts';
import type { LockingStore, ObjectLock } from '../../core/ports/object-store.ts';
import type { Library } from '../../library/library.ts';
import { packReader } from '../../library/read-pack.ts';
import { type Blocks, backUp, block, difference, openTestLibrary, restore, shaOf } from '../library/backup.ts';
import { MemoryStore } from '../library/memory-store.ts';
import { seededRandom } from '../library/seeded-random.ts';

const sizeBytes = 4 * 2 ** 30;
const BLOCKS: Blocks = new Map([0, 1, 5, 4096].map((at) => [at, block(`full ${at}`)]));
const terms = {
  planOnly: false,
  acceptDamage: false,
  committed: [],
  expired: [],
  pending: [],
  notedGeneration: 0,
  windowSeconds: 86_400,
};

const toolsFor = (library: Library, store: MemoryStore): OrderTools =>
  ({
    library: () => library,
    order: {},
    signal: new AbortController().signal,
    workArea: { putJson: async () => undefined },
    counters: createSharedCounters(),
    spread: () => packReader(library),
    maintenance: {
      store: () => store,
      tell: () => undefined,
      noteCondemned: async () => undefined,
      raiseFences: async () => undefined,
    },
  }) as unknown as OrderTools;

const perform = async (store: MemoryStore, work: Pick<MaintainLibrary, 'task' | 'depth' | 'slices'>) => {
  const library = await openTestLibrary(store, seededRandom('run'));
  const document = { kind: 'maintain-library', runId: 'run-00000001', ...terms, ...work } as MaintainLibrary;
  return maintainLibrary(document, toolsFor(library, store), 'report');
};
const runOn = async (store: MemoryStore, work: Pick<MaintainLibrary, 'task' | 'depth'>) =>
  (await perform(store, work)).lostVolumes;

/** Two volumes of one point, a pack for each block. */
const build = async (): Promise<{ store: MemoryStore; packOfBlock5: string }> => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  await backUp(library, { point: 'rp-00000001', volumeId: 'vol-00000001', sizeBytes, blocks: BLOCKS, packBytes: 1 });
  const other: Blocks = new Map([[7, block('other')]]);
  await backUp(library, { point: 'rp-00000002', volumeId: 'vol-00000002', sizeBytes, blocks: other, packBytes: 1 });
  const { keys, index } = await openTestLibrary(store);
  const entry = index.table.find(keys.blockId(shaOf(BLOCKS.get(5) as Buffer)));
  const { id } = index.table.pack(index.table.location(entry).pack);
  return { store, packOfBlock5: `packs/${id.slice(0, 2)}/${id}` };
};

const FIRST = [{ recoveryPointId: 'rp-00000001', volumeId: 'vol-00000001' }];

test('a full is asked for once it would heal: after the repair where packs are gone, at once where maps are', async () => {
  const { store, packOfBlock5 } = await build();
  assert.deepEqual(await runOn(store, { task: 'check', depth: 'everything' }), []);
  store.objects.delete(packOfBlock5);
  assert.deepEqual(await runOn(store, { task: 'check' }), [], 'a backup would still take the block to be there');
  assert.deepEqual(await runOn(store, { task: 'repair' }), FIRST);
  assert.deepEqual(await runOn(store, { task: 'check', depth: 'structure' }), FIRST, 'it is to be read in full still');

  const library = await openTestLibrary(store, seededRandom('next'));
  await backUp(library, { point: 'rp-00000003', volumeId: 'vol-00000001', sizeBytes, blocks: BLOCKS });
  assert.equal(difference(await restore(library, 'rp-00000003', 'vol-00000001'), BLOCKS), undefined);
  assert.deepEqual(
    await runOn(store, { task: 'check', depth: 'everything' }),
    [],
    'the older point is whole again too',
  );

  for (const key of [...store.objects.keys()]) if (key.startsWith('maps/rp-00000001/')) store.objects.delete(key);
  assert.deepEqual(await runOn(store, { task: 'check', depth: 'structure' }), FIRST);
});

test('a check of a sample reads the packs that its order names, no others', async () => {
  const { store } = await build();
  const packsRead = async (slices: readonly number[]): Promise<number> => {
    const { outcome } = await perform(store, { task: 'check', depth: 'sample', slices: [...slices] });
    assert.equal(outcome.task, 'check');
    return outcome.task === 'check' ? outcome.packsRead : 0;
  };
  const all = Array.from({ length: 28 }, (_, slice) => slice);
  const packs = [...store.objects.keys()].filter((key) => key.startsWith('packs/'));
  assert.equal(await packsRead(all), packs.length);
  const inSlices = packs.filter((key) => Number.parseInt(key.slice('packs/xx/'.length).slice(0, 8), 16) % 28 < 14);
  assert.equal(await packsRead(all.slice(0, 14)), inSlices.length);
});

test('what somebody planted among the points under the name of none of ours is found, loses nothing, and ends no run', async () => {
  const { store } = await build();
  for (const planted of ['points/rp-x', 'points/0', `points/rp-${'9'.repeat(60)}`])
    await store.putNew(planted, Buffer.from('planted'));
  for (const task of ['check', 'repair'] as const) {
    const result = SegmentResult.parse(await perform(store, { task, depth: 'everything' }));
    assert.ok(result.kind === 'maintain-library' && result.outcome.task === task);
    assert.deepEqual([result.outcome.findingsInAll, result.outcome.lostInAll, result.lostVolumes], [3, 0, []]);
  }
});

/** Every object of it can be locked: by its name, until when. */
class LockableStore extends MemoryStore implements LockingStore {
  readonly locks = new Map<string, number>();
  async lockedUntil(key: string): Promise<number | undefined> {
    return this.objects.has(key) ? (this.locks.get(key) ?? 0) : undefined;
  }
  async keepUntil(key: string, { until }: ObjectLock): Promise<void> {
    this.locks.set(key, until);
  }
}

test('an extension keeps what is left of a damaged point, says so, and is not asked for it again every day', async () => {
  const built = await build();
  const store = new LockableStore(built.store.objects);
  store.objects.delete(built.packOfBlock5);
  const [first, second] = ['rp-00000001', 'rp-00000002'];
  const until = 60 * 86_400_000;
  const library = await openTestLibrary(store, seededRandom('run'));
  const run = (locks: readonly string[], promised: readonly string[]) => {
    const asked = (ids: readonly string[]) => ids.map((recoveryPointId) => ({ recoveryPointId, until }));
    const document = { kind: 'maintain-library', runId: 'run-00000001', ...terms, task: 'extend-locks' } as const;
    const tools = { ...toolsFor(library, store), order: { lock: { mode: 'compliance', until } } } as OrderTools;
    return maintainLibrary({ ...document, locks: asked(locks), promised: asked(promised) }, tools, 'report');
  };
  const result = SegmentResult.parse(await run([first], [second]));
  assert.ok(result.kind === 'maintain-library' && result.outcome.task === 'extend-locks');
  const { damaged, recoveryPoints } = result.outcome;
  assert.deepEqual([damaged.map(({ recoveryPointId }) => recoveryPointId), recoveryPoints], [[first], 1]);
  assert.deepEqual(result.lockedPoints?.toSorted(), [first, second], 'the damaged one is noted as kept, too');
  assert.deepEqual(result.lostVolumes, [], 'until a repair a full would change nothing');
  for (const key of store.objects.keys())
    if (/^(packs|pages|maps|points|keys|format)/.test(key)) assert.equal(store.locks.get(key), until, key);

  for (const key of store.objects.keys()) if (key.startsWith(`maps/${first}/`)) store.objects.delete(key);
  assert.deepEqual((await run([first], [])).lostVolumes, FIRST, 'what a full heals is read in full');
});
