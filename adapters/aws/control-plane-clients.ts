import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from './clients.ts';

/** Clients of the control plane's own services, with the function's own role. */
export const openControlPlaneClients = (region: string) => {
  const settings = clientSettings('own', region);
  return {
    dynamo: new DynamoDBClient(settings),
    s3: new S3Client(settings),
    secrets: new SecretsManagerClient(settings),
    sfn: new SFNClient(settings),
    sqs: new SQSClient(settings),
    sts: new STSClient(settings),
  };
};

/** For entries of the audit log that somebody waits for: one try, 1 s. */
export const openAuditClient = (region: string): DynamoDBClient =>
  new DynamoDBClient({ ...clientSettings('own', region, undefined, 1_000), maxAttempts: 1 });

/** Apart: a function that does not need it is not to load it at each cold start. */
export const openSchedulerClient = (region: string): SchedulerClient =>
  new SchedulerClient(clientSettings('own', region));

/** Apart, as the scheduler's. */
export const openLambdaClient = (region: string): LambdaClient => new LambdaClient(clientSettings('own', region));

/** Apart, as the scheduler's. Impatient: a step that has ended a job is not to end with a timeout for telling so. */
export const openEventBridgeClient = (region: string): EventBridgeClient =>
  new EventBridgeClient(clientSettings('own', region, undefined, 3_000));

/** IAM is one for the world; the region only says which partition. */
export const openIamClient = (region: string): IAMClient => new IAMClient(clientSettings('own', region));
