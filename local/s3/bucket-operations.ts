import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { bucketAccess, bucketArn } from './buckets.ts';
import { bucketMembers, isoTime, type S3, xmlResponse } from './context.ts';
import { requestFields } from './request-fields.ts';
import { readXml, xmlText } from './xml.ts';

const NAME = /^(?!xn--|sthree-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

const isTrue = (value: string | boolean | undefined): boolean => value === true || value === 'true';

export const createBucket = (s3: S3): Operation =>
  operation({
    name: 'CreateBucket',
    input: z.strictObject({
      Bucket: z.string(),
      ACL: z.literal('private').optional(),
      ObjectOwnership: z.literal('BucketOwnerEnforced').optional(),
      ObjectLockEnabledForBucket: z.union([z.string(), z.boolean()]).optional(),
      CreateBucketConfiguration: z.strictObject({ LocationConstraint: z.string().optional() }).optional(),
    }),
    route: { method: 'PUT', path: '/{Bucket}' },
    parse: (request, params) => {
      const location = xmlText(readXml(request.body, 'CreateBucketConfiguration').LocationConstraint);
      return {
        ...requestFields(request, params, {
          headers: {
            'x-amz-acl': 'ACL',
            'x-amz-object-ownership': 'ObjectOwnership',
            'x-amz-bucket-object-lock-enabled': 'ObjectLockEnabledForBucket',
          },
        }),
        ...(location !== undefined && { CreateBucketConfiguration: { LocationConstraint: location } }),
      };
    },
    access: (given) => {
      const on = (action: string) => ({
        action,
        resource: bucketArn(given.Bucket),
        context: { 's3:LocationConstraint': given.CreateBucketConfiguration?.LocationConstraint ?? [] },
      });
      return isTrue(given.ObjectLockEnabledForBucket)
        ? [on('s3:CreateBucket'), on('s3:PutBucketObjectLockConfiguration'), on('s3:PutBucketVersioning')]
        : [on('s3:CreateBucket')];
    },
    run(given, call) {
      if (!NAME.test(given.Bucket) || given.Bucket.includes('..'))
        throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', 400, {
          BucketName: given.Bucket,
        });
      const constraint = given.CreateBucketConfiguration?.LocationConstraint;
      if ((constraint ?? 'us-east-1') !== call.region)
        throw new AwsError(
          'IllegalLocationConstraintException',
          `The ${constraint ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
          400,
        );
      const existing = s3.buckets.find(given.Bucket);
      if (existing && existing.accountId !== call.accountId)
        throw new AwsError(
          'BucketAlreadyExists',
          'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
          409,
          { BucketName: given.Bucket },
        );
      if (existing)
        throw new AwsError(
          'BucketAlreadyOwnedByYou',
          'Your previous request to create the named bucket succeeded and you already own it.',
          409,
          { BucketName: given.Bucket },
        );
      s3.buckets.put({
        name: given.Bucket,
        accountId: call.accountId,
        region: call.region,
        createdAt: s3.kernel.clock.now(),
        ...(isTrue(given.ObjectLockEnabledForBucket) && { versioning: 'Enabled' as const, objectLock: {} }),
      });
      return { Location: `/${given.Bucket}` };
    },
    render: (output) => ({ status: 200, headers: { location: output.Location } }),
  });

export const headBucket = (s3: S3): Operation =>
  operation({
    name: 'HeadBucket',
    input: z.strictObject(bucketMembers),
    route: { method: 'HEAD', path: '/{Bucket}' },
    parse: (request, params) => requestFields(request, params),
    access: (given) => {
      const bucket = s3.buckets.find(given.Bucket);
      if (!bucket) throw new AwsError('NotFound', 'Not Found', 404);
      return [bucketAccess(bucket, 's3:ListBucket', bucketArn(given.Bucket))];
    },
    run: (given, call) => ({ BucketRegion: s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner).region }),
    render: (output) => ({ status: 200, headers: { 'x-amz-bucket-region': output.BucketRegion } }),
  });

export const listBuckets = (s3: S3): Operation =>
  operation({
    name: 'ListBuckets',
    input: z.strictObject({ Prefix: z.string().optional() }),
    route: { method: 'GET', path: '/' },
    parse: (request, params) => requestFields(request, params, { query: { prefix: 'Prefix' } }),
    access: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
    run: (given, call) => ({
      Buckets: Array.from(s3.buckets.ofAccount(call.accountId))
        .filter((bucket) => bucket.name.startsWith(given.Prefix ?? ''))
        .map((bucket) => ({
          Name: bucket.name,
          CreationDate: isoTime(bucket.createdAt),
          BucketRegion: bucket.region,
        })),
      Owner: { ID: call.accountId.padStart(64, '0') },
    }),
    render: (output) =>
      xmlResponse('ListAllMyBucketsResult', { Owner: output.Owner, Buckets: { Bucket: output.Buckets } }),
  });

export const deleteBucket = (s3: S3): Operation =>
  operation({
    name: 'DeleteBucket',
    input: z.strictObject(bucketMembers),
    route: { method: 'DELETE', path: '/{Bucket}' },
    parse: (request, params) => requestFields(request, params),
    access: (given) => [bucketAccess(s3.buckets.open(given.Bucket), 's3:DeleteBucket', bucketArn(given.Bucket))],
    run(given, call) {
      s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      s3.kernel.store.transaction(() => {
        if (!s3.objects.isEmpty(given.Bucket))
          throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {
            BucketName: given.Bucket,
          });
        s3.buckets.delete(given.Bucket);
      });
      return {};
    },
    render: () => ({ status: 204 }),
  });

export const getBucketLocation = (s3: S3): Operation =>
  operation({
    name: 'GetBucketLocation',
    input: z.strictObject(bucketMembers),
    route: { method: 'GET', path: '/{Bucket}', query: ['location'] },
    parse: (request, params) => requestFields(request, params),
    access: (given) => [bucketAccess(s3.buckets.open(given.Bucket), 's3:GetBucketLocation', bucketArn(given.Bucket))],
    // Answers from any region: it is how clients find the right one.
    run: (given) => {
      const { region } = s3.buckets.open(given.Bucket, undefined, given.ExpectedBucketOwner);
      return { LocationConstraint: region === 'us-east-1' ? '' : region };
    },
    render: (output) => ({
      status: 200,
      headers: { 'content-type': 'application/xml' },
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${output.LocationConstraint}</LocationConstraint>`,
    }),
  });
