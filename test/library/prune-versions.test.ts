import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { createS3ObjectStore } from '../../adapters/aws/s3-object-store.ts';
import { checkLibrary } from '../../library/check-library.ts';
import { type Blocks, backUp, block, difference, openTestLibrary, restore } from './backup.ts';
import { startLocalS3 } from './local-s3.ts';
import { pruneNow } from './pruning.ts';

const sizeBytes = 2 ** 30;
const SHARED: Blocks = new Map([[1, block('shared')]]);
const MANY: Blocks = new Map(Array.from({ length: 5 }, (_, at) => [at + 2, block(`own ${at}`)]));

test('in a versioned bucket a prune deletes versions, so that the space really comes back', async () => {
  const local = await startLocalS3();
  try {
    const bucket = await local.bucket('library', true);
    const store = createS3ObjectStore({ client: local.client(), bucket, prefix: 'tenants/a' });
    const library = await openTestLibrary(store, randomBytes);
    await backUp(library, { point: 'rp-1', sizeBytes, blocks: new Map([...SHARED, ...MANY]) });
    await backUp(library, { point: 'rp-2', volumeId: 'vol-2', sizeBytes, blocks: SHARED });
    const result = await pruneNow(library, store, { expired: ['rp-1'] });
    assert.deepEqual([result.outcome, result.rewritten?.blocks, result.swept[0]?.packs], ['done', 1, 1]);
    const { Versions = [], DeleteMarkers = [] } = await local
      .client()
      .send(new ListObjectVersionsCommand({ Bucket: bucket }));
    assert.deepEqual(DeleteMarkers, []);
    const left = Versions.map(({ Key = '' }) => Key.slice('tenants/a/'.length).split('/')[0]);
    for (const kind of ['maps', 'packs', 'pages', 'points', 'index'])
      assert.equal(left.filter((each) => each === kind).length, 1, kind);
    const reader = await openTestLibrary(store, randomBytes);
    assert.equal(difference(await restore(reader, 'rp-2', 'vol-2'), SHARED), undefined);
    assert.deepEqual((await checkLibrary(reader, { depth: 'everything' })).findings, []);
  } finally {
    await local.close();
  }
});
