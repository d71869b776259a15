/** What somebody tries with credentials that are not meant for it: each call has to be refused by AWS itself. */
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  EBSClient,
  GetSnapshotBlockCommand,
  ListSnapshotBlocksCommand,
  StartSnapshotCommand,
} from '@aws-sdk/client-ebs';
import {
  CreateSnapshotsCommand,
  DeleteSnapshotCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { IAMClient, PutRolePolicyCommand, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { DecryptCommand, EncryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateAliasCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Name of the call → the call. */
export type Calls = Record<string, () => Promise<unknown>>;

/** Clients with somebody's credentials: one attempt each, so that a refusal is seen as it comes. */
export const clientsOf = (endpoint: string, region: string, credentials: Keys) => {
  const config = { endpoint, region, credentials, maxAttempts: 1 };
  return {
    dynamo: new DynamoDBClient(config),
    ebs: new EBSClient(config),
    ec2: new EC2Client(config),
    iam: new IAMClient(config),
    kms: new KMSClient(config),
    lambda: new LambdaClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    secrets: new SecretsManagerClient(config),
    sfn: new SFNClient(config),
    sqs: new SQSClient(config),
    sts: new STSClient(config),
  };
};
type Clients = ReturnType<typeof clientsOf>;

const REFUSED = /AccessDenied|UnauthorizedOperation|NotAuthorized|Forbidden/;
/** To whoever may not see another account's snapshots and instances, EC2 says that there are none. */
const UNSEEN = /NotFound/;

/**
 * Tries them all. Answers how many there were, and those that were not refused for want of permission; of `elsewhere`, on
 * what is another account's, they may also be told that there is no such thing.
 */
export const tryAll = async (
  calls: Calls,
  elsewhere: Calls = {},
): Promise<{ readonly tried: number; readonly open: readonly string[] }> => {
  const open: string[] = [];
  for (const [name, call] of Object.entries({ ...calls, ...elsewhere })) {
    const answer = await call().then(
      () => 'done',
      (error: { name?: string; Code?: string }) => `${error.name} ${error.Code ?? ''}`,
    );
    if (REFUSED.test(answer) || (name in elsewhere && UNSEEN.test(answer))) continue;
    open.push(`${name}: ${answer}`);
  }
  return { tried: Object.keys(calls).length + Object.keys(elsewhere).length, open };
};

/** Another service hypervisor's queue; with `own`, what nodes may not do even with their own. */
export const onQueue = ({ sqs }: Clients, QueueUrl: string, own?: 'own'): Calls => ({
  ...(own
    ? {}
    : {
        [`receive from ${QueueUrl}`]: () => sqs.send(new ReceiveMessageCommand({ QueueUrl })),
        [`delete in ${QueueUrl}`]: () => sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'x' })),
        [`hide in ${QueueUrl}`]: () =>
          sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: 'x', VisibilityTimeout: 0 })),
      }),
  [`send to ${QueueUrl}`]: () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' })),
  [`purge ${QueueUrl}`]: () => sqs.send(new PurgeQueueCommand({ QueueUrl })),
  [`open ${QueueUrl}`]: () =>
    sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '0' } })),
});

export const onFunction = ({ lambda }: Clients, FunctionName: string): Calls => ({
  [`invoke ${FunctionName}`]: () => lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' })),
  [`name ${FunctionName}`]: () =>
    lambda.send(
      new CreateAliasCommand({
        FunctionName: FunctionName.split(':').slice(0, 7).join(':'),
        Name: 'own',
        FunctionVersion: '$LATEST',
      }),
    ),
});

export const onTable = ({ dynamo }: Clients, TableName: string): Calls => {
  const Key = { pk: { S: 'HYPERVISORS' }, sk: { S: 'tenant#222222222222' } };
  return {
    'get a record': () => dynamo.send(new GetItemCommand({ TableName, Key })),
    'put a record': () => dynamo.send(new PutItemCommand({ TableName, Item: Key })),
    'change a record': () =>
      dynamo.send(
        new UpdateItemCommand({
          TableName,
          Key,
          UpdateExpression: 'SET a = :a',
          ExpressionAttributeValues: { ':a': { S: 'a' } },
        }),
      ),
    'query records': () =>
      dynamo.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: 'HYPERVISORS' } },
        }),
      ),
    'scan records': () => dynamo.send(new ScanCommand({ TableName })),
  };
};

/** Objects below a prefix of a bucket; `write`: also where reading is allowed. */
export const onObjects = ({ s3 }: Clients, Bucket: string, prefix: string, only?: 'write' | 'delete'): Calls => {
  const Key = `${prefix}/object`;
  const remove: Calls = {
    [`delete ${Bucket}/${Key}`]: () => s3.send(new DeleteObjectCommand({ Bucket, Key })),
    [`delete a version of ${Bucket}/${Key}`]: () =>
      s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId: 'version-1' })),
    [`open ${Bucket} to all (${prefix})`]: () =>
      s3.send(new PutBucketPolicyCommand({ Bucket, Policy: '{"Version":"2012-10-17","Statement":[]}' })),
  };
  if (only === 'delete') return remove;
  const write: Calls = {
    ...remove,
    [`put ${Bucket}/${Key}`]: () => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' })),
  };
  if (only === 'write') return write;
  return {
    ...write,
    [`get ${Bucket}/${Key}`]: () => s3.send(new GetObjectCommand({ Bucket, Key })),
    [`list ${Bucket}/${prefix}`]: () => s3.send(new ListObjectsV2Command({ Bucket, Prefix: `${prefix}/` })),
    [`list all of ${Bucket} (${prefix})`]: () => s3.send(new ListObjectsV2Command({ Bucket })),
  };
};

/** `ciphertext`: made under that key for that context, so that nothing but permission is wanting. */
export const onKey = (
  { kms }: Clients,
  KeyId: string,
  { context: EncryptionContext, ciphertext: CiphertextBlob }: Sealed,
): Calls => {
  const of = Object.values(EncryptionContext).join(' ');
  return {
    [`encrypt for ${of}`]: () =>
      kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x'), EncryptionContext })),
    [`decrypt of ${of}`]: () => kms.send(new DecryptCommand({ KeyId, CiphertextBlob, EncryptionContext })),
    [`make a key for ${of}`]: () =>
      kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext })),
  };
};

interface Sealed {
  readonly context: Record<string, string>;
  readonly ciphertext: Uint8Array;
}

/** With whatever credentials may do so. */
export const seal = async ({ kms }: Clients, KeyId: string, context: Record<string, string>): Promise<Sealed> => {
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({ KeyId, Plaintext: Buffer.from('a key'), EncryptionContext: context }),
  );
  return { context, ciphertext: CiphertextBlob ?? new Uint8Array() };
};

export const onRoles = ({ sts }: Clients, roleArns: readonly string[], externalIds: readonly string[]): Calls =>
  Object.fromEntries(
    roleArns.flatMap((RoleArn) =>
      [undefined, ...externalIds].map((ExternalId) => [
        `assume ${RoleArn} under ${ExternalId}`,
        () =>
          sts.send(
            new AssumeRoleCommand({
              RoleArn,
              RoleSessionName: 'taken-over',
              ...(ExternalId === undefined ? {} : { ExternalId }),
            }),
          ),
      ]),
    ),
  );

/** In whatever account the credentials are of, or of the snapshot. */
export const onSnapshot = ({ ebs, ec2 }: Clients, SnapshotId: string, only?: 'delete'): Calls => ({
  ...(only ? {} : readingOf(ebs, SnapshotId)),
  [`delete ${SnapshotId}`]: () => ec2.send(new DeleteSnapshotCommand({ SnapshotId })),
});

const readingOf = (ebs: EBSClient, SnapshotId: string): Calls => ({
  [`list blocks of ${SnapshotId}`]: () => ebs.send(new ListSnapshotBlocksCommand({ SnapshotId })),
  [`read blocks of ${SnapshotId}`]: () =>
    ebs.send(new GetSnapshotBlockCommand({ SnapshotId, BlockIndex: 0, BlockToken: 'x' })),
});

export const onInstance = ({ ec2 }: Clients, InstanceId: string): Calls => ({
  [`take snapshots of ${InstanceId}`]: () =>
    ec2.send(new CreateSnapshotsCommand({ InstanceSpecification: { InstanceId } })),
  [`stop ${InstanceId}`]: () => ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] })),
  [`terminate ${InstanceId}`]: () => ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] })),
});

export const onAccount = ({ ebs, ec2, iam }: Clients): Calls => ({
  'see instances': () => ec2.send(new DescribeInstancesCommand({})),
  'see snapshots': () => ec2.send(new DescribeSnapshotsCommand({})),
  'start a snapshot': () => ebs.send(new StartSnapshotCommand({ VolumeSize: 1 })),
  'launch instances': () =>
    ec2.send(
      new RunInstancesCommand({ ImageId: SEED_IMAGES.linux, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 }),
    ),
  'widen a role': () =>
    iam.send(new PutRolePolicyCommand({ RoleName: 'holdfast-test-hub', PolicyName: 'x', PolicyDocument: '{}' })),
  'be trusted by a role': () =>
    iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'holdfast-test-hub', PolicyDocument: '{}' })),
});

export const onControlPlane = (
  { secrets, sfn }: Clients,
  { stateMachineArn, executionArn, secretId }: { stateMachineArn: string; executionArn: string; secretId: string },
): Calls => ({
  'read a secret': () => secrets.send(new GetSecretValueCommand({ SecretId: secretId })),
  'start a machine': () => sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{}' })),
  'list executions': () => sfn.send(new ListExecutionsCommand({ stateMachineArn })),
  'see an execution': () => sfn.send(new DescribeExecutionCommand({ executionArn })),
  'read a history, task tokens and all': () => sfn.send(new GetExecutionHistoryCommand({ executionArn })),
});
