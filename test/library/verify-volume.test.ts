import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verifyVolume } from '../../library/verify-volume.ts';
import { backUp, block, openTestLibrary } from './backup.ts';
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

  it('until it is to end', async () => {
    const { library, map } = await volume();
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const options = { random: Math.random, signal: stop.signal };
    await assert.rejects(verifyVolume(library, map, { ...options, depth: 'full' }), /enough/);
    await assert.rejects(verifyVolume(library, map, options), /enough/);
  });
});
