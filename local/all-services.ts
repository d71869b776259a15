import { createApiGateway } from './apigateway/service.ts';
import { createAutoScaling } from './autoscaling/service.ts';
import { createDynamoDb } from './dynamodb/service.ts';
import { createEbs } from './ebs/service.ts';
import { createEc2 } from './ec2/service.ts';
import { createEvents } from './events/service.ts';
import { createIam } from './iam/api/service.ts';
import type { ServiceFactory } from './kernel/service.ts';
import { createKms } from './kms/service.ts';
import { createLambda } from './lambda/service.ts';
import { createS3 } from './s3/service.ts';
import { createScheduler } from './scheduler/service.ts';
import { createSecretsManager } from './secrets-manager/service.ts';
import { createSns } from './sns/service.ts';
import { createSqs } from './sqs/service.ts';
import { createSsm } from './ssm/service.ts';
import { createStates } from './states/service.ts';
import { createSts } from './sts/service.ts';

/** Every AWS service that the local cloud has. To add one is to add a line. */
export const allServices: readonly ServiceFactory[] = [
  createSts,
  createIam,
  createKms,
  createSecretsManager,
  createDynamoDb,
  createEc2,
  createEbs,
  createSsm,
  createS3,
  createSqs,
  createSns,
  createAutoScaling,
  createEvents,
  createLambda,
  createStates,
  createScheduler,
  createApiGateway,
];
