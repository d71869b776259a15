import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createDiskStore } from '../../adapters/disk/disk-store.ts';
import { removeLeftOvers } from '../../adapters/disk/left-overs.ts';
import { objectStoreSuite } from './object-store-suite.ts';

const temporaryFolder = () => mkdtemp(join(tmpdir(), 'holdfast-disk-store-'));

objectStoreSuite('a folder', async () => {
  const folder = await temporaryFolder();
  return {
    one: createDiskStore({ folder: join(folder, 'a') }),
    other: createDiskStore({ folder: join(folder, 'a') }),
    otherTenant: createDiskStore({ folder: join(folder, 'b') }),
    close: () => rm(folder, { recursive: true }),
  };
});

test('a key cannot leave the tenant’s folder', async () => {
  const store = createDiskStore({ folder: '/nonexistent' });
  for (const key of ['../x', 'a/../x', '/etc/passwd', 'a//b', 'a\\b', '.tmp/x', 'a/.tmp', '', 'C:/x', 'A'])
    await assert.rejects(store.get(key), RangeError, key);
});

test('what a crash left half written is never listed or read, and is removed once it is old', async () => {
  const folder = await temporaryFolder();
  const store = createDiskStore({ folder });
  assert.equal(await removeLeftOvers(folder, Date.now()), 0);
  await store.putNew('points/rp-1', Buffer.from('x'));
  await writeFile(join(folder, '.tmp', 'left-over'), 'half');
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  assert.deepEqual(keys, ['points/rp-1']);
  assert.equal(await removeLeftOvers(folder, Date.now() - 3_600_000), 0);
  assert.equal(await removeLeftOvers(folder, Date.now() + 3_600_000), 1);
  assert.deepEqual(await readdir(join(folder, '.tmp')), []);
  await rm(folder, { recursive: true });
});

// /dev/full answers ENOSPC only to its own writes; a small tmpfs needs root
const mountSmallDisk = async (): Promise<string | undefined> => {
  const folder = await temporaryFolder();
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'holdfast-test', folder]);
  return mount.status === 0 ? folder : undefined;
};

test('a full disk is LibraryFull, leaves nothing behind, and takes objects again when there is room', async (t) => {
  const folder = await mountSmallDisk();
  if (!folder) return t.skip('needs the right to mount a small file system');
  try {
    const store = createDiskStore({ folder });
    await store.putNew('packs/aa/small', Buffer.alloc(600_000, 1));
    await assert.rejects(store.putNew('packs/aa/large', Buffer.alloc(600_000, 2)), { name: 'LibraryFull' });
    assert.equal(await store.get('packs/aa/large'), undefined);
    assert.deepEqual(await readdir(join(folder, '.tmp')), []);
    await store.delete('packs/aa/small');
    assert.equal((await store.putNew('packs/aa/large', Buffer.alloc(600_000, 2))).outcome, 'created');
  } finally {
    spawnSync('umount', [folder]);
    await rm(folder, { recursive: true });
  }
});
