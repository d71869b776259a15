import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { bucketAccess, bucketArn, type DefaultRetention } from './buckets.ts';
import { bucketMembers, type S3, xmlResponse } from './context.ts';
import { malformedXml } from './errors.ts';
import { requestFields } from './request-fields.ts';
import { readXml, type XmlNode, xmlList, xmlText } from './xml.ts';

export const putBucketVersioning = (s3: S3): Operation =>
  operation({
    name: 'PutBucketVersioning',
    input: z.strictObject({
      ...bucketMembers,
      VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }),
      ContentMD5: z.string().optional(),
    }),
    route: { method: 'PUT', path: '/{Bucket}', query: ['versioning'] },
    parse: (request, params) => ({
      ...requestFields(request, params, { headers: { 'content-md5': 'ContentMD5' }, bodyChecksum: true }),
      VersioningConfiguration: { Status: xmlText(readXml(request.body, 'VersioningConfiguration').Status) },
    }),
    access: (given) => [bucketAccess(s3.buckets.open(given.Bucket), 's3:PutBucketVersioning', bucketArn(given.Bucket))],
    run(given, call) {
      const bucket = s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      const versioning = given.VersioningConfiguration.Status;
      if (bucket.objectLock && versioning === 'Suspended')
        throw new AwsError(
          'InvalidBucketState',
          'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
          409,
        );
      s3.buckets.put({ ...bucket, versioning });
      return {};
    },
    render: () => ({ status: 200 }),
  });

export const getBucketVersioning = (s3: S3): Operation =>
  operation({
    name: 'GetBucketVersioning',
    input: z.strictObject(bucketMembers),
    route: { method: 'GET', path: '/{Bucket}', query: ['versioning'] },
    parse: (request, params) => requestFields(request, params),
    access: (given) => [bucketAccess(s3.buckets.open(given.Bucket), 's3:GetBucketVersioning', bucketArn(given.Bucket))],
    run: (given, call) => ({ Status: s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner).versioning }),
    render: (output) => xmlResponse('VersioningConfiguration', { Status: output.Status }),
  });

const lockConfiguration = z.strictObject({
  ObjectLockEnabled: z.literal('Enabled').optional(),
  Rule: z
    .strictObject({
      DefaultRetention: z.strictObject({
        Mode: z.enum(['GOVERNANCE', 'COMPLIANCE']),
        Days: z.number().int().positive().max(36_500).optional(),
        Years: z.number().int().positive().max(100).optional(),
      }),
    })
    .optional(),
});

const parseLock = (body: XmlNode): unknown => {
  const [rule] = xmlList(body.Rule);
  const [retention] = xmlList(rule?.DefaultRetention);
  const days = xmlText(retention?.Days);
  const years = xmlText(retention?.Years);
  return {
    ...(body.ObjectLockEnabled !== undefined && { ObjectLockEnabled: xmlText(body.ObjectLockEnabled) }),
    ...(retention && {
      Rule: {
        DefaultRetention: {
          Mode: xmlText(retention.Mode),
          ...(days !== undefined && { Days: Number(days) }),
          ...(years !== undefined && { Years: Number(years) }),
        },
      },
    }),
  };
};

export const putObjectLockConfiguration = (s3: S3): Operation =>
  operation({
    name: 'PutObjectLockConfiguration',
    input: z.strictObject({
      ...bucketMembers,
      ObjectLockConfiguration: lockConfiguration,
      ContentMD5: z.string().optional(),
    }),
    route: { method: 'PUT', path: '/{Bucket}', query: ['object-lock'] },
    parse: (request, params) => ({
      ...requestFields(request, params, { headers: { 'content-md5': 'ContentMD5' }, bodyChecksum: true }),
      ObjectLockConfiguration: parseLock(readXml(request.body, 'ObjectLockConfiguration')),
    }),
    access: (given) => [
      bucketAccess(s3.buckets.open(given.Bucket), 's3:PutBucketObjectLockConfiguration', bucketArn(given.Bucket)),
    ],
    run(given, call) {
      const bucket = s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      if (bucket.versioning !== 'Enabled')
        throw new AwsError(
          'InvalidBucketState',
          "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
          409,
        );
      const { ObjectLockEnabled, Rule } = given.ObjectLockConfiguration;
      const rule = Rule?.DefaultRetention;
      if (ObjectLockEnabled === undefined || (rule && (rule.Days === undefined) === (rule.Years === undefined)))
        throw malformedXml();
      const defaultRetention: DefaultRetention | undefined = rule && {
        mode: rule.Mode,
        ...(rule.Days !== undefined && { days: rule.Days }),
        ...(rule.Years !== undefined && { years: rule.Years }),
      };
      s3.buckets.put({ ...bucket, objectLock: { ...(defaultRetention && { defaultRetention }) } });
      return {};
    },
    render: () => ({ status: 200 }),
  });

export const getObjectLockConfiguration = (s3: S3): Operation =>
  operation({
    name: 'GetObjectLockConfiguration',
    input: z.strictObject(bucketMembers),
    route: { method: 'GET', path: '/{Bucket}', query: ['object-lock'] },
    parse: (request, params) => requestFields(request, params),
    access: (given) => [
      bucketAccess(s3.buckets.open(given.Bucket), 's3:GetBucketObjectLockConfiguration', bucketArn(given.Bucket)),
    ],
    run(given, call) {
      const { objectLock } = s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      if (!objectLock)
        throw new AwsError(
          'ObjectLockConfigurationNotFoundError',
          'Object Lock configuration does not exist for this bucket',
          404,
          { BucketName: given.Bucket },
        );
      const rule = objectLock.defaultRetention;
      return {
        ObjectLockEnabled: 'Enabled',
        ...(rule && { Rule: { DefaultRetention: { Mode: rule.mode, Days: rule.days, Years: rule.years } } }),
      };
    },
    render: (output) => xmlResponse('ObjectLockConfiguration', output),
  });
