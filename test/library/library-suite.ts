import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type Blocks, backUp, block, difference, openTestLibrary, restore } from './backup.ts';
import type { StoresUnderTest } from './object-store-suite.ts';
import { readEverything } from './read-everything.ts';

const sizeBytes = 8 * 2 ** 30;
const FULL: Blocks = new Map(
  [0, 1, 2, 3, 4, 4095, 4096, 9000, 16_383].map((at) => [at, at === 4095 ? randomBytes(524_288) : block(`${at}`)]),
);
const CHANGES: Blocks = new Map([
  [1, block('changed')],
  [3, undefined],
  [5000, block('new')],
  [5001, FULL.get(4) as Buffer],
]);

/** What a library must do on every store. */
export const librarySuite = (name: string, open: () => Promise<StoresUnderTest>): void => {
  describe(`a library in ${name}`, () => {
    let stores: StoresUnderTest;
    before(async () => {
      stores = await open();
    });
    after(() => stores.close());

    test('a full and an incremental written by one node are restored by another', async () => {
      const writer = await openTestLibrary(stores.one, randomBytes);
      const parent = await backUp(writer, { point: 'rp-1', sizeBytes, blocks: FULL, packBytes: 200 });
      const map = await backUp(writer, { point: 'rp-2', sizeBytes, blocks: CHANGES, parent });
      assert.deepEqual(map.pages.slice(2), parent.pages.slice(2));
      const reader = await openTestLibrary(stores.other, randomBytes);
      assert.equal(difference(await restore(reader, 'rp-1'), FULL), undefined);
      assert.equal(difference(await restore(reader, 'rp-2'), new Map([...FULL, ...CHANGES])), undefined);
    });

    test('four writers at once, of much the same blocks, all succeed', async () => {
      await Promise.all(
        Array.from({ length: 4 }, async (_, n) => {
          const library = await openTestLibrary(n % 2 ? stores.one : stores.other, randomBytes);
          const blocks = new Map([...FULL, [100 + n, block(`own ${n}`)]]);
          await backUp(library, { point: `rp-many-${n}`, volumeId: `vol-${n}`, sizeBytes, blocks });
        }),
      );
      const restored = await readEverything(stores.other);
      for (let n = 0; n < 4; n++) {
        const blocks = new Map([...FULL, [100 + n, block(`own ${n}`)]]);
        assert.equal(difference(restored.get(`rp-many-${n}/vol-${n}`) ?? new Map(), blocks), undefined);
      }
    });

    test('two tenants beside each other share nothing', async () => {
      const library = await openTestLibrary(stores.otherTenant, randomBytes);
      assert.equal(library.index.table.blocks, 0);
      await backUp(library, { point: 'rp-1', sizeBytes, blocks: CHANGES });
      assert.equal(difference(await restore(library, 'rp-1'), CHANGES), undefined);
    });
  });
};
