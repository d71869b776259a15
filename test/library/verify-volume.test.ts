import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verifyVolume } from '../../library/verify-volume.ts';
import { checkWrittenPacks } from '../../library/written-packs.ts';
import { backUp, block, openTestLibrary, writeSegment } from './backup.ts';
import { MemoryStore } from './memory-store.ts';

const GIB_OF_BLOCKS = 2_048;
const sizeBytes = 1_073_741_824;
const { signal } = new AbortController();

const volume = async () => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store);
  const blocks = new Map(Array.from({ length: 300 }, (_, at) => [at * 6, block(`${at}`)]));
  const map = await backUp(library, { point: 'rp-1', sizeBytes, blocks });
  return { store, library, map };
};

/** One bit of one block of some 300, in the middle of the only pack. */
const damage = ({ objects }: MemoryStore): void => {
  const pack = [...objects].find(([key]) => key.startsWith('packs/'))?.[1];
  assert.ok(pack);
  const at = Math.floor(pack.length / 2);
  pack[at] = (pack[at] as number) ^ 1;
};

describe('a recovery point is read back', () => {
  it('in a sample, which is of another part each time', async () => {
    const { library, map } = await volume();
    let seed = 7;
    const random = (): number => {
      seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
      return seed / 2 ** 32;
    };
    assert.equal(await verifyVolume(library, map, { random, signal }), 16);
    assert.equal(await verifyVolume(library, map, { depth: 'sample', random, signal }), 16);
  });

  it('in full, where a sample may miss what is damaged', async () => {
    const { store, library, map } = await volume();
    assert.ok(map.blockCount === GIB_OF_BLOCKS);
    assert.equal(await verifyVolume(library, map, { depth: 'full', random: Math.random, signal }), 300);
    damage(store);
    const first = { random: () => seeds.next().value ?? 0, signal };
    const seeds = Array.from({ length: 16 }, (_, at) => at / 300)[Symbol.iterator]();
    assert.equal(await verifyVolume(library, map, first), 16, 'of the first blocks only');
    await assert.rejects(verifyVolume(library, map, { depth: 'full', random: Math.random, signal }), {
      name: 'CorruptObject',
    });
  });

  it('of an incremental, at least half of the sample in what it has brought', async () => {
    const { store, library, map: parent } = await volume();
    const brought = new Map([5, 11, 600].map((at) => [at, block(`new ${at}`)]));
    const map = await backUp(library, { point: 'rp-2', sizeBytes, blocks: brought, parent });
    const reads: string[] = [];
    const watched = Object.assign(Object.create(store) as MemoryStore, {
      getRange: (key: string, start: number, length: number) => {
        reads.push(key);
        return store.getRange(key, start, length);
      },
    });
    const watching = { ...library, store: watched };
    const newest = [...store.objects.keys()].filter((key) => key.startsWith('packs/')).at(-1) ?? '';
    // the rest of the sample: the first blocks of all
    const first = () => seeds.next().value ?? 0;
    const seeds = Array.from({ length: 64 }, (_, at) => (at % 20) / 303)[Symbol.iterator]();
    assert.equal(await verifyVolume(watching, map, { parent, random: first, signal }), 16);
    assert.equal(reads.filter((key) => key === newest).length, 3, 'all three that are new');

    const many = new Map(Array.from({ length: 100 }, (_, at) => [at * 20 + 1, block(`many ${at}`)]));
    const next = await backUp(library, { point: 'rp-3', sizeBytes, blocks: many, parent: map });
    const last = [...store.objects.keys()].filter((key) => key.startsWith('packs/')).at(-1) ?? '';
    reads.length = 0;
    assert.equal(await verifyVolume(watching, next, { parent: map, random: Math.random, signal }), 16);
    assert.ok(reads.filter((key) => key === last).length >= 8);
  });

  it('whatever the parent has lost', async () => {
    const { store, library, map: parent } = await volume();
    const map = await backUp(library, { point: 'rp-2', sizeBytes, blocks: new Map([[5, block('new')]]), parent });
    const id = parent.pages[0]?.id ?? '';
    store.objects.delete(`pages/${id.slice(0, 2)}/${id}`);
    assert.equal(await verifyVolume(library, map, { parent, random: Math.random, signal }), 16);
  });

  it('until it is to end', async () => {
    const { library, map } = await volume();
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const options = { random: Math.random, signal: stop.signal };
    await assert.rejects(verifyVolume(library, map, { ...options, depth: 'full' }), /enough/);
    await assert.rejects(verifyVolume(library, map, options), /enough/);
  });
});

describe('new packs', () => {
  const written = async () => {
    const store = new MemoryStore();
    const library = await openTestLibrary(store);
    const blocks = new Map([0, 1, 2].map((at) => [at, block(`${at}`)]));
    const options = { volumeBlocks: GIB_OF_BLOCKS, pages: [0], unlisted: 'zero', packBytes: 1 } as const;
    const { packs } = await writeSegment(library, blocks, options);
    return { store, library, packs };
  };

  it('are each looked for, as long as they were written', async () => {
    const { store, library, packs } = await written();
    assert.equal(packs.length, 3);
    await checkWrittenPacks(library, packs, signal);
    const keys = [...store.objects.keys()].filter((key) => key.startsWith('packs/'));
    const [first = '', second = ''] = keys;
    const whole = store.objects.get(first) as Buffer;
    store.objects.set(first, whole.subarray(1));
    await assert.rejects(checkWrittenPacks(library, packs, signal), { name: 'CorruptObject', key: first });
    store.objects.set(first, whole);
    store.objects.delete(second);
    await assert.rejects(checkWrittenPacks(library, packs, signal), { name: 'MissingObject', key: second });
  });
});
