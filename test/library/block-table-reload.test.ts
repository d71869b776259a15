/** What becomes of the table of all blocks when a prune has condemned, moved and deleted packs. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { BlockTable } from '../../library/block-table.ts';
import { ENTRY_BYTES, type PackContents, writeEntry } from '../../library/pack-contents.ts';
import { seededRandom } from './seeded-random.ts';

/** HOLDFAST_SEED replays a run. */
const SEED = process.env.HOLDFAST_SEED ?? `${Date.now()}`;
const random = seededRandom(SEED);
const below = (n: number): number => Buffer.from(random(4)).readUInt32LE() % n;
const ids = Array.from({ length: 300 }, () => Buffer.from(random(32)));

const packOf = (blocks: readonly Buffer[]): PackContents => {
  const entries = Buffer.alloc(blocks.length * ENTRY_BYTES);
  for (const [at, id] of blocks.entries()) writeEntry(entries, at * ENTRY_BYTES, id, 1_000 + at, 1);
  const salt = Buffer.alloc(32);
  return { id: Buffer.from(random(16)), size: 0, keyNumber: 1, salt, versionId: undefined, entries };
};
const somePack = (): PackContents => packOf(Array.from({ length: 1 + below(6) }, () => ids[below(300)] as Buffer));
const nameOf = ({ id }: PackContents): string => id.toString('hex');
const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => [below(2 ** 31), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);

const reload = (table: BlockTable, packs: readonly PackContents[], condemned: ReadonlySet<string>): number => {
  for (let passes = 1; ; passes++) {
    table.beginReload(condemned);
    for (const pack of shuffled(packs)) table.addPack(pack);
    if (table.endReload()) return passes;
    assert.ok(passes < 2, 'twice is enough');
  }
};

test(`read again in place, it says what a new one would, whatever was pruned (seed ${SEED})`, () => {
  const table = new BlockTable();
  let packs = Array.from({ length: 60 }, somePack);
  for (const pack of packs) table.addPack(pack);
  let condemned = new Set<string>();
  let twice = 0;
  for (let round = 0; round < 60; round++) {
    const view = new BlockTable(table.share());
    // some go, condemned before or not; some come; of those that stay, others are condemned than before
    packs = [...packs.filter(() => below(8) > 0), ...Array.from({ length: below(12) }, somePack)];
    condemned = new Set([...condemned].filter(() => below(3) > 0));
    for (const pack of packs) if (below(10) === 0) condemned.add(nameOf(pack));
    if (reload(table, packs, condemned) > 1) twice++;

    const fresh = new BlockTable();
    fresh.setCondemned(condemned);
    for (const pack of packs) fresh.addPack(pack);
    const named = new Map(packs.map((pack) => [nameOf(pack), pack]));
    for (const [n, id] of ids.entries()) {
      assert.equal(table.has(id), fresh.has(id), `block ${n}, round ${round}`);
      const entry = table.find(id);
      assert.equal(entry >= 0, fresh.find(id) >= 0, `block ${n}, round ${round}`);
      assert.ok(!view.has(id) || fresh.has(id), `an older view has block ${n} still, round ${round}`);
      if (entry < 0) continue;
      const { pack, position } = table.location(entry);
      const holder = named.get(table.pack(pack).id);
      assert.ok(holder, 'it is in a pack that is there');
      assert.ok(holder.entries.subarray(position * ENTRY_BYTES, position * ENTRY_BYTES + 32).equals(id));
      assert.equal(table.has(id), !condemned.has(nameOf(holder)));
    }
  }
  assert.ok(twice > 0, 'both ways were gone');
});

test('read again, it takes no memory but for what is new', () => {
  const table = new BlockTable();
  const packs = Array.from({ length: 4_000 }, () => packOf(Array.from({ length: 40 }, () => randomBytes(32))));
  for (const pack of packs) table.addPack(pack);
  const before = table.bytes;
  assert.ok(before / table.blocks <= 48, `${before / table.blocks}`);
  for (let generation = 1; generation <= 5; generation++) {
    const condemned = new Set(packs.filter((_, at) => at % 50 === generation).map(nameOf));
    assert.equal(reload(table, packs, condemned), 1);
  }
  assert.equal(table.bytes, before);
  assert.equal(table.isWorn, false);
});

test('memory of a table of its own is given back at once', () => {
  const table = new BlockTable(undefined, 'own');
  for (let n = 0; n < 2_000; n++) table.addPack(somePack());
  const before = process.memoryUsage().arrayBuffers;
  const { bytes } = table;
  table.release();
  assert.ok(before - process.memoryUsage().arrayBuffers > bytes * 0.9);
  assert.equal(table.find(ids[0] as Buffer), -1);
  assert.throws(() => table.share(), TypeError);
});
