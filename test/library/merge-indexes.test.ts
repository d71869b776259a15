import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { mergeIndexes } from '../../library/merge-indexes.ts';
import { type Blocks, backUp, block, difference, openTestLibrary, restore } from './backup.ts';
import { MemoryStore } from './memory-store.ts';

const sizeBytes = 2 ** 30;

/** Six points, so six index objects. */
const build = async () => {
  const store = new MemoryStore();
  const library = await openTestLibrary(store, randomBytes);
  const blocks: Map<number, Buffer> = new Map();
  let parent: Awaited<ReturnType<typeof backUp>> | undefined;
  for (let n = 0; n < 6; n++) {
    blocks.set(n, block(`${n}`));
    parent = await backUp(library, { point: `rp-${n}`, sizeBytes, blocks: new Map([[n, block(`${n}`)]]), parent });
  }
  return { store, library, blocks: blocks as Blocks };
};

const indexes = (store: MemoryStore): number =>
  [...store.objects.keys()].filter((key) => key.startsWith('index/')).length;

test('many small indexes become one; nodes that read the old ones and nodes that start afresh restore the same', async () => {
  const { store, library, blocks } = await build();
  const older = await openTestLibrary(store, randomBytes);
  assert.equal(indexes(store), 6);
  assert.deepEqual(await mergeIndexes(library, store), { merged: 6, into: 1 });
  assert.equal(indexes(store), 1);
  assert.deepEqual(await mergeIndexes(library, store), { merged: 0, into: 0 });
  await older.index.refresh();
  for (const node of [older, await openTestLibrary(store, randomBytes)]) {
    assert.equal(node.index.table.blocks, 6);
    assert.equal(difference(await restore(node, 'rp-5'), blocks), undefined);
  }
});

test('a merge that dies between any two of its steps loses nothing, and is finished by the next', async () => {
  for (let steps = 0; steps < 7; steps++) {
    const { store, library, blocks } = await build();
    let left = steps;
    const step = (): void => {
      if (left-- === 0) throw new Error('died');
    };
    const dying = Object.assign(Object.create(store) as MemoryStore, {
      putNew: async (key: string, bytes: Uint8Array) => {
        step();
        return store.putNew(key, bytes);
      },
      delete: async (key: string) => {
        step();
        return store.delete(key);
      },
    });
    await assert.rejects(mergeIndexes({ ...library, store: dying }, dying), /died/);
    assert.equal(difference(await restore(await openTestLibrary(store, randomBytes), 'rp-5'), blocks), undefined);
    await mergeIndexes(library, store);
    assert.equal(indexes(store), 1);
    assert.equal(difference(await restore(await openTestLibrary(store, randomBytes), 'rp-5'), blocks), undefined);
  }
});

test('a node that lists indexes while they are being merged still finds every block', async () => {
  const { store, library, blocks } = await build();
  let merging: Promise<unknown> | undefined;
  const racing = Object.assign(Object.create(store) as MemoryStore, {
    // the first index that is read has been merged away since it was listed
    get: async (key: string) => {
      if (key.startsWith('index/')) merging ??= mergeIndexes(library, store);
      await merging;
      return store.get(key);
    },
  });
  const node = await openTestLibrary(racing, randomBytes);
  assert.equal(node.index.table.blocks, 6);
  assert.equal(difference(await restore(node, 'rp-5'), blocks), undefined);
});
