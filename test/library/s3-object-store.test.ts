import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { S3Client } from '@aws-sdk/client-s3';
import { createS3ObjectStore } from '../../adapters/aws/s3-object-store.ts';
import { s3ClientSettings } from '../../adapters/aws/s3-retry.ts';
import { type LocalS3, startLocalS3 } from './local-s3.ts';
import { objectStoreSuite } from './object-store-suite.ts';

for (const versioned of [false, true]) {
  objectStoreSuite(`an S3 bucket${versioned ? ' with versions' : ''}`, async () => {
    const local = await startLocalS3();
    const bucket = await local.bucket('library', versioned);
    return {
      one: createS3ObjectStore({ client: local.client(), bucket, prefix: 'tenants/a/' }),
      other: createS3ObjectStore({ client: local.client(), bucket, prefix: 'tenants/a' }),
      otherTenant: createS3ObjectStore({ client: local.client(), bucket, prefix: 'tenants/ab' }),
      close: () => local.close(),
    };
  });
}

describe('the S3 store when S3 has a bad day', () => {
  let local: LocalS3;
  const quick = { firstDelayMs: 1, longestDelayMs: 5, timeoutMs: 500, attempts: 4 };
  const open = (retry = quick) =>
    createS3ObjectStore({ client: local.client(), bucket: 'library', prefix: 'a', retry });
  before(async () => {
    local = await startLocalS3();
    await local.bucket('library');
  });
  after(() => local.close());

  for (const kind of ['throttle', 'error-500', 'error-503', 'reset', 'timeout-before', 'timeout-after'] as const) {
    test(`a ${kind} of any call is tried again, and the object is there once`, async () => {
      const { faults } = local.cloud;
      const store = open();
      const key = `packs/aa/${kind}`;
      const operations = ['PutObject', 'GetObject', 'ListObjectsV2', 'DeleteObject'];
      const rules = operations.map((operation) => faults.add({ service: 's3', operation, kind, nth: 1 }));
      const { outcome } = await store.putNew(key, Buffer.from('content'));
      // the answer was lost: the store may not claim what it cannot know
      assert.equal(outcome, kind === 'timeout-after' ? 'exists' : 'created');
      assert.equal(Buffer.from((await store.get(key))?.bytes ?? '').toString(), 'content');
      const keys: string[] = [];
      for await (const listed of store.list('packs/aa/')) keys.push(listed.key);
      assert.deepEqual(
        keys.filter((listed) => listed === key),
        [key],
      );
      await store.delete(key);
      assert.equal(await store.get(key), undefined);
      for (const rule of rules) assert.equal(rule.fired, 1);
      faults.clear();
    });
  }

  test('after its last try it gives up with TransientFailure, and never answers absent', async () => {
    const rule = local.cloud.faults.add({ service: 's3', operation: 'GetObject', kind: 'error-503' });
    await assert.rejects(open().get('packs/aa/x'), { name: 'TransientFailure' });
    await assert.rejects(open().head('packs/aa/x'), { name: 'TransientFailure' });
    assert.equal(rule.fired, 2 * quick.attempts);
    local.cloud.faults.clear();
  });

  test('a denied call, or a bucket that is not there, is LibraryUnavailable at once', async () => {
    const rule = local.cloud.faults.add({ service: 's3', operation: 'GetObject', kind: 'access-denied' });
    await assert.rejects(open().get('packs/aa/x'), { name: 'LibraryUnavailable' });
    assert.equal(rule.fired, 1);
    local.cloud.faults.clear();
    const nowhere = createS3ObjectStore({ client: local.client(), bucket: 'no-such-bucket', prefix: '', retry: quick });
    await assert.rejects(nowhere.get('format'), { name: 'LibraryUnavailable' });
    await assert.rejects(nowhere.head('format'), { name: 'LibraryUnavailable' });
    await assert.rejects(nowhere.putNew('format', Buffer.from('x')), { name: 'LibraryUnavailable' });
  });

  test('a version that a delete hid is read by its id', async () => {
    await local.bucket('versioned', true);
    const store = createS3ObjectStore({ client: local.client(), bucket: 'versioned', prefix: 'a', retry: quick });
    const { versionId } = await store.putNew('packs/aa/v', Buffer.from('kept'));
    assert.ok(versionId);
    await store.delete('packs/aa/v');
    assert.equal(await store.get('packs/aa/v'), undefined);
    assert.equal(Buffer.from((await store.get('packs/aa/v', versionId))?.bytes ?? '').toString(), 'kept');
    assert.equal(Buffer.from((await store.getRange('packs/aa/v', 1, 2, versionId)) ?? '').toString(), 'ep');
    await store.delete('packs/aa/v', versionId);
    assert.equal(await store.get('packs/aa/v', versionId), undefined);
  });
});

/** A server whose answers are exactly what a test says, for what a well-behaved S3 never does. */
const withServer = async (answers: ((body: Buffer) => [number, string, Record<string, string>?])[]) => {
  const seen: { method: string | undefined; headers: NodeJS.Dict<string | string[]> }[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    seen.push({ method: request.method, headers: request.headers });
    const [status, body, headers = {}] = (answers.shift() ?? (() => [500, '']))(Buffer.concat(parts));
    response.writeHead(status, headers);
    // a body that is shorter than announced: the connection is cut
    if (headers['content-length'] && Number(headers['content-length']) > body.length)
      response.write(body, () => response.destroy());
    else response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new S3Client({
    ...s3ClientSettings,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    forcePathStyle: true,
  });
  const retry = { firstDelayMs: 1, longestDelayMs: 2, timeoutMs: 2000, attempts: 3 };
  const store = createS3ObjectStore({ client, bucket: 'b', prefix: 'a', retry });
  const close = async (): Promise<void> => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { store, seen, close };
};

const xml = (code: string): string => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message></Error>`;

test('409 to a create-only write is tried again; the checksum that goes with it is our own', async () => {
  const { store, seen, close } = await withServer([
    () => [409, xml('ConditionalRequestConflict')],
    () => [200, '', { 'x-amz-version-id': 'v7' }],
  ]);
  assert.deepEqual(await store.putNew('format', Buffer.from('123456789')), { outcome: 'created', versionId: 'v7' });
  assert.equal(seen.length, 2);
  for (const { headers } of seen) {
    assert.equal(headers['if-none-match'], '*');
    assert.equal(headers['x-amz-checksum-crc32'], 'y/Q5Jg==');
    assert.equal(headers['x-amz-sdk-checksum-algorithm'], undefined);
  }
  await close();
});

test('an answer that is cut off in its body is read again, not taken for the whole', async () => {
  const { store, seen, close } = await withServer([
    () => [200, 'half', { 'content-length': '8' }],
    () => [200, 'halfhalf', { 'content-length': '8' }],
  ]);
  assert.equal(Buffer.from((await store.get('format'))?.bytes ?? '').toString(), 'halfhalf');
  assert.equal(seen.length, 2);
  await close();
});

test('a store that is full says LibraryFull at once', async () => {
  const { store, seen, close } = await withServer([
    () => [403, xml('QuotaExceeded')],
    () => [507, xml('XMinioStorageFull')],
  ]);
  await assert.rejects(store.putNew('format', Buffer.from('x')), { name: 'LibraryFull' });
  await assert.rejects(store.putNew('format', Buffer.from('x')), { name: 'LibraryFull' });
  assert.equal(seen.length, 2);
  await close();
});
