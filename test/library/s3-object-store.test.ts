import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { openHttpObjectStore } from '../../adapters/aws/http-object-store.ts';
import { createS3ObjectStore } from '../../adapters/aws/s3-object-store.ts';
import { s3ClientSettings } from '../../adapters/aws/s3-retry.ts';
import type { DeletableStore } from '../../core/ports/object-store.ts';
import { type LocalS3, startLocalS3 } from './local-s3.ts';
import { objectStoreSuite } from './object-store-suite.ts';

/** One store's promises, kept by two programs: the SDK's client and the access node's own. */
interface Kind {
  readonly name: string;
  open(local: Pick<LocalS3, 'place'>, bucket: string, prefix: string, retry?: Retry): Opened;
}
interface Opened {
  readonly store: DeletableStore;
  close(): void;
}
type Retry = NonNullable<Parameters<typeof createS3ObjectStore>[0]['retry']>;

const kinds: readonly Kind[] = [
  {
    name: 'SDK',
    open: ({ place }, bucket, prefix, retry = {}) => {
      const { credentials, ...rest } = place;
      const client = new S3Client({
        ...rest,
        ...s3ClientSettings,
        credentials: async () => credentials(),
        forcePathStyle: true,
      });
      return { store: createS3ObjectStore({ client, bucket, prefix, retry }), close: () => client.destroy() };
    },
  },
  {
    name: 'own HTTP',
    open: ({ place }, bucket, prefix, retry = {}) =>
      openHttpObjectStore({ ...place, bucket, prefix, retry, connections: 4 }),
  },
];

for (const kind of kinds) {
  for (const versioned of [false, true]) {
    objectStoreSuite(`an S3 bucket${versioned ? ' with versions' : ''}, ${kind.name}`, async () => {
      const local = await startLocalS3();
      const bucket = await local.bucket('library', versioned);
      const [one, other, otherTenant] = ['tenants/a/', 'tenants/a', 'tenants/ab'].map((prefix) =>
        kind.open(local, bucket, prefix),
      ) as [Opened, Opened, Opened];
      return {
        one: one.store,
        other: other.store,
        otherTenant: otherTenant.store,
        close: async () => {
          for (const each of [one, other, otherTenant]) each.close();
          await local.close();
        },
      };
    });
  }
  badDays(kind);
}

test('a range is read into memory that the caller keeps using', async () => {
  const local = await startLocalS3();
  const bucket = await local.bucket('library');
  const { store, close } = openHttpObjectStore({ ...local.place, bucket, prefix: 'a', connections: 1 });
  await store.putNew('packs/aa/r', Buffer.from('0123456789'));
  const into = Buffer.alloc(4);
  const read = async (start: number): Promise<string | undefined> => {
    const came = await store.readRange('packs/aa/r', start, into);
    return came === undefined ? undefined : into.toString('utf8', 0, came);
  };
  assert.equal(await read(0), '0123');
  assert.equal(await read(5), '5678');
  assert.equal(await read(8), '89');
  assert.equal(await read(10), '');
  assert.equal(await store.readRange('packs/aa/none', 0, into), undefined);
  close();
  await local.close();
});

function badDays(kind: Kind): void {
  describe(`the S3 store when S3 has a bad day, ${kind.name}`, () => {
    let local: LocalS3;
    const quick = { firstDelayMs: 1, longestDelayMs: 5, timeoutMs: 500, attempts: 4 };
    const opened: Opened[] = [];
    const openIn = (bucket: string, prefix: string): DeletableStore => {
      const made = kind.open(local, bucket, prefix, quick);
      opened.push(made);
      return made.store;
    };
    const open = (): DeletableStore => openIn('library', 'a');
    before(async () => {
      local = await startLocalS3();
      await local.bucket('library');
    });
    after(async () => {
      for (const each of opened) each.close();
      await local.close();
    });

    for (const fault of ['throttle', 'error-500', 'error-503', 'reset', 'timeout-before', 'timeout-after'] as const) {
      test(`a ${fault} of any call is tried again, and the object is there once`, async () => {
        const { faults } = local.cloud;
        const store = open();
        const key = `packs/aa/${fault}`;
        const operations = ['PutObject', 'GetObject', 'ListObjectsV2', 'DeleteObject'];
        const rules = operations.map((operation) => faults.add({ service: 's3', operation, kind: fault, nth: 1 }));
        const { outcome } = await store.putNew(key, Buffer.from('content'));
        // the answer was lost: the store may not claim what it cannot know
        assert.equal(outcome, fault === 'timeout-after' ? 'exists' : 'created');
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
      const nowhere = openIn('no-such-bucket', '');
      await assert.rejects(nowhere.get('format'), { name: 'LibraryUnavailable' });
      await assert.rejects(nowhere.head('format'), { name: 'LibraryUnavailable' });
      await assert.rejects(nowhere.putNew('format', Buffer.from('x')), { name: 'LibraryUnavailable' });
    });

    test('a version that a delete hid is read by its id', async () => {
      await local.bucket('versioned', true);
      const store = openIn('versioned', 'a');
      const { versionId } = await store.putNew('packs/aa/v', Buffer.from('kept'));
      assert.ok(versionId);
      await store.delete('packs/aa/v');
      assert.equal(await store.get('packs/aa/v'), undefined);
      assert.equal(Buffer.from((await store.get('packs/aa/v', versionId))?.bytes ?? '').toString(), 'kept');
      assert.equal(Buffer.from((await store.getRange('packs/aa/v', 1, 2, versionId)) ?? '').toString(), 'ep');
      await store.delete('packs/aa/v', versionId);
      assert.equal(await store.get('packs/aa/v', versionId), undefined);
    });

    test('a locked version says that it is retained, and one without an id is deleted under the name null', async () => {
      await local.bucket('suspended', true);
      const Bucket = 'suspended';
      const store = openIn(Bucket, 'a');
      const s3 = local.client();
      const suspend = { Bucket, VersioningConfiguration: { Status: 'Suspended' } } as const;
      await s3.send(new PutBucketVersioningCommand(suspend));
      assert.deepEqual(await store.putNew('packs/aa/n', Buffer.from('data')), { outcome: 'created' });
      assert.deepEqual(await store.head('packs/aa/n'), { size: 4, versionId: 'null' });
      await store.delete('packs/aa/n', 'null');
      const { Versions, DeleteMarkers } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
      assert.deepEqual([Versions, DeleteMarkers], [undefined, undefined], 'nothing is left, not even a marker');

      const locked = { Bucket: 'locked', ObjectLockEnabledForBucket: true };
      const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
      await s3.send(new CreateBucketCommand({ ...locked, CreateBucketConfiguration }));
      const keeping = openIn('locked', 'a');
      const { versionId } = await keeping.putNew('packs/aa/l', Buffer.from('data'));
      const Retention = { Mode: 'COMPLIANCE', RetainUntilDate: new Date(Date.now() + 3_600_000) } as const;
      const Key = 'a/packs/aa/l';
      await s3.send(new PutObjectRetentionCommand({ Bucket: 'locked', Key, VersionId: versionId, Retention }));
      await assert.rejects(keeping.delete('packs/aa/l', versionId), { name: 'ObjectRetained' });
      assert.equal((await keeping.head('packs/aa/l'))?.versionId, versionId);
    });
  });
}

/** A server whose answers are exactly what a test says, for what a well-behaved S3 never does. */
const withServer = async (kind: Kind, answers: ((body: Buffer) => [number, string, Record<string, string>?])[]) => {
  const seen: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    seen.push({ method: request.method, url: request.url, headers: request.headers });
    const [status, body, headers = {}] = (answers.shift() ?? (() => [500, '']))(Buffer.concat(parts));
    response.writeHead(status, headers);
    // a body that is shorter than announced: the connection is cut
    if (headers['content-length'] && Number(headers['content-length']) > body.length)
      response.write(body, () => response.destroy());
    else response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: () => ({ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' }),
  };
  const retry = { firstDelayMs: 1, longestDelayMs: 2, timeoutMs: 2000, attempts: 3 };
  const { store, close: closeStore } = kind.open({ place }, 'b', 'a', retry);
  const close = async (): Promise<void> => {
    closeStore();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { store, seen, close };
};

const xml = (code: string): string => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message></Error>`;

for (const kind of kinds) {
  test(`409 to a create-only write is tried again; the checksum that goes with it is our own, ${kind.name}`, async () => {
    const { store, seen, close } = await withServer(kind, [
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

  test(`an answer that is cut off in its body is read again, not taken for the whole, ${kind.name}`, async () => {
    const { store, seen, close } = await withServer(kind, [
      () => [200, 'half', { 'content-length': '8' }],
      () => [200, 'halfhalf', { 'content-length': '8' }],
    ]);
    assert.equal(Buffer.from((await store.get('format'))?.bytes ?? '').toString(), 'halfhalf');
    assert.equal(seen.length, 2);
    await close();
  });

  test(`a store that is full says LibraryFull at once, ${kind.name}`, async () => {
    const { store, seen, close } = await withServer(kind, [
      () => [403, xml('QuotaExceeded')],
      () => [507, xml('XMinioStorageFull')],
    ]);
    await assert.rejects(store.putNew('format', Buffer.from('x')), { name: 'LibraryFull' });
    await assert.rejects(store.putNew('format', Buffer.from('x')), { name: 'LibraryFull' });
    assert.equal(seen.length, 2);
    await close();
  });
}

test('whoever reads copies asks for the version, and only where that is not there for what has its name', async (t) => {
  const ofCopies: Kind = {
    name: 'own HTTP, of copies',
    open: ({ place }, bucket, prefix, retry = {}) =>
      openHttpObjectStore({ ...place, bucket, prefix, retry, connections: 1, elseLatest: true }),
  };
  const { store, seen, close } = await withServer(ofCopies, [
    () => [200, 'first'],
    () => [404, xml('NoSuchVersion')],
    () => [200, 'latest'],
    () => [400, xml('InvalidArgument')],
    () => [206, 'la'],
    () => [404, xml('NoSuchVersion')],
    () => [404, xml('NoSuchKey')],
    () => [403, xml('AccessDenied')],
  ]);
  t.after(close);
  const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString();
  assert.equal(text((await store.get('maps/a/b', 'v1'))?.bytes), 'first');
  assert.equal(text((await store.get('maps/a/b', 'v1'))?.bytes), 'latest');
  assert.equal(text(await store.getRange('packs/aa/b', 0, 2, 'v1')), 'la');
  assert.equal(await store.get('maps/a/b', 'v1'), undefined);
  // what may not be read is not absent
  await assert.rejects(store.get('maps/a/b', 'v1'), { name: 'LibraryUnavailable' });
  const [map, pack] = ['/b/a/maps/a/b', '/b/a/packs/aa/b'];
  const [mapV1, packV1] = [`${map}?versionId=v1`, `${pack}?versionId=v1`];
  assert.deepEqual(
    seen.map(({ url }) => url),
    [mapV1, mapV1, map, packV1, pack, mapV1, map, mapV1],
  );
});
