import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createS3ObjectStore } from '../../adapters/aws/s3-object-store.ts';
import { createDiskStore } from '../../adapters/disk/disk-store.ts';
import { checkLibrary } from '../../library/check-library.ts';
import { readMap } from '../../library/volume-map.ts';
import { openVolumeReader } from '../../library/volume-reader.ts';
import { backUp, block, difference, openTestLibrary } from './backup.ts';
import { librarySuite } from './library-suite.ts';
import { startLocalS3 } from './local-s3.ts';
import { pruneNow } from './pruning.ts';

librarySuite('a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-library-'));
  return {
    one: createDiskStore({ folder: join(folder, 'a') }),
    other: createDiskStore({ folder: join(folder, 'a') }),
    otherTenant: createDiskStore({ folder: join(folder, 'b') }),
    close: () => rm(folder, { recursive: true }),
  };
});

for (const versioned of [false, true]) {
  librarySuite(`an S3 bucket${versioned ? ' with versions' : ''}`, async () => {
    const local = await startLocalS3();
    const bucket = await local.bucket('library', versioned);
    return {
      one: createS3ObjectStore({ client: local.client(), bucket, prefix: 'tenants/a' }),
      other: createS3ObjectStore({ client: local.client(), bucket, prefix: 'tenants/a' }),
      otherTenant: createS3ObjectStore({ client: local.client(), bucket, prefix: 'tenants/b' }),
      close: () => local.close(),
    };
  });
}

test('packs and pages that a delete hid in a versioned bucket are read by the versions that map and index recorded', async () => {
  const local = await startLocalS3();
  try {
    const bucket = await local.bucket('library', true);
    const store = createS3ObjectStore({ client: local.client(), bucket, prefix: 'tenants/a' });
    const blocks = new Map([0, 4096].map((at) => [at, block(`${at}`)]));
    await backUp(await openTestLibrary(store), { point: 'rp-1', sizeBytes: 4 * 2 ** 30, blocks });
    const library = await openTestLibrary(store);
    for (const kind of ['packs/', 'pages/']) {
      for await (const { key } of store.list(kind)) {
        await store.delete(key);
        assert.equal(await store.get(key), undefined);
      }
    }
    const map = await readMap(library, 'rp-1', 'vol-1');
    const read = new Map<number, Buffer>();
    for await (const { index, plain } of openVolumeReader(library, map).blocks([0, 1])) read.set(index, plain);
    assert.equal(difference(read, blocks), undefined);
  } finally {
    await local.close();
  }
});

test('a library in a folder is counted and pruned, the first time, too', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-library-'));
  t.after(() => rm(folder, { recursive: true }));
  const store = createDiskStore({ folder });
  const library = await openTestLibrary(store);
  const both = new Map([[0, block('one')]]);
  await backUp(library, { point: 'rp-0', volumeId: 'vol-0', sizeBytes: 2 ** 30, blocks: both });
  await backUp(library, {
    point: 'rp-1',
    volumeId: 'vol-1',
    sizeBytes: 2 ** 30,
    blocks: new Map([...both, [3, block('two')]]),
  });
  const { dataBlocks, blocks, packBytes, packs } = await checkLibrary(library, { depth: 'structure' });
  assert.deepEqual([dataBlocks, blocks], [3, 2], 'three blocks, of which two are one');
  const sizes: number[] = [];
  for await (const { key, size } of store.list('packs/')) if (key) sizes.push(size);
  assert.equal(sizes.length, packs);
  assert.equal(
    packBytes,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  assert.equal((await pruneNow(library, store, { expired: ['rp-1'] })).outcome, 'done');
  const after = await checkLibrary(library, { depth: 'everything' });
  assert.deepEqual([after.findings, after.dataBlocks, after.recoveryPoints], [[], 1, 1]);
});
