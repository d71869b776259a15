import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { VirtualClock } from '../../local/kernel/clock.ts';
import { createS3 } from '../../local/s3/service.ts';
import { ACME, errorName, REGION, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

let world: TwoAccounts;
let acme: S3Client;
const clock = new VirtualClock(Date.now());
const DAY = 86_400_000;

before(async () => {
  world = await startTwoAccounts([createS3], clock);
  acme = new S3Client(world.config(world.acme));
});
after(() => world.close());

const makeBucket = (Bucket: string, more: object = {}) =>
  acme.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION }, ...more }));
const put = (Bucket: string, Key: string, Body: string, more: object = {}) =>
  acme.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const read = async (Bucket: string, Key: string, VersionId?: string) =>
  (await acme.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();
const remove = (Bucket: string, Key: string, VersionId?: string, more: object = {}) =>
  acme.send(new DeleteObjectCommand({ Bucket, Key, VersionId, ...more }));

test('on a versioned bucket nothing is overwritten, and a delete only hides', async () => {
  await makeBucket('versioned');
  await put('versioned', 'k', 'before versioning');
  await acme.send(
    new PutBucketVersioningCommand({ Bucket: 'versioned', VersioningConfiguration: { Status: 'Enabled' } }),
  );
  assert.equal((await acme.send(new GetBucketVersioningCommand({ Bucket: 'versioned' }))).Status, 'Enabled');
  const one = await put('versioned', 'k', 'one');
  const two = await put('versioned', 'k', 'two');
  assert.notEqual(one.VersionId, two.VersionId);
  const marker = await remove('versioned', 'k');
  assert.equal(marker.DeleteMarker, true);
  assert.equal(await errorName(read('versioned', 'k')), 'NoSuchKey');
  assert.equal(await read('versioned', 'k', one.VersionId), 'one');
  assert.equal(await read('versioned', 'k', 'null'), 'before versioning');
  assert.equal(await errorName(read('versioned', 'k', marker.VersionId)), 'MethodNotAllowed');
  assert.equal(await errorName(read('versioned', 'k', 'no-such-version')), 'NoSuchVersion');

  // A create-only PUT succeeds on a hidden object.
  const three = await put('versioned', 'k', 'three', { IfNoneMatch: '*' });
  const list = await acme.send(new ListObjectVersionsCommand({ Bucket: 'versioned' }));
  assert.deepEqual(
    list.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
    [
      [three.VersionId, true],
      [two.VersionId, false],
      [one.VersionId, false],
      ['null', false],
    ],
  );
  assert.deepEqual(
    list.DeleteMarkers?.map(({ VersionId }) => VersionId),
    [marker.VersionId],
  );
  await remove('versioned', 'k', three.VersionId);
  assert.equal(await errorName(read('versioned', 'k')), 'NoSuchKey');
  await remove('versioned', 'k', marker.VersionId);
  assert.equal(await read('versioned', 'k'), 'two');
});

test('versions are listed in pages that miss nothing', async () => {
  await makeBucket('paged');
  await acme.send(new PutBucketVersioningCommand({ Bucket: 'paged', VersioningConfiguration: { Status: 'Enabled' } }));
  for (const key of ['a', 'b', 'c']) for (const body of ['1', '2', '3']) await put('paged', key, body);
  const found: string[] = [];
  let markers: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
  while (markers) {
    const page: import('@aws-sdk/client-s3').ListObjectVersionsCommandOutput = await acme.send(
      new ListObjectVersionsCommand({ Bucket: 'paged', MaxKeys: 2, ...markers }),
    );
    found.push(...(page.Versions ?? []).map(({ Key, VersionId }) => `${Key}/${VersionId}`));
    markers = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
  assert.equal(found.length, 9);
  assert.equal(new Set(found).size, 9);
});

test('a locked version cannot be deleted until its retention ends', async () => {
  await makeBucket('locked', { ObjectLockEnabledForBucket: true });
  const until = new Date(clock.now() + 30 * DAY);
  const lock = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: until };
  const { VersionId } = await put('locked', 'pack', 'data', lock);
  const head = await acme.send(new HeadObjectCommand({ Bucket: 'locked', Key: 'pack' }));
  assert.equal(head.ObjectLockMode, 'COMPLIANCE');
  assert.equal(await errorName(remove('locked', 'pack', VersionId)), 'AccessDenied');
  assert.equal(
    await errorName(remove('locked', 'pack', VersionId, { BypassGovernanceRetention: true })),
    'AccessDenied',
  );
  const batch = await acme.send(
    new DeleteObjectsCommand({ Bucket: 'locked', Delete: { Objects: [{ Key: 'pack', VersionId }] } }),
  );
  assert.equal(batch.Errors?.[0]?.Code, 'AccessDenied');

  const retain = (Mode: 'COMPLIANCE' | 'GOVERNANCE', days: number) =>
    acme.send(
      new PutObjectRetentionCommand({
        Bucket: 'locked',
        Key: 'pack',
        VersionId,
        Retention: { Mode, RetainUntilDate: new Date(clock.now() + days * DAY) },
      }),
    );
  assert.equal(await errorName(retain('COMPLIANCE', 29)), 'AccessDenied');
  assert.equal(await errorName(retain('GOVERNANCE', 60)), 'AccessDenied');
  await retain('COMPLIANCE', 60);
  const { Retention } = await acme.send(new GetObjectRetentionCommand({ Bucket: 'locked', Key: 'pack', VersionId }));
  assert.equal(Retention?.RetainUntilDate?.getTime(), clock.now() + 60 * DAY);

  await remove('locked', 'pack');
  assert.equal(await errorName(read('locked', 'pack')), 'NoSuchKey');
  assert.equal(await read('locked', 'pack', VersionId), 'data');
  await clock.advance(60 * DAY + 1);
  await remove('locked', 'pack', VersionId);
  assert.equal(await errorName(read('locked', 'pack', VersionId)), 'NoSuchVersion');
});

test('a legal hold locks until it is lifted, and governance yields to who may bypass it', async () => {
  await makeBucket('held', { ObjectLockEnabledForBucket: true });
  const { VersionId } = await put('held', 'k', 'v');
  const hold = (Status: 'ON' | 'OFF') =>
    acme.send(new PutObjectLegalHoldCommand({ Bucket: 'held', Key: 'k', LegalHold: { Status } }));
  await hold('ON');
  const { LegalHold } = await acme.send(new GetObjectLegalHoldCommand({ Bucket: 'held', Key: 'k' }));
  assert.equal(LegalHold?.Status, 'ON');
  assert.equal(await errorName(remove('held', 'k', VersionId)), 'AccessDenied');
  await hold('OFF');
  await remove('held', 'k', VersionId);

  const governed = await put('held', 'g', 'v', {
    ObjectLockMode: 'GOVERNANCE',
    ObjectLockRetainUntilDate: new Date(clock.now() + DAY),
  });
  const { admin } = world.cloud;
  admin.putUser({
    accountId: ACME,
    name: 'cleaner',
    policies: {
      p: { Statement: { Effect: 'Allow', Action: 's3:DeleteObjectVersion', Resource: 'arn:aws:s3:::held/*' } },
    },
  });
  const cleaner = new S3Client(world.config(admin.createAccessKey(ACME, 'cleaner')));
  const bypass = new DeleteObjectCommand({
    Bucket: 'held',
    Key: 'g',
    VersionId: governed.VersionId,
    BypassGovernanceRetention: true,
  });
  assert.equal(await errorName(cleaner.send(bypass)), 'AccessDenied');
  assert.equal(await errorName(remove('held', 'g', governed.VersionId)), 'AccessDenied');
  await acme.send(bypass);
});

test("a bucket's default retention locks what is written, and needs versioning", async () => {
  await makeBucket('by-default');
  const configure = () =>
    acme.send(
      new PutObjectLockConfigurationCommand({
        Bucket: 'by-default',
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 7 } },
        },
      }),
    );
  assert.equal(await errorName(configure()), 'InvalidBucketState');
  assert.equal(
    await errorName(
      put('by-default', 'k', 'v', {
        ObjectLockMode: 'COMPLIANCE',
        ObjectLockRetainUntilDate: new Date(clock.now() + DAY),
      }),
    ),
    'InvalidRequest',
  );
  const versioning = (Status: 'Enabled' | 'Suspended') =>
    acme.send(new PutBucketVersioningCommand({ Bucket: 'by-default', VersioningConfiguration: { Status } }));
  await versioning('Enabled');
  await configure();
  const { ObjectLockConfiguration } = await acme.send(new GetObjectLockConfigurationCommand({ Bucket: 'by-default' }));
  assert.equal(ObjectLockConfiguration?.Rule?.DefaultRetention?.Days, 7);
  assert.equal(await errorName(versioning('Suspended')), 'InvalidBucketState');
  const { VersionId } = await put('by-default', 'k', 'v');
  assert.equal(await errorName(remove('by-default', 'k', VersionId)), 'AccessDenied');
});

const PART = 5 * 1024 * 1024;

const upload = async (Key: string, parts: readonly Buffer[], more: object = {}) => {
  const { UploadId } = await acme.send(new CreateMultipartUploadCommand({ Bucket: 'parts', Key, ...more }));
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  for (const [index, Body] of parts.entries()) {
    const part = { Bucket: 'parts', Key, UploadId, PartNumber: index + 1 };
    const { ETag } = await acme.send(new UploadPartCommand({ ...part, Body }));
    Parts.push({ PartNumber: index + 1, ETag });
  }
  return { UploadId, Parts };
};
const complete = (Key: string, uploaded: Awaited<ReturnType<typeof upload>>, more: object = {}) =>
  acme.send(
    new CompleteMultipartUploadCommand({
      Bucket: 'parts',
      Key,
      UploadId: uploaded.UploadId,
      MultipartUpload: { Parts: uploaded.Parts },
      ...more,
    }),
  );

test('an object comes together from its parts, and is read across them', async () => {
  await makeBucket('parts');
  const parts = [randomBytes(PART), randomBytes(PART + 7), randomBytes(100)];
  const uploaded = await upload('whole', parts, { ContentType: 'application/x-disk' });
  const listed = await acme.send(new ListPartsCommand({ Bucket: 'parts', Key: 'whole', UploadId: uploaded.UploadId }));
  assert.deepEqual(
    listed.Parts?.map(({ Size }) => Size),
    parts.map(({ length }) => length),
  );
  assert.equal((await acme.send(new ListMultipartUploadsCommand({ Bucket: 'parts' }))).Uploads?.length, 1);
  assert.equal(await errorName(read('parts', 'whole')), 'NoSuchKey');
  const { ETag } = await complete('whole', uploaded);
  assert.match(ETag ?? '', /^"[0-9a-f]{32}-3"$/);
  const got = await acme.send(new GetObjectCommand({ Bucket: 'parts', Key: 'whole' }));
  assert.ok(Buffer.concat(parts).equals(Buffer.from((await got.Body?.transformToByteArray()) ?? [])));
  assert.equal(got.ContentType, 'application/x-disk');
  const across = await acme.send(
    new GetObjectCommand({ Bucket: 'parts', Key: 'whole', Range: `bytes=${PART - 5}-${2 * PART + 10}` }),
  );
  const expected = Buffer.concat(parts).subarray(PART - 5, 2 * PART + 11);
  assert.ok(expected.equals(Buffer.from((await across.Body?.transformToByteArray()) ?? [])));
  assert.equal(await errorName(complete('whole', uploaded)), 'NoSuchUpload');
});

test('parts that are absent, unordered or too small are refused, and the upload can still be completed', async () => {
  const uploaded = await upload('strict', [randomBytes(10), randomBytes(10)]);
  assert.equal(await errorName(complete('strict', uploaded)), 'EntityTooSmall');
  const reversed = { ...uploaded, Parts: uploaded.Parts.toReversed() };
  assert.equal(await errorName(complete('strict', reversed)), 'InvalidPartOrder');
  const wrong = { ...uploaded, Parts: [{ PartNumber: 1, ETag: '"00000000000000000000000000000000"' }] };
  assert.equal(await errorName(complete('strict', wrong)), 'InvalidPart');
  await complete('strict', { ...uploaded, Parts: uploaded.Parts.slice(0, 1) });
  const { ContentLength } = await acme.send(new HeadObjectCommand({ Bucket: 'parts', Key: 'strict' }));
  assert.equal(ContentLength, 10);
});

test('a multipart upload can be create-only too', async () => {
  const first = await upload('once', [randomBytes(10)]);
  const second = await upload('once', [randomBytes(10)]);
  await complete('once', first, { IfNoneMatch: '*' });
  assert.equal(await errorName(complete('once', second, { IfNoneMatch: '*' })), 'PreconditionFailed');
});

test('an aborted upload leaves no files', async () => {
  const files = () =>
    readdirSync(join(world.dataDir, 's3'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      .length;
  const before = files();
  const { UploadId } = await upload('aborted', [randomBytes(10)]);
  assert.equal(files(), before + 1);
  await acme.send(new AbortMultipartUploadCommand({ Bucket: 'parts', Key: 'aborted', UploadId }));
  assert.equal(files(), before);
});
