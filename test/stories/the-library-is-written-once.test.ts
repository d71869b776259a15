import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { instanceWithData, openWorld, startBackup, waitForJob } from './world.ts';

test('an order’s library role cannot overwrite what is in the library, and each tenant’s part is a folder of its own', async (t) => {
  const world = await openWorld(t);
  const [acme, globex] = world.tenants;
  const { cloud, place } = world.local;
  for (const [tenant, seed] of [
    [acme, 31],
    [globex, 32],
  ] as const) {
    const instance = await instanceWithData(world, tenant, [1], { seed, mibPerPage: 1 });
    const job = await waitForJob(tenant, await startBackup(tenant, [instance.instanceId]));
    assert.equal(job.state, 'completed', JSON.stringify(job));
  }
  const credentials = cloud.admin.credentialsForRole(
    `arn:aws:iam::${place.accountId}:role/holdfast-dev-library`,
    'test',
  );
  const s3 = new S3Client({
    endpoint: cloud.endpoint,
    region: place.region,
    credentials: {
      accessKeyId: credentials.AccessKeyId,
      secretAccessKey: credentials.SecretAccessKey,
      sessionToken: credentials.SessionToken,
    },
  });
  const Bucket = `holdfast-dev-library-${place.accountId}`;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  assert.ok(Contents.length > 4);
  const folders = new Set(Contents.map(({ Key = '' }) => Key.split('/').slice(0, 3).join('/')));
  assert.equal(folders.size, 2, 'a folder for each tenant, and nothing beside them');
  const Key = Contents.find((each) => each.Key?.includes('/packs/'))?.Key;
  await assert.rejects(s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' })), { name: 'AccessDenied' });
  await assert.rejects(s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' })), {
    name: 'PreconditionFailed',
  });
});
