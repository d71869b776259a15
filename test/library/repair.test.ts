import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLibrary } from '../../library/check-library.ts';
import { type Library, openLibrary } from '../../library/library.ts';
import { repairLibrary } from '../../library/repair-library.ts';
import { openTenantKeys, rotateTenantKey } from '../../library/tenant-keys.ts';
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
} from './backup.ts';
import { MemoryStore } from './memory-store.ts';
import { seededRandom } from './seeded-random.ts';

const sizeBytes = 2 ** 30;
const FIRST: Blocks = new Map([
  [0, block('a')],
  [1, block('b')],
]);
const SECOND: Blocks = new Map([[0, block('c')]]);

const repair = (library: Library, store: MemoryStore) =>
  repairLibrary(library, {
    store,
    depth: 'everything',
    holder: 'repair-1',
    noteCondemned: async () => undefined,
    safetyMs: 0,
  });
const namesOf = (store: MemoryStore): string[] =>
  [...store.objects.keys()].filter((key) => !/^(prune|condemned|index)\//.test(key)).sort();
const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] as number) ^ 2;
  return copy;
};

for (const kind of ['index/', 'pages/', 'packs/']) {
  test(`a repair deletes and drops nothing of ${kind} that was disturbed on its way once`, async () => {
    const store = new MemoryStore();
    await backUp(await openTestLibrary(store), { point: 'rp-1', sizeBytes, blocks: FIRST });
    const before = namesOf(store);
    let disturbed = false;
    const disturbing = Object.assign(Object.create(store) as MemoryStore, {
      get: async (key: string) => {
        const found = await store.get(key);
        if (!found || disturbed || !key.startsWith(kind)) return found;
        disturbed = true;
        return { ...found, bytes: flipped(Buffer.from(found.bytes), 80) };
      },
    });
    const keys = await openTenantKeys({ store, wrapper: WRAPPER, ...IDENTITY });
    const library = openLibrary({ store: disturbing, keys, random: seededRandom('repair'), now: () => 0 });
    const { removed, droppedPacks, lost } = await repair(library, disturbing);
    assert.ok(disturbed);
    assert.deepEqual([removed, droppedPacks, lost], [[], [], []]);
    assert.deepEqual(namesOf(store), before);
    assert.equal(difference(await restore(await openTestLibrary(store), 'rp-1'), FIRST), undefined);
  });
}

test('a repair leaves alone what is under a key that it does not know, and says so', async () => {
  const store = new MemoryStore();
  await backUp(await openTestLibrary(store), { point: 'rp-1', sizeBytes, blocks: FIRST });
  const old = await openTestLibrary(store, seededRandom('old'));
  const random = seededRandom('rotation');
  const keys = await rotateTenantKey({
    store,
    wrapper: WRAPPER,
    recoveryPublicKey: RECOVERY.publicKey,
    ...IDENTITY,
    random,
  });
  const rotated = openLibrary({ store, keys, random, now: () => 0 });
  await rotated.index.refresh();
  await backUp(rotated, { point: 'rp-2', sizeBytes, blocks: SECOND });
  const before = namesOf(store);
  const { removed, droppedPacks, after } = await repair(old, store);
  assert.deepEqual([removed, droppedPacks], [[], []]);
  assert.ok(after.findings.some(({ unknownKey }) => unknownKey));
  for (const key of before) assert.ok(store.objects.has(key), key);
  assert.deepEqual((await checkLibrary(rotated, { depth: 'everything' })).findings, []);
  assert.equal(difference(await restore(await openTestLibrary(store, seededRandom('new')), 'rp-2'), SECOND), undefined);
});

test('an index object in which the number of its key was changed is replaced all the same', async () => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  await backUp(library, { point: 'rp-1', sizeBytes, blocks: FIRST });
  const [index = ''] = [...store.objects.keys()].filter((key) => key.startsWith('index/'));
  store.objects.set(index, flipped(store.objects.get(index) as Buffer, 8));
  const { removed, indexedPacks, after } = await repair(library, store);
  assert.deepEqual([removed, indexedPacks, after.findings], [[index], 1, []]);
  assert.equal(difference(await restore(await openTestLibrary(store), 'rp-1'), FIRST), undefined);
});
