import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockTable } from '../../library/block-table.ts';
import { MalformedContent } from '../../library/byte-cursor.ts';
import { checkEntries, ENTRY_BYTES, writeEntry } from '../../library/pack-contents.ts';

const BLOCKS_A_PACK = 48; // 16 MiB of blocks that compress to two thirds
/** As evenly spread as a keyed hash, and cheaper by far. */
const idOf = (n: number): Buffer => {
  const id = Buffer.alloc(32);
  let word = n;
  for (let at = 0; at < 32; at += 4) {
    word = Math.imul(word ^ (word >>> 16), 0x45d9f3b) + at + 1;
    word ^= word >>> 15;
    id.writeInt32LE(word | 0, at);
  }
  id.writeInt32LE(n, 12); // no two alike in what the table compares
  return id;
};

const packOf = (n: number) => {
  const entries = Buffer.alloc(BLOCKS_A_PACK * ENTRY_BYTES);
  for (let at = 0; at < BLOCKS_A_PACK; at++)
    writeEntry(entries, at * ENTRY_BYTES, idOf(n * BLOCKS_A_PACK + at), 300_000 + at, at % 2);
  const id = idOf(-1 - n).subarray(0, 16);
  return {
    id,
    size: 0,
    keyNumber: 1 + (n % 3),
    salt: Buffer.alloc(32, n),
    versionId: n === 7 ? 'v7' : undefined,
    entries,
  };
};

test('the table takes at most 48 bytes a block at every size above 100,000, the moment of growing included', (t) => {
  const table = new BlockTable();
  let worst = 0;
  let before = 0;
  for (let pack = 0; pack < 9000; pack++) {
    table.addPack(packOf(pack));
    // while it grows, the old slots and the new ones exist: at most half of the new ones more
    const grown = table.bytes - before > 1_000_000;
    before = table.bytes;
    const slots = 4 * 2 ** Math.ceil(Math.log2(table.blocks / 0.75));
    if (table.blocks > 100_000) worst = Math.max(worst, (table.bytes + (grown ? slots / 2 : 0)) / table.blocks);
  }
  t.diagnostic(
    `${table.blocks} blocks in ${table.packs} packs: ${(table.bytes / table.blocks).toFixed(1)} bytes a block, worst ${worst.toFixed(1)}`,
  );
  assert.ok(worst <= 48, `${worst}`);
  const shared = new BlockTable(structuredClone(table.share()));
  for (const n of [0, 1, 47, 48, 200_000, 431_999]) {
    for (const each of [table, shared]) {
      const { pack, position, length, encoding, offset } = each.location(each.find(idOf(n)));
      const expected = packOf(Math.floor(n / BLOCKS_A_PACK));
      assert.deepEqual([position, length, encoding], [n % 48, 300_000 + (n % 48), n % 2]);
      assert.equal(offset, 48 + Array.from({ length: position }, (_, at) => 300_000 + at).reduce((a, b) => a + b, 0));
      const { id, keyNumber, salt, versionId } = each.pack(pack);
      assert.deepEqual(
        [id, keyNumber, versionId],
        [expected.id.toString('hex'), expected.keyNumber, expected.versionId],
      );
      assert.ok(salt.equals(expected.salt));
    }
  }
  assert.equal(table.find(idOf(432_000)), -1);
});

test('a thread with an older view finds what it had, and misses, never mistakes, what came later', () => {
  const table = new BlockTable();
  for (let pack = 0; pack < 300; pack++) table.addPack(packOf(pack));
  const view = new BlockTable(table.share());
  for (let pack = 300; pack < 3000; pack++) table.addPack(packOf(pack));
  let later = 0;
  for (let n = 0; n < 3000 * BLOCKS_A_PACK; n += 7) {
    const entry = view.find(idOf(n));
    if (n < 300 * BLOCKS_A_PACK) assert.ok(entry >= 0, `block ${n}`);
    if (entry < 0) continue;
    if (n >= 300 * BLOCKS_A_PACK) later++;
    assert.equal(view.location(entry).length, 300_000 + (n % BLOCKS_A_PACK));
  }
  assert.ok(later < 2700 * BLOCKS_A_PACK);
});

test('a thread with an older view never asks for a pack that it does not know', () => {
  const table = new BlockTable();
  // packs are kept by the thousand: those from 1,024 on are in memory that the view has not got
  for (let pack = 0; pack < 1020; pack++) table.addPack(packOf(pack));
  const view = new BlockTable(structuredClone(table.share()));
  for (let pack = 1020; pack < 1100; pack++) table.addPack(packOf(pack));
  for (let n = 1000 * BLOCKS_A_PACK; n < 1100 * BLOCKS_A_PACK; n++) {
    const known = n < 1020 * BLOCKS_A_PACK;
    assert.equal(view.has(idOf(n)), known, `block ${n}`);
    const entry = view.find(idOf(n));
    assert.equal(entry >= 0, known, `block ${n}`);
    if (known) assert.equal(view.pack(view.location(entry).pack).versionId, packOf(Math.floor(n / 48)).versionId);
  }
});

test('entries that cannot be a pack are refused before they enter the table', async () => {
  const entry = (length: number, encoding: number): Buffer => {
    const entries = Buffer.alloc(ENTRY_BYTES);
    writeEntry(entries, 0, idOf(1), length, encoding);
    return entries;
  };
  const size = (length: number): number => 48 + length + 36 + 16 + 16;
  checkEntries(entry(500, 1), size(500));
  checkEntries(entry(524_304, 0), size(524_304));
  for (const [length, encoding] of [
    [16, 1],
    [0, 1],
    [500, 0],
    [500, 2],
    [524_305, 0],
    [524_305, 1],
  ] as const)
    assert.throws(() => checkEntries(entry(length, encoding), size(length)), MalformedContent);
  assert.throws(() => checkEntries(entry(500, 1), size(501)), MalformedContent);
  assert.throws(() => checkEntries(Buffer.alloc(0), 80), MalformedContent);
  assert.throws(() => checkEntries(Buffer.alloc(35), 80), MalformedContent);
});
