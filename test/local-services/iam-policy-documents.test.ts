import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CreatePolicyCommand, CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createIam } from '../../local/iam/api/service.ts';
import type { PolicyStatement } from '../../local/kernel/service.ts';
import { createKms } from '../../local/kms/service.ts';
import { createS3 } from '../../local/s3/service.ts';
import { createSqs } from '../../local/sqs/service.ts';
import { ACME, errorName, GLOBEX, REGION, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

const QUEUE = `arn:aws:sqs:${REGION}:${ACME}:orders`;
const BUCKET = 'documents-library';

let t: TwoAccounts;
let clients: { iam: IAMClient; sqs: SQSClient; s3: S3Client; kms: KMSClient };
let queueUrl = '';
before(async () => {
  t = await startTwoAccounts([createIam, createSqs, createS3, createKms]);
  const config = t.config(t.acme);
  clients = {
    iam: new IAMClient({ ...config, region: 'us-east-1' }),
    sqs: new SQSClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    kms: new KMSClient(config),
  };
  const { QueueUrl = '' } = await clients.sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
  queueUrl = QueueUrl;
  await t.cloud.kernel.call(t.root(ACME), REGION, 's3', 'CreateBucket', {
    Bucket: BUCKET,
    CreateBucketConfiguration: { LocationConstraint: REGION },
  });
  await clients.iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: text(TRUST) }));
});
after(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await t.close();
});

const text = (...Statement: unknown[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const ALLOW: PolicyStatement = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE };
const TRUST = { Effect: 'Allow', Principal: { AWS: ACME }, Action: 'sts:AssumeRole' };

const inline = (PolicyDocument: string, PolicyName = 'p') =>
  clients.iam.send(new PutRolePolicyCommand({ RoleName: 'r', PolicyName, PolicyDocument }));
const managed = (PolicyDocument: string, PolicyName = 'm') =>
  clients.iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
const trusting = (AssumeRolePolicyDocument: string) =>
  clients.iam.send(new CreateRoleCommand({ RoleName: `t${Math.random()}`, AssumeRolePolicyDocument }));
const onQueue = (Policy: string) =>
  clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { Policy } }));
const onBucket = (Policy: string) => clients.s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
const onKey = (Policy: string) => clients.kms.send(new CreateKeyCommand({ Policy }));

test('IAM takes no policy that AWS would not take', async () => {
  const wrong: Record<string, string> = {
    'an unknown element': text({ ...ALLOW, Priority: 1 }),
    'an unknown version': JSON.stringify({ Version: '2020-01-01', Statement: ALLOW }),
    'an unknown operator': text({ ...ALLOW, Condition: { StringSame: { 'aws:username': 'a' } } }),
    'a quantified Null': text({ ...ALLOW, Condition: { 'ForAnyValue:Null': { 'aws:TagKeys': 'true' } } }),
    'a key without prefix': text({ ...ALLOW, Condition: { StringEquals: { tenant: 'a' } } }),
    'an action without prefix': text({ ...ALLOW, Action: 'SendMessage' }),
    'no action': text({ Effect: 'Allow', Resource: '*' }),
    'a resource that is no ARN': text({ ...ALLOW, Resource: 'orders' }),
    'no resource': text({ Effect: 'Allow', Action: 'sqs:*' }),
    'a principal': text({ ...ALLOW, Principal: '*' }),
    'no statement': text(),
    'the same Sid twice': text({ ...ALLOW, Sid: 'a' }, { ...ALLOW, Sid: 'a' }),
    'a Sid with spaces': text({ ...ALLOW, Sid: 'send orders' }),
    'no JSON': '{',
  };
  for (const [what, document] of Object.entries(wrong)) {
    assert.equal(await errorName(inline(document)), 'MalformedPolicyDocumentException', what);
    assert.equal(await errorName(managed(document)), 'MalformedPolicyDocumentException', what);
  }
  const wrongTrust = {
    'a resource': text({ ...TRUST, Resource: '*' }),
    'no principal': text({ Effect: 'Allow', Action: 'sts:AssumeRole' }),
    'another action': text({ ...TRUST, Action: 's3:GetObject' }),
    'a pattern of roles': text({ ...TRUST, Principal: { AWS: `arn:aws:iam::${ACME}:role/*` } }),
    'a role that nobody has': text({ ...TRUST, Principal: { AWS: `arn:aws:iam::${ACME}:role/nobody` } }),
    NotPrincipal: text({ Effect: 'Deny', NotPrincipal: { AWS: ACME }, Action: 'sts:AssumeRole' }),
  };
  for (const [what, document] of Object.entries(wrongTrust))
    assert.equal(await errorName(trusting(document)), 'MalformedPolicyDocumentException', what);
});

test('buckets, keys and queues take no policy that AWS would not take', async () => {
  const bucket = {
    Effect: 'Allow',
    Principal: { AWS: GLOBEX },
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${BUCKET}/*`,
  };
  const queue = { ...ALLOW, Principal: { AWS: GLOBEX } };
  const key = { Effect: 'Allow', Principal: { AWS: ACME }, Action: 'kms:*', Resource: '*' };
  await onBucket(text(bucket));
  await onQueue(text(queue));
  await onKey(text(key));
  const wrong: Record<string, object> = {
    'an unknown element': { Priority: 1 },
    'an unknown operator': { Condition: { StringSame: { 'aws:PrincipalArn': 'a' } } },
    'no principal': { Principal: undefined },
    NotPrincipal: { Principal: undefined, NotPrincipal: { AWS: ACME } },
    'a role that nobody has': { Principal: { AWS: `arn:aws:iam::${GLOBEX}:role/nobody` } },
    'a pattern of users': { Principal: { AWS: `arn:aws:iam::${GLOBEX}:user/*` } },
    'no resource': { Resource: undefined },
  };
  for (const [what, more] of Object.entries(wrong)) {
    assert.equal(await errorName(onBucket(text({ ...bucket, ...more }))), 'MalformedPolicy', `bucket: ${what}`);
    assert.equal(await errorName(onQueue(text({ ...queue, ...more }))), 'InvalidAttributeValue', `queue: ${what}`);
    assert.equal(await errorName(onKey(text({ ...key, ...more }))), 'MalformedPolicyDocumentException', `key: ${what}`);
  }
  const elsewhere = { ...queue, Resource: QUEUE.replace('orders', 'others') };
  assert.equal(await errorName(onQueue(text(elsewhere))), 'InvalidAttributeValue', "another queue's");
});

/** A policy of exactly so many characters, or, with `statements`, of so many more. */
const ofLength = (length: number, statement: object, filler = 'arn:aws:sqs:eu-west-1:111111111111:'): string => {
  const make = (name: string): string =>
    text({ ...statement, Condition: { StringEquals: { 'aws:SourceArn': filler + name } } });
  return make('x'.repeat(length - make('').length));
};

test('policies are as large as AWS lets them be, and not a character larger', async () => {
  await managed(ofLength(6_144, ALLOW), 'largest');
  assert.equal(await errorName(managed(ofLength(6_145, ALLOW), 'larger')), 'LimitExceededException');

  await inline(ofLength(5_000, ALLOW), 'one');
  await inline(ofLength(5_240, ALLOW), 'two');
  assert.equal(await errorName(inline(ofLength(5_241, ALLOW), 'two')), 'LimitExceededException', 'together 10,240');

  const own = (...lengths: number[]) => {
    const policies = lengths.map((length, n) => [`p${n}`, JSON.parse(ofLength(length, ALLOW))]);
    return t.cloud.admin.putUser({ accountId: ACME, name: 'u', policies: Object.fromEntries(policies) });
  };
  own(1_024, 1_024);
  assert.throws(() => own(1_024, 1_025), {
    name: 'LimitExceeded',
    message: 'Maximum policy size of 2048 bytes exceeded for user u',
  });

  await trusting(ofLength(2_048, TRUST));
  assert.equal(await errorName(trusting(ofLength(2_049, TRUST))), 'LimitExceededException');

  const queue = { ...ALLOW, Principal: { AWS: GLOBEX } };
  await onQueue(ofLength(8_192, queue));
  assert.equal(await errorName(onQueue(ofLength(8_193, queue))), 'InvalidAttributeValue');
  const times = (count: number): unknown[] => Array.from({ length: count }, () => queue);
  await onQueue(text(...times(20)));
  assert.equal(await errorName(onQueue(text(...times(21)))), 'InvalidAttributeValue', '20 statements');

  const bucket = { ...queue, Resource: `arn:aws:s3:::${BUCKET}`, Action: 's3:ListBucket' };
  await onBucket(ofLength(20_480, bucket));
  assert.equal(await errorName(onBucket(ofLength(20_481, bucket))), 'MalformedPolicy');
});

test('white space does not count', async () => {
  const document = JSON.stringify(JSON.parse(ofLength(6_144, ALLOW)), null, 4);
  await managed(document, 'spacious');
});
