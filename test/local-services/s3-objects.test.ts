import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { createS3, setBucketQuota } from '../../local/s3/service.ts';
import { assertSurvivesKill } from './killed-writer.ts';
import { ACME, errorName, GLOBEX, REGION, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

let world: TwoAccounts;
let acme: S3Client;
let globex: S3Client;

const connect = () => {
  acme = new S3Client(world.config(world.acme));
  globex = new S3Client(world.config(world.globex));
};

before(async () => {
  world = await startTwoAccounts([createS3]);
  connect();
});
after(() => world.close());

const LOCATION = { LocationConstraint: REGION } as const;
const makeBucket = (Bucket: string, client = acme) =>
  client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: LOCATION }));
const put = (Bucket: string, Key: string, Body: string | Uint8Array, client = acme) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body }));
const read = async (Bucket: string, Key: string, client = acme) =>
  (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

test('an object comes back with its bytes, type, metadata and MD5 as ETag', async () => {
  await makeBucket('objects');
  const Body = randomBytes(100_000);
  const written = await acme.send(
    new PutObjectCommand({
      Bucket: 'objects',
      Key: 'a folder/ünïcode+&<>.bin',
      Body,
      ContentType: 'application/x-pack',
      Metadata: { tenant: 'acme' },
    }),
  );
  const got = await acme.send(new GetObjectCommand({ Bucket: 'objects', Key: 'a folder/ünïcode+&<>.bin' }));
  assert.deepEqual(Buffer.from((await got.Body?.transformToByteArray()) ?? []), Body);
  assert.equal(got.ContentType, 'application/x-pack');
  assert.deepEqual(got.Metadata, { tenant: 'acme' });
  assert.equal(got.ETag, written.ETag);
  assert.match(written.ETag ?? '', /^"[0-9a-f]{32}"$/);
  assert.equal(got.ContentLength, 100_000);
  assert.ok(got.ChecksumCRC32);
  const head = await acme.send(new HeadObjectCommand({ Bucket: 'objects', Key: 'a folder/ünïcode+&<>.bin' }));
  assert.equal(head.ContentLength, 100_000);
  assert.equal(await errorName(acme.send(new HeadObjectCommand({ Bucket: 'objects', Key: 'nothing' }))), 'NotFound');
  assert.equal(await errorName(read('objects', 'nothing')), 'NoSuchKey');
});

test('ranges and conditions are honoured on reads', async () => {
  await makeBucket('reads');
  const { ETag } = await put('reads', 'k', '0123456789');
  const get = (more: object) => acme.send(new GetObjectCommand({ Bucket: 'reads', Key: 'k', ...more }));
  const middle = await get({ Range: 'bytes=2-4' });
  assert.equal(await middle.Body?.transformToString(), '234');
  assert.equal(middle.ContentRange, 'bytes 2-4/10');
  assert.equal(await (await get({ Range: 'bytes=-3' })).Body?.transformToString(), '789');
  assert.equal(await (await get({ Range: 'bytes=8-100' })).Body?.transformToString(), '89');
  assert.equal(await errorName(get({ Range: 'bytes=10-' })), 'InvalidRange');
  assert.equal(await (await get({ IfMatch: ETag })).Body?.transformToString(), '0123456789');
  assert.equal(await errorName(get({ IfMatch: '"0"' })), 'PreconditionFailed');
  await assert.rejects(get({ IfNoneMatch: ETag }), (error: { $metadata: { httpStatusCode: number } }) => {
    assert.equal(error.$metadata.httpStatusCode, 304);
    return true;
  });
});

test('a create-only PUT succeeds once, and again after a delete', async () => {
  await makeBucket('create-only');
  const create = (Body: string) =>
    acme.send(new PutObjectCommand({ Bucket: 'create-only', Key: 'k', Body, IfNoneMatch: '*' }));
  const { ETag } = await create('first');
  await assert.rejects(create('second'), (error: Error & { $metadata: { httpStatusCode: number } }) => {
    assert.equal(error.name, 'PreconditionFailed');
    assert.equal(error.$metadata.httpStatusCode, 412);
    return true;
  });
  assert.equal(await read('create-only', 'k'), 'first');
  const replace = (IfMatch: string | undefined) =>
    acme.send(new PutObjectCommand({ Bucket: 'create-only', Key: 'k', Body: 'third', IfMatch }));
  assert.equal(await errorName(replace('"00000000000000000000000000000000"')), 'PreconditionFailed');
  await replace(ETag);
  assert.equal(await read('create-only', 'k'), 'third');
  await acme.send(new DeleteObjectCommand({ Bucket: 'create-only', Key: 'k' }));
  await create('fourth');
});

test('of many create-only PUTs at once exactly one succeeds', async () => {
  await makeBucket('racers');
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      acme.send(new PutObjectCommand({ Bucket: 'racers', Key: 'k', Body: `racer ${n}`, IfNoneMatch: '*' })).then(
        () => `racer ${n}`,
        (error: Error) => error.name,
      ),
    ),
  );
  const winners = outcomes.filter((outcome) => outcome.startsWith('racer'));
  assert.equal(winners.length, 1);
  assert.equal(await read('racers', 'k'), winners[0]);
  for (const outcome of outcomes) assert.match(outcome, /^racer|^PreconditionFailed$|^ConditionalRequestConflict$/);
});

test('a create-only PUT that meets another one, or a delete, under way is told to try again', async () => {
  await makeBucket('conflicts');
  const { kernel } = world.cloud;
  const call = (operation: string, Key: string, more: object = {}) =>
    kernel.call(world.root(ACME), REGION, 's3', operation, { Bucket: 'conflicts', Key, ...more });
  const create = (key: string) => call('PutObject', key, { Body: 'x', IfNoneMatch: '*' });
  const first = create('two-puts');
  assert.equal(await errorName(create('two-puts')), 'ConditionalRequestConflict');
  await first;
  const disturbed = errorName(create('put-and-delete'));
  await call('DeleteObject', 'put-and-delete');
  assert.equal(await disturbed, 'ConditionalRequestConflict');
  await create('put-and-delete');
});

test('a body that does not match its checksum is refused', async () => {
  await makeBucket('checksums');
  const send = (more: object) =>
    acme.send(new PutObjectCommand({ Bucket: 'checksums', Key: 'k', Body: 'hello', ...more }));
  assert.equal(await errorName(send({ ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' })), 'BadDigest');
  assert.equal(await errorName(send({ ChecksumSHA256: Buffer.alloc(32).toString('base64') })), 'BadDigest');
  assert.equal(await errorName(send({ ChecksumCRC32: 'AAAAAA==' })), 'BadDigest');
  assert.equal(
    await errorName(send({ SSECustomerAlgorithm: 'AES256', SSECustomerKey: 'x'.repeat(32) })),
    'NotImplemented',
  );
  assert.equal(await errorName(read('checksums', 'k')), 'NoSuchKey');
  await send({ ChecksumAlgorithm: 'CRC32C' });
  await send({ ChecksumAlgorithm: 'SHA1' });
});

test('a listing is in byte order, grouped by delimiter, in pages that miss nothing', async () => {
  await makeBucket('listing');
  const keys = ['a', 'a!', 'a/1', 'a/2', 'b/x/1', 'b/x/2', 'b/y', 'z + ü', 'é'];
  for (const key of keys) await put('listing', key, key);
  const list = async (more: object) => {
    const found: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await acme.send(new ListObjectsV2Command({ Bucket: 'listing', ContinuationToken, ...more }));
      found.push(...(page.Contents ?? []).map((object) => object.Key ?? ''));
      found.push(...(page.CommonPrefixes ?? []).map((group) => `${group.Prefix}*`));
      ContinuationToken = page.NextContinuationToken;
      assert.equal(page.IsTruncated, ContinuationToken !== undefined);
    } while (ContinuationToken);
    return found;
  };
  assert.deepEqual(await list({}), keys);
  assert.deepEqual(await list({ MaxKeys: 2 }), keys);
  assert.deepEqual(await list({ Delimiter: '/', MaxKeys: 1 }), ['a', 'a!', 'a/*', 'b/*', 'z + ü', 'é']);
  assert.deepEqual(await list({ Prefix: 'b/', Delimiter: '/' }), ['b/y', 'b/x/*']);
  assert.deepEqual(await list({ StartAfter: 'a/2', Prefix: '' }), keys.slice(4));
  assert.deepEqual(await list({ EncodingType: 'url', Prefix: 'z' }), ['z%20%2B%20%C3%BC']);
});

test('the older listing shows the same, and goes on behind a marker', async () => {
  await makeBucket('older-listing');
  const keys = ['a', 'a!', 'a/1', 'a/2', 'b/x/1', 'b/y', 'é'];
  for (const key of keys) await put('older-listing', key, key);
  const list = async (more: object) => {
    const found: string[] = [];
    let Marker: string | undefined;
    do {
      const page = await acme.send(new ListObjectsCommand({ Bucket: 'older-listing', Marker, ...more }));
      found.push(...(page.Contents ?? []).map((object) => object.Key ?? ''));
      found.push(...(page.CommonPrefixes ?? []).map((group) => `${group.Prefix}*`));
      // S3 names the next marker only where keys are grouped
      Marker = page.IsTruncated ? (page.NextMarker ?? page.Contents?.at(-1)?.Key) : undefined;
      assert.equal(page.NextMarker !== undefined, page.IsTruncated === true && 'Delimiter' in more);
    } while (Marker);
    return found;
  };
  assert.deepEqual(await list({}), keys);
  assert.deepEqual(await list({ MaxKeys: 2 }), keys);
  assert.deepEqual(await list({ Delimiter: '/', MaxKeys: 1 }), ['a', 'a!', 'a/*', 'b/*', 'é']);
  assert.deepEqual(await list({ Prefix: 'b/', Delimiter: '/' }), ['b/y', 'b/x/*']);
});

test('objects are copied, and deleted by the list', async () => {
  await makeBucket('copies');
  await put('copies', 'from/a b', 'content');
  await acme.send(new CopyObjectCommand({ Bucket: 'copies', Key: 'to', CopySource: encodeURI('copies/from/a b') }));
  assert.equal(await read('copies', 'to'), 'content');
  const deleted = await acme.send(
    new DeleteObjectsCommand({
      Bucket: 'copies',
      Delete: { Objects: [{ Key: 'to' }, { Key: 'from/a b' }, { Key: 'no' }] },
    }),
  );
  assert.equal(deleted.Deleted?.length, 3);
  assert.equal((await acme.send(new ListObjectsV2Command({ Bucket: 'copies' }))).KeyCount, 0);
});

test('buckets belong to accounts and regions, and go only when empty', async () => {
  await makeBucket('owned-by-acme');
  await put('owned-by-acme', 'k', 'v');
  assert.equal(await errorName(makeBucket('owned-by-acme')), 'BucketAlreadyOwnedByYou');
  assert.equal(await errorName(makeBucket('owned-by-acme', globex)), 'BucketAlreadyExists');
  assert.equal(await errorName(makeBucket('Bad_Name')), 'InvalidBucketName');
  const names = async (client: S3Client) => (await client.send(new ListBucketsCommand({}))).Buckets?.map((b) => b.Name);
  assert.ok((await names(acme))?.includes('owned-by-acme'));
  assert.ok(!(await names(globex))?.includes('owned-by-acme'));
  const location = await acme.send(new GetBucketLocationCommand({ Bucket: 'owned-by-acme' }));
  assert.equal(location.LocationConstraint, REGION);
  const elsewhere = new S3Client({ ...world.config(world.acme), region: 'us-east-1' });
  assert.equal(await errorName(read('owned-by-acme', 'k', elsewhere)), 'PermanentRedirect');
  assert.equal(await errorName(acme.send(new DeleteBucketCommand({ Bucket: 'owned-by-acme' }))), 'BucketNotEmpty');
  await acme.send(new DeleteObjectCommand({ Bucket: 'owned-by-acme', Key: 'k' }));
  await acme.send(new DeleteBucketCommand({ Bucket: 'owned-by-acme' }));
  assert.equal(await errorName(acme.send(new HeadBucketCommand({ Bucket: 'owned-by-acme' }))), 'NotFound');
});

test("another account reads only what the bucket's policy opens to it", async () => {
  await makeBucket('shared');
  await put('shared', 'open/k', 'for both');
  await put('shared', 'closed/k', 'for acme');
  assert.equal(await errorName(read('shared', 'open/k', globex)), 'AccessDenied');
  const policy = (resource: string) => ({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${GLOBEX}:root` },
        Action: 's3:GetObject',
        Resource: resource,
      },
    ],
  });
  const putPolicy = (document: object, client = acme) =>
    client.send(new PutBucketPolicyCommand({ Bucket: 'shared', Policy: JSON.stringify(document) }));
  assert.equal(await errorName(putPolicy(policy('arn:aws:s3:::other/*'))), 'MalformedPolicy');
  assert.equal(await errorName(putPolicy(policy('arn:aws:s3:::shared/*'), globex)), 'AccessDenied');
  await putPolicy(policy('arn:aws:s3:::shared/open/*'));
  assert.equal(await read('shared', 'open/k', globex), 'for both');
  assert.equal(await errorName(read('shared', 'closed/k', globex)), 'AccessDenied');
  // Who may not list learns nothing about which keys exist.
  assert.equal(await errorName(read('shared', 'open/absent', globex)), 'AccessDenied');
});

test('a policy can demand create-only writes', async () => {
  await makeBucket('only-new');
  await acme.send(
    new PutBucketPolicyCommand({
      Bucket: 'only-new',
      Policy: JSON.stringify({
        Statement: {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:PutObject',
          Resource: 'arn:aws:s3:::only-new/*',
          Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
        },
      }),
    }),
  );
  assert.equal(await errorName(put('only-new', 'k', 'v')), 'AccessDenied');
  await acme.send(new PutObjectCommand({ Bucket: 'only-new', Key: 'k', Body: 'v', IfNoneMatch: '*' }));
});

test('a full bucket refuses the write, keeps what was there and takes writes again when there is room', async () => {
  await makeBucket('small');
  await put('small', 'old', 'x'.repeat(600));
  setBucketQuota(world.cloud.kernel, 'small', 1000);
  assert.equal(await errorName(put('small', 'new', 'y'.repeat(600))), 'InternalError');
  assert.equal(await errorName(read('small', 'new')), 'NoSuchKey');
  assert.equal(await read('small', 'old'), 'x'.repeat(600));
  await acme.send(new DeleteObjectCommand({ Bucket: 'small', Key: 'old' }));
  await put('small', 'new', 'y'.repeat(600));
});

test('objects are called for from inside the cloud with Buffers', async () => {
  await makeBucket('inside');
  const { kernel, admin } = world.cloud;
  const root = admin.rootPrincipal(ACME);
  await kernel.call(root, REGION, 's3', 'PutObject', { Bucket: 'inside', Key: 'k', Body: Buffer.from('[1,2]') });
  const got = (await kernel.call(root, REGION, 's3', 'GetObject', { Bucket: 'inside', Key: 'k' })) as { Body: Buffer };
  assert.ok(Buffer.isBuffer(got.Body));
  assert.equal(got.Body.toString(), '[1,2]');
});

test('after a restart objects are there, and files of unfinished writes are gone', async () => {
  await makeBucket('kept');
  await put('kept', 'k', 'kept content');
  const before = countFiles(join(world.dataDir, 's3'));
  mkdirSync(join(world.dataDir, 's3/zz'));
  writeFileSync(join(world.dataDir, 's3/zz/left-over'), 'half an object');
  await world.restart();
  connect();
  assert.equal(await read('kept', 'k'), 'kept content');
  assert.equal(countFiles(join(world.dataDir, 's3')), before);
});

test('a process killed while it overwrites an object leaves one whole version, none older than it answered', () =>
  assertSurvivesKill('s3', createS3, async (cloud) => {
    const client = new S3Client({ ...world.config(cloud.admin.rootAccessKey(ACME)), endpoint: cloud.endpoint });
    const text = (await read('counters', 'n', client)) ?? '';
    const [number = ''] = text.split(',');
    assert.equal(text, `${number},`.repeat(20_000));
    return Number(number);
  }));

test('a body of unknown checksum, sent in chunks with the checksum behind it, is verified', async () => {
  await makeBucket('chunked');
  const body = randomBytes(200_000);
  await acme.send(
    new PutObjectCommand({
      Bucket: 'chunked',
      Key: 'k',
      Body: Readable.from([body.subarray(0, 100), body.subarray(100)]),
      ContentLength: body.length,
    }),
  );
  const got = await acme.send(new GetObjectCommand({ Bucket: 'chunked', Key: 'k' }));
  assert.ok(got.ChecksumCRC32);
  assert.equal(got.ContentEncoding, undefined);
  assert.ok(body.equals(Buffer.from((await got.Body?.transformToByteArray()) ?? [])));
});

const countFiles = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
