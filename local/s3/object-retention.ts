import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { type Bucket, bucketAccess, objectArn } from './buckets.ts';
import { isoTime, objectMembers, type S3, xmlResponse } from './context.ts';
import { invalidRequest } from './errors.ts';
import { findVersion } from './get-object.ts';
import { assertExtends, parseRetention } from './object-lock.ts';
import { requestFields } from './request-fields.ts';
import { readXml, xmlText } from './xml.ts';

const assertLockEnabled = (bucket: Bucket): void => {
  if (!bucket.objectLock) throw invalidRequest('Bucket is missing Object Lock Configuration');
};

const noLock = () =>
  new AwsError('NoSuchObjectLockConfiguration', 'The specified object does not have a ObjectLock configuration', 404);

const DAY_MS = 86_400_000;

export const putObjectRetention = (s3: S3): Operation =>
  operation({
    name: 'PutObjectRetention',
    input: z.strictObject({
      ...objectMembers,
      VersionId: z.string().optional(),
      Retention: z.strictObject({ Mode: z.string().optional(), RetainUntilDate: z.string().optional() }),
      BypassGovernanceRetention: z.union([z.string(), z.boolean()]).optional(),
      ContentMD5: z.string().optional(),
    }),
    route: { method: 'PUT', path: '/{Bucket}/{Key+}', query: ['retention'] },
    parse: (request, params) => {
      const body = readXml(request.body, 'Retention');
      return {
        ...requestFields(request, params, {
          headers: {
            'content-md5': 'ContentMD5',
            'x-amz-bypass-governance-retention': 'BypassGovernanceRetention',
          },
          query: { versionId: 'VersionId' },
          bodyChecksum: true,
        }),
        Retention: { Mode: xmlText(body.Mode), RetainUntilDate: xmlText(body.RetainUntilDate) },
      };
    },
    access: (given) => {
      const bucket = s3.buckets.open(given.Bucket);
      const until = given.Retention.RetainUntilDate;
      const days = until && Math.ceil((Date.parse(until) - s3.kernel.clock.now()) / DAY_MS);
      const on = (action: string) =>
        bucketAccess(bucket, action, objectArn(given.Bucket, given.Key), {
          's3:VersionId': given.VersionId,
          's3:object-lock-mode': given.Retention.Mode,
          's3:object-lock-retain-until-date': until,
          's3:object-lock-remaining-retention-days': days === undefined ? undefined : String(days),
        });
      const bypass = given.BypassGovernanceRetention === true || given.BypassGovernanceRetention === 'true';
      return [on('s3:PutObjectRetention'), ...(bypass ? [on('s3:BypassGovernanceRetention')] : [])];
    },
    run(given, call) {
      assertLockEnabled(s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner));
      const { versionId } = findVersion(s3, given.Bucket, given.Key, given.VersionId);
      const now = s3.kernel.clock.now();
      const next = parseRetention(given.Retention.Mode, given.Retention.RetainUntilDate, now);
      const bypass = given.BypassGovernanceRetention === true || given.BypassGovernanceRetention === 'true';
      s3.objects.changeLock(given.Bucket, given.Key, versionId, ({ retention, ...version }) => {
        assertExtends(retention, next, now, bypass);
        return next ? { ...version, retention: next } : version;
      });
      return {};
    },
    render: () => ({ status: 200 }),
  });

export const getObjectRetention = (s3: S3): Operation =>
  operation({
    name: 'GetObjectRetention',
    input: z.strictObject({ ...objectMembers, VersionId: z.string().optional() }),
    route: { method: 'GET', path: '/{Bucket}/{Key+}', query: ['retention'] },
    parse: (request, params) => requestFields(request, params, { query: { versionId: 'VersionId' } }),
    access: (given) => [
      bucketAccess(s3.buckets.open(given.Bucket), 's3:GetObjectRetention', objectArn(given.Bucket, given.Key), {
        's3:VersionId': given.VersionId,
      }),
    ],
    run(given, call) {
      assertLockEnabled(s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner));
      const { retention } = findVersion(s3, given.Bucket, given.Key, given.VersionId);
      if (!retention) throw noLock();
      return { Mode: retention.mode, RetainUntilDate: isoTime(retention.until) };
    },
    render: (output) => xmlResponse('Retention', output),
  });

export const putObjectLegalHold = (s3: S3): Operation =>
  operation({
    name: 'PutObjectLegalHold',
    input: z.strictObject({
      ...objectMembers,
      VersionId: z.string().optional(),
      LegalHold: z.strictObject({ Status: z.enum(['ON', 'OFF']) }),
      ContentMD5: z.string().optional(),
    }),
    route: { method: 'PUT', path: '/{Bucket}/{Key+}', query: ['legal-hold'] },
    parse: (request, params) => ({
      ...requestFields(request, params, {
        headers: { 'content-md5': 'ContentMD5' },
        query: { versionId: 'VersionId' },
        bodyChecksum: true,
      }),
      LegalHold: { Status: xmlText(readXml(request.body, 'LegalHold').Status) },
    }),
    access: (given) => [
      bucketAccess(s3.buckets.open(given.Bucket), 's3:PutObjectLegalHold', objectArn(given.Bucket, given.Key), {
        's3:VersionId': given.VersionId,
        's3:object-lock-legal-hold': given.LegalHold.Status,
      }),
    ],
    run(given, call) {
      assertLockEnabled(s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner));
      const { versionId } = findVersion(s3, given.Bucket, given.Key, given.VersionId);
      const legalHold = given.LegalHold.Status === 'ON';
      s3.objects.changeLock(given.Bucket, given.Key, versionId, (version) => ({ ...version, legalHold }));
      return {};
    },
    render: () => ({ status: 200 }),
  });

export const getObjectLegalHold = (s3: S3): Operation =>
  operation({
    name: 'GetObjectLegalHold',
    input: z.strictObject({ ...objectMembers, VersionId: z.string().optional() }),
    route: { method: 'GET', path: '/{Bucket}/{Key+}', query: ['legal-hold'] },
    parse: (request, params) => requestFields(request, params, { query: { versionId: 'VersionId' } }),
    access: (given) => [
      bucketAccess(s3.buckets.open(given.Bucket), 's3:GetObjectLegalHold', objectArn(given.Bucket, given.Key), {
        's3:VersionId': given.VersionId,
      }),
    ],
    run(given, call) {
      assertLockEnabled(s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner));
      const { legalHold } = findVersion(s3, given.Bucket, given.Key, given.VersionId);
      if (legalHold === undefined) throw noLock();
      return { Status: legalHold ? 'ON' : 'OFF' };
    },
    render: (output) => xmlResponse('LegalHold', output),
  });
