import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { NodePresence, OrderBroker, OrderQueue, TaskAnswers } from '../../core/ports/node-control.ts';
import { nodeClientSettings } from './node-client-settings.ts';
import { createLambdaOrderBroker } from './node-order-broker.ts';
import { createSqsOrderQueue } from './node-order-queue.ts';
import { createTaskAnswers } from './node-task-answers.ts';

export interface NodeControlOptions {
  /** The control plane's. */
  readonly region: string;
  readonly nodeId: string;
  readonly serviceId: string;
  readonly brokerFunction: string;
  readonly queueUrls: readonly string[];
  readonly visibilitySeconds: number;
  readonly pollSeconds: number;
  /** To be assumed, under the service hypervisor's id as ExternalId; absent: the default chain's credentials as they are. */
  readonly roleArn?: string | undefined;
}

export interface NodeControl {
  readonly queues: readonly OrderQueue[];
  readonly broker: OrderBroker;
  readonly presence: NodePresence;
  readonly answers: TaskAnswers;
  close(): void;
}

const ANSWER_MS = 15_000;
/** Claiming assumes up to three roles, from a cold start at worst. */
const BROKER_ANSWER_MS = 30_000;

/** What a node reaches with credentials of its own: its queues, the broker, and the answers to tasks. */
export const openNodeControl = (options: NodeControlOptions): NodeControl => {
  const { region, nodeId, serviceId, brokerFunction, queueUrls, visibilitySeconds, pollSeconds, roleArn } = options;
  const credentials =
    roleArn === undefined
      ? {}
      : {
          credentials: fromTemporaryCredentials({
            params: { RoleArn: roleArn, RoleSessionName: nodeId, ExternalId: serviceId, DurationSeconds: 3_600 },
            clientConfig: { region },
          }),
        };
  const sqs = new SQSClient({ ...nodeClientSettings(region, ANSWER_MS + pollSeconds * 1_000), ...credentials });
  const lambda = new LambdaClient({ ...nodeClientSettings(region, BROKER_ANSWER_MS), ...credentials });
  const sfn = new SFNClient({ ...nodeClientSettings(region, ANSWER_MS), ...credentials });
  return {
    queues: queueUrls.map((url) => createSqsOrderQueue({ client: sqs, url, visibilitySeconds })),
    ...createLambdaOrderBroker({ client: lambda, functionName: brokerFunction, nodeId, serviceId }),
    answers: createTaskAnswers(sfn),
    close() {
      for (const client of [sqs, lambda, sfn]) client.destroy();
    },
  };
};
