import { z } from 'zod';
import { openDirectory } from '../iam/directory.ts';
import { checkPolicy } from '../iam/policy-documents.ts';
import { AwsError } from '../kernel/errors.ts';
import { type Call, type Operation, operation, type PolicyDocument } from '../kernel/service.ts';
import { type Bucket, bucketAccess, bucketArn } from './buckets.ts';
import { bucketMembers, type S3 } from './context.ts';
import { requestFields } from './request-fields.ts';

const malformed = (message: string) => new AwsError('MalformedPolicy', message, 400);

const LARGEST_POLICY = 20 * 1024;

/** The policy as it is kept. Throws MalformedPolicy for what S3 refuses: no principal, resources of another bucket, … */
const readPolicy = (s3: S3, text: string, bucket: string): PolicyDocument => {
  if (Buffer.byteLength(text) > LARGEST_POLICY) throw malformed('Policy exceeds the maximum allowed document size.');
  let policy: PolicyDocument;
  try {
    policy = JSON.parse(text) as PolicyDocument;
  } catch {
    throw malformed('Policies must be valid JSON and the first byte must be {');
  }
  if (typeof policy !== 'object' || policy === null || !policy.Statement)
    throw malformed('Missing required field Statement');
  const statements = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement];
  for (const statement of statements) {
    if (statement.Principal === undefined && statement.NotPrincipal === undefined)
      throw malformed('Missing required field Principal');
    if (statement.Action === undefined && statement.NotAction === undefined)
      throw malformed('Missing required field Action');
    const resources = [statement.Resource ?? statement.NotResource ?? []].flat();
    if (resources.length === 0) throw malformed('Missing required field Resource');
    for (const resource of resources) {
      const [, name = ''] = /^arn:aws:s3:::([^/]*)/.exec(resource) ?? [];
      if (name !== bucket) throw malformed('Policy has invalid resource');
    }
  }
  try {
    return openDirectory(s3.kernel).pin(checkPolicy(policy, 'resource'));
  } catch (error) {
    throw malformed((error as Error).message);
  }
};

/** S3 lets only the owner's account touch a bucket's policy, whatever the policy itself says. */
const assertOwner = (bucket: Bucket, call: Call): void => {
  if (bucket.accountId !== call.principal.accountId)
    throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405);
};

export const putBucketPolicy = (s3: S3): Operation =>
  operation({
    name: 'PutBucketPolicy',
    input: z.strictObject({ ...bucketMembers, Policy: z.string(), ContentMD5: z.string().optional() }),
    route: { method: 'PUT', path: '/{Bucket}', query: ['policy'] },
    parse: (request, params) => ({
      ...requestFields(request, params, { headers: { 'content-md5': 'ContentMD5' }, bodyChecksum: true }),
      Policy: request.body.toString('utf8'),
    }),
    access: (given) => [bucketAccess(s3.buckets.open(given.Bucket), 's3:PutBucketPolicy', bucketArn(given.Bucket))],
    run(given, call) {
      const bucket = s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      assertOwner(bucket, call);
      const pinnedPolicy = readPolicy(s3, given.Policy, given.Bucket);
      s3.buckets.put({ ...bucket, policy: given.Policy, pinnedPolicy });
      return {};
    },
    render: () => ({ status: 204 }),
  });

export const getBucketPolicy = (s3: S3): Operation =>
  operation({
    name: 'GetBucketPolicy',
    input: z.strictObject(bucketMembers),
    route: { method: 'GET', path: '/{Bucket}', query: ['policy'] },
    parse: (request, params) => requestFields(request, params),
    access: (given) => [bucketAccess(s3.buckets.open(given.Bucket), 's3:GetBucketPolicy', bucketArn(given.Bucket))],
    run(given, call) {
      const bucket = s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      assertOwner(bucket, call);
      if (bucket.policy === undefined)
        throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404, { BucketName: given.Bucket });
      return { Policy: bucket.policy };
    },
    render: (output) => ({ status: 200, headers: { 'content-type': 'application/json' }, body: output.Policy }),
  });

export const deleteBucketPolicy = (s3: S3): Operation =>
  operation({
    name: 'DeleteBucketPolicy',
    input: z.strictObject(bucketMembers),
    route: { method: 'DELETE', path: '/{Bucket}', query: ['policy'] },
    parse: (request, params) => requestFields(request, params),
    access: (given) => [bucketAccess(s3.buckets.open(given.Bucket), 's3:DeleteBucketPolicy', bucketArn(given.Bucket))],
    run(given, call) {
      const bucket = s3.buckets.open(given.Bucket, call, given.ExpectedBucketOwner);
      assertOwner(bucket, call);
      const { policy: _, pinnedPolicy: __, ...rest } = bucket;
      s3.buckets.put(rest);
      return {};
    },
    render: () => ({ status: 204 }),
  });
