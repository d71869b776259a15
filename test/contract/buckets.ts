import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createLibraryBuckets } from '../../adapters/aws/library-buckets.ts';
import { createS3AuditAnchors } from '../../adapters/aws/s3-audit-anchors.ts';
import { createS3OpenUploads } from '../../adapters/aws/s3-open-uploads.ts';
import { sha256 } from '../../adapters/system.ts';
import type { AuditAnchor } from '../../core/contracts/audit.ts';
import type { OpenUploads } from '../../core/ports/sweeps.ts';
import { freshName, REGION, type TheCloud } from './cloud.ts';

const PART = 5 * 1024 * 1024;
const precondition = { name: 'PreconditionFailed' };

export const bucketsContract = (cloud: TheCloud): void => {
  describe('buckets', () => {
    let s3: S3Client;
    let Bucket: string;
    let uploads: OpenUploads;
    before(async () => {
      s3 = new S3Client(clientSettings('own', REGION, cloud().root()));
      Bucket = freshName('contract');
      await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
      uploads = createS3OpenUploads({ client: s3, buckets: [Bucket] });
    });

    const put = (Key: string, Body: string, more = {}) => s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
    const read = async (Key: string): Promise<string | undefined> =>
      (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

    it('take an object where there is none, and say PreconditionFailed where there is one', async () => {
      const Key = freshName('new');
      await put(Key, 'first', { IfNoneMatch: '*' });
      await assert.rejects(put(Key, 'second', { IfNoneMatch: '*' }), precondition);
      assert.equal(await read(Key), 'first');
    });

    it('replace an object that is as it was seen, and no other', async () => {
      const Key = freshName('changed');
      const { ETag } = await put(Key, 'first');
      await put(Key, 'second', { IfMatch: ETag });
      await assert.rejects(put(Key, 'third', { IfMatch: ETag }), precondition);
      assert.equal(await read(Key), 'second');
    });

    it('replace nothing where there is nothing', async () => {
      const { ETag } = await put(freshName('another'), 'x');
      await assert.rejects(put(freshName('absent'), 'x', { IfMatch: ETag }), { name: 'NoSuchKey' });
    });

    it('answer a read only if the object is as it was seen', async () => {
      const Key = freshName('read');
      const { ETag } = await put(Key, 'x');
      assert.ok(await s3.send(new GetObjectCommand({ Bucket, Key, IfMatch: ETag })));
      await put(Key, 'y');
      await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key, IfMatch: ETag })), precondition);
    });

    it('refuse a body that is not what its checksum says', async () => {
      const Key = freshName('damaged');
      await assert.rejects(put(Key, 'x', { ChecksumCRC32: 'AAAAAA==' }), { name: /BadDigest|InvalidRequest/ });
      await assert.rejects(put(Key, 'x', { ContentMD5: Buffer.alloc(16).toString('base64') }), { name: 'BadDigest' });
      await assert.rejects(s3.send(new HeadObjectCommand({ Bucket, Key })), { name: 'NotFound' });
    });

    it('want a checksum with whatever is locked as it is written', async () => {
      const plain = new S3Client({
        ...clientSettings('own', REGION, cloud().root()),
        requestChecksumCalculation: 'WHEN_REQUIRED',
      });
      const Key = freshName('locked');
      const lock = {
        ...{ Bucket: cloud().lockedBucket, Key, Body: 'x', ObjectLockMode: 'GOVERNANCE' as const },
        ObjectLockRetainUntilDate: new Date(Date.now() + 60_000),
      };
      // the SDK would add one by itself
      const without = (next: (args: never) => Promise<never>) => (args: { request: { headers: object } }) => {
        const { headers } = args.request;
        for (const name of Object.keys(headers))
          if (/^(x-amz-(sdk-)?checksum|content-md5)/i.test(name)) delete (headers as Record<string, string>)[name];
        return next(args as never);
      };
      plain.middlewareStack.add(without as never, { step: 'build', priority: 'low', name: 'withoutChecksum' });
      await assert.rejects(plain.send(new PutObjectCommand(lock)), { name: 'InvalidRequest' });
      await s3.send(new PutObjectCommand({ ...lock, ChecksumAlgorithm: 'CRC32' }));
    });

    const begun = async (Key: string, more = {}) => {
      const { UploadId = '' } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
      const parts = await Promise.all(
        [Buffer.alloc(PART, 'a'), Buffer.from('end')].map(async (Body, i) => {
          const part = { Bucket, Key, UploadId, PartNumber: i + 1, Body };
          return { PartNumber: i + 1, ETag: (await s3.send(new UploadPartCommand(part))).ETag };
        }),
      );
      const complete = (condition = {}) =>
        s3.send(
          new CompleteMultipartUploadCommand({
            ...{ Bucket, Key, UploadId, MultipartUpload: { Parts: parts }, ...condition },
          }),
        );
      return { UploadId, parts, complete };
    };

    it('join the parts of an upload, which then is an object like any other', async () => {
      const Key = freshName('parts');
      const { complete } = await begun(Key);
      await assert.rejects(s3.send(new HeadObjectCommand({ Bucket, Key })), { name: 'NotFound' });
      const { ETag } = await complete();
      assert.match(ETag ?? '', /^"[0-9a-f]{32}-2"$/);
      const whole = await s3.send(new HeadObjectCommand({ Bucket, Key }));
      assert.equal(whole.ContentLength, PART + 3);
      const Range = `bytes=${PART - 2}-`;
      const tail = await s3.send(new GetObjectCommand({ Bucket, Key, Range }));
      assert.equal(await tail.Body?.transformToString(), 'aaend');
    });

    it('join parts only where there is no object, if that is asked', async () => {
      const Key = freshName('conditional');
      const { complete } = await begun(Key);
      await put(Key, 'there before');
      await assert.rejects(complete({ IfNoneMatch: '*' }), precondition);
      assert.equal(await read(Key), 'there before');
    });

    it('refuse to join parts that are too small, or were never sent', async () => {
      const Key = freshName('small');
      const { UploadId = '' } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      const Parts = [];
      for (const PartNumber of [1, 2]) {
        const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: 'small' }));
        Parts.push({ PartNumber, ETag });
      }
      const join = (parts: object[]) =>
        s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: parts } }));
      await assert.rejects(join(Parts), { name: 'EntityTooSmall' });
      await assert.rejects(join([{ PartNumber: 9, ETag: Parts[0]?.ETag }]), { name: 'InvalidPart' });
    });

    it('show open uploads, which are ended, and ending them twice is fine', async () => {
      const Key = freshName('open');
      const { UploadId } = await begun(Key);
      const found = (await uploads.list()).find(({ uploadId }) => uploadId === UploadId);
      assert.deepEqual([found?.bucket, found?.key], [Bucket, Key]);
      assert.ok(found && Math.abs(found.begunAt - Date.now()) < 600_000);
      await uploads.abort(found);
      await uploads.abort(found);
      assert.ok((await uploads.list()).every(({ uploadId }) => uploadId !== UploadId));
      await assert.rejects(s3.send(new ListPartsCommand({ Bucket, Key, UploadId })), { name: 'NoSuchUpload' });
    });

    it('lock what was uploaded in parts as well', async () => {
      const Key = freshName('locked-parts');
      const until = new Date(Math.floor(Date.now() / 1_000 + 3_600) * 1_000);
      const lock = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: until, Bucket: cloud().lockedBucket };
      const input = { Key, Bucket: cloud().lockedBucket };
      const { UploadId } = await s3.send(
        new CreateMultipartUploadCommand({ ...input, ...lock, ObjectLockMode: 'COMPLIANCE' }),
      );
      const { ETag } = await s3.send(new UploadPartCommand({ ...input, UploadId, PartNumber: 1, Body: 'x' }));
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
      const { VersionId } = await s3.send(new CompleteMultipartUploadCommand({ ...input, UploadId, MultipartUpload }));
      const { Retention } = await s3.send(new GetObjectRetentionCommand(input));
      assert.deepEqual([Retention?.Mode, Retention?.RetainUntilDate], ['COMPLIANCE', until]);
      await assert.rejects(s3.send(new DeleteObjectCommand({ ...input, VersionId })), { name: 'AccessDenied' });
    });

    it('say whether they have Object Lock, or are not there', async () => {
      // as a function does, which finds its credentials there
      const { accessKeyId, secretAccessKey, sessionToken } = cloud().root();
      const before = { ...process.env };
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
      if (sessionToken === undefined) delete process.env.AWS_SESSION_TOKEN;
      else process.env.AWS_SESSION_TOKEN = sessionToken;
      try {
        const { objectLock } = createLibraryBuckets();
        assert.equal(await objectLock(cloud().lockedBucket, REGION), 'enabled');
        assert.equal(await objectLock(Bucket, REGION), 'none');
        assert.equal(await objectLock(freshName('nowhere'), REGION), 'absent');
      } finally {
        process.env = before;
      }
    });

    it('keep anchors of the audit log: locked, once each, listed though delete markers hide them', async () => {
      const bucket = freshName('anchors');
      await s3.send(
        new CreateBucketCommand({
          ...{ Bucket: bucket, ObjectLockEnabledForBucket: true },
          CreateBucketConfiguration: { LocationConstraint: REGION },
        }),
      );
      const now = Date.now();
      const anchors = createS3AuditAnchors({ client: s3, bucket, lock: { days: 366, now: () => now } });
      const kept = [9, 10, 4_711].map((seq) => ({ seq, hash: sha256(`${seq}`) }));
      for (const anchor of [...kept, ...kept]) await anchors.keep(anchor);
      assert.deepEqual(await anchors.list({ limit: 1_000 }), { items: kept });
      const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket }));
      assert.equal(Versions.length, 3);
      const { Key = '', VersionId } = Versions[0] ?? {};
      const { Retention } = await s3.send(new GetObjectRetentionCommand({ Bucket: bucket, Key }));
      assert.equal(Retention?.Mode, 'COMPLIANCE');
      const lockedFor = (Retention?.RetainUntilDate?.getTime() ?? 0) - now;
      assert.ok(Math.abs(lockedFor - 366 * 86_400_000) < 1_000, `${lockedFor} ms`);
      const forGood = { Bucket: bucket, Key, VersionId, BypassGovernanceRetention: true };
      await assert.rejects(s3.send(new DeleteObjectCommand(forGood)), { name: 'AccessDenied' });
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
      const pages: AuditAnchor[] = [];
      let next: string | undefined;
      do {
        const page = await anchors.list({ limit: 1, ...(next === undefined ? {} : { next }) });
        pages.push(...page.items);
        next = page.next;
      } while (next !== undefined);
      assert.deepEqual(pages, kept);
    });
  });
};
