import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CreateKeyCommand, KMSClient, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListObjectsV2Command, PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { PolicyDocument, PolicyStatement } from '../../local/kernel/service.ts';
import { createKms } from '../../local/kms/service.ts';
import { createS3 } from '../../local/s3/service.ts';
import { createSqs } from '../../local/sqs/service.ts';
import { ACME, errorName, GLOBEX, REGION, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

const QUEUE = `arn:aws:sqs:${REGION}:${ACME}:orders`;
const BUCKET = 'shared-library';
const ROLE = `arn:aws:iam::${GLOBEX}:role/reader`;

let t: TwoAccounts;
let owner: { sqs: SQSClient; s3: S3Client };
let queueUrl = '';
const clients: { destroy(): void }[] = [];
before(async () => {
  t = await startTwoAccounts([createSqs, createS3, createKms]);
  const config = t.config(t.acme);
  owner = { sqs: new SQSClient(config), s3: new S3Client({ ...config, forcePathStyle: true }) };
  clients.push(owner.sqs, owner.s3);
  const { QueueUrl = '' } = await owner.sqs.send(new CreateQueueCommand({ QueueName: 'orders' }));
  queueUrl = QueueUrl;
  await t.cloud.kernel.call(t.root(ACME), REGION, 's3', 'CreateBucket', {
    Bucket: BUCKET,
    CreateBucketConfiguration: { LocationConstraint: REGION },
  });
});
after(async () => {
  for (const client of clients) client.destroy();
  await t.close();
});

const policy = (...Statement: PolicyStatement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const allow = (Action: string, Resource = '*'): PolicyStatement => ({ Effect: 'Allow', Action, Resource });
const onQueue = (...statements: PolicyStatement[]) =>
  owner.sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl: queueUrl,
      Attributes: { Policy: statements.length === 0 ? '' : JSON.stringify(policy(...statements)) },
    }),
  );

const TRUST: PolicyDocument = { Statement: { Effect: 'Allow', Principal: { AWS: GLOBEX }, Action: 'sts:AssumeRole' } };
/** Clients with the credentials of a role of this account that its own policies allow so much. */
const asRole = (accountId: string, name: string, ...statements: PolicyStatement[]) => {
  const { arn } = t.cloud.admin.putRole({
    accountId,
    name,
    trustPolicy: TRUST,
    policies: statements.length > 0 ? { own: policy(...statements) } : {},
  });
  const { AccessKeyId, SecretAccessKey, SessionToken } = t.cloud.admin.credentialsForRole(arn, 'one');
  const config = t.config({
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    ...{ sessionToken: SessionToken },
  });
  const own = { sqs: new SQSClient(config), s3: new S3Client({ ...config, forcePathStyle: true }) };
  clients.push(own.sqs, own.s3);
  return own;
};
const send = ({ sqs }: { sqs: SQSClient }) =>
  sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'x' }));
const receive = ({ sqs }: { sqs: SQSClient }) => sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));

test("another account's role reaches a queue if both its own policies and the queue's let it", async () => {
  const able = asRole(GLOBEX, 'reader', allow('sqs:*'));
  const unable = asRole(GLOBEX, 'nobody');
  await onQueue();
  await assert.rejects(send(able), { message: /because no resource-based policy allows the sqs:SendMessage action$/ });

  await onQueue({ ...allow('sqs:SendMessage', QUEUE), Principal: { AWS: ROLE } });
  await send(able);
  await assert.rejects(receive(able), { name: 'AccessDeniedException' });
  await assert.rejects(send(unable), { name: 'AccessDeniedException' });

  await onQueue({ ...allow('sqs:SendMessage', QUEUE), Principal: { AWS: GLOBEX } });
  await send(able);
  await assert.rejects(send(unable), { name: 'AccessDeniedException' });

  const condition = { StringEquals: { 'aws:PrincipalArn': ROLE } };
  await onQueue({ ...allow('sqs:SendMessage', QUEUE), Principal: '*', Condition: condition });
  await send(able);
  await assert.rejects(send(asRole(GLOBEX, 'another', allow('sqs:*'))), { name: 'AccessDeniedException' });
});

test("within an account a queue's policy alone is enough, and its deny beats the caller's policies", async () => {
  const role = asRole(ACME, 'worker');
  await onQueue({ ...allow('sqs:SendMessage', QUEUE), Principal: { AWS: `arn:aws:iam::${ACME}:role/worker` } });
  await send(role);
  await assert.rejects(receive(role), { name: 'AccessDeniedException' });

  await onQueue({ ...allow('sqs:ReceiveMessage', QUEUE), Effect: 'Deny', Principal: '*' });
  await assert.rejects(receive(asRole(ACME, 'admin', allow('*'))), {
    message: /with an explicit deny in a resource-based policy$/,
  });
});

test("a queue's policy lets no other account delete or change the queue", async () => {
  await onQueue({ ...allow('sqs:*', QUEUE), Principal: { AWS: GLOBEX } });
  const { sqs } = asRole(GLOBEX, 'reader', allow('sqs:*'));
  await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl }));
  assert.equal(await errorName(sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }))), 'AccessDeniedException');
  const change = new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { VisibilityTimeout: '1' } });
  assert.equal(await errorName(sqs.send(change)), 'AccessDeniedException');
});

test('a role that is made again under the same name is not whom queue and bucket name', async () => {
  const role = (): ReturnType<typeof asRole> => asRole(GLOBEX, 'reader', allow('sqs:*'), allow('s3:*'));
  const list = ({ s3 }: { s3: S3Client }) => s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  role();
  const named = { Principal: { AWS: ROLE } };
  await onQueue({ ...allow('sqs:SendMessage', QUEUE), ...named });
  const onBucket = () =>
    owner.s3.send(
      new PutBucketPolicyCommand({
        Bucket: BUCKET,
        Policy: JSON.stringify(policy({ ...allow('s3:ListBucket', `arn:aws:s3:::${BUCKET}`), ...named })),
      }),
    );
  await onBucket();
  await send(role());
  await list(role());

  await owner.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { VisibilityTimeout: '5' } }));
  t.cloud.admin.deleteRole(GLOBEX, 'reader');
  await assert.rejects(send(role()), { name: 'AccessDeniedException' });
  await assert.rejects(list(role()), { name: 'AccessDenied' });
  await onQueue({ ...allow('sqs:SendMessage', QUEUE), ...named });
  await onBucket();
  await send(role());
  await list(role());
});

test("a bucket's policy gives another account's role what it names, under its conditions", async () => {
  const able = asRole(GLOBEX, 'reader', allow('s3:*'));
  const put = (...statements: PolicyStatement[]) =>
    owner.s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: JSON.stringify(policy(...statements)) }));
  const list = (Prefix: string) => able.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
  await put({
    ...allow('s3:ListBucket', `arn:aws:s3:::${BUCKET}`),
    Principal: { AWS: ROLE },
    Condition: { StringLike: { 's3:prefix': 'tenants/globex/*' } },
  });
  await list('tenants/globex/a');
  assert.equal(await errorName(list('tenants/acme/a')), 'AccessDenied');
  assert.equal(await errorName(able.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'x' }))), 'AccessDenied');
});

test('nobody puts a key policy that locks out who puts it, but by saying so', async () => {
  t.cloud.admin.putUser({ accountId: ACME, name: 'keeper', policies: { own: policy(allow('kms:CreateKey')) } });
  const kms = new KMSClient(t.config(t.cloud.admin.createAccessKey(ACME, 'keeper')));
  clients.push(kms);
  const keeper = { ...allow('kms:*'), Principal: { AWS: `arn:aws:iam::${ACME}:user/keeper` } };
  const others = { ...allow('kms:*'), Principal: { AWS: GLOBEX } };
  const [open, closed] = [JSON.stringify(policy(keeper)), JSON.stringify(policy(others))];
  assert.equal(await errorName(kms.send(new CreateKeyCommand({ Policy: closed }))), 'MalformedPolicyDocumentException');
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Policy: open }));
  const KeyId = KeyMetadata?.KeyId ?? '';
  const put = (Policy: string, BypassPolicyLockoutSafetyCheck = false) =>
    kms.send(new PutKeyPolicyCommand({ KeyId, Policy, BypassPolicyLockoutSafetyCheck }));
  await put(JSON.stringify(policy(keeper, others)));
  assert.equal(await errorName(put(closed)), 'MalformedPolicyDocumentException');
  await put(closed, true);
  assert.equal(await errorName(put(open)), 'AccessDeniedException');
});
