import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDeletedRecently,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Queues } from '../../core/ports/control.ts';
import type { QueueCounts } from '../../core/ports/health.ts';
import type { QueueDepths } from '../../core/ports/service-account.ts';
import { awsName, callOwn, required, transientFailure } from './classify.ts';

const ATTRIBUTES = {
  /** A dead node's order reappears after this; a living node extends it. */
  VisibilityTimeout: '60',
  ReceiveMessageWaitTimeSeconds: '20',
  /** 14 days, the most: an order waits as long as its task's deadline says, not as SQS does. */
  MessageRetentionPeriod: '1209600',
};

/** SQS answers this code in its older form from some regions. */
const EXISTS = new Set(['QueueNameExists', 'QueueAlreadyExists', 'AWS.SimpleQueueService.QueueNameExists']);

const WAITING = 'ApproximateNumberOfMessages';
const HELD = 'ApproximateNumberOfMessagesNotVisible';

const GONE = new Set(['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue']);

export const createSqsQueues = ({ client }: { client: SQSClient }): Queues => ({
  async ensure(name) {
    try {
      const { QueueUrl } = await callOwn('sqs:CreateQueue', () =>
        client.send(new CreateQueueCommand({ QueueName: name, Attributes: ATTRIBUTES })),
      );
      return required(QueueUrl, 'QueueUrl', 'sqs:CreateQueue');
    } catch (error) {
      if (error instanceof QueueDeletedRecently) throw transientFailure('sqs:CreateQueue', error);
      if (!EXISTS.has(awsName(error))) throw error;
      // It is there with other attributes: somebody tuned it.
      const { QueueUrl } = await callOwn('sqs:GetQueueUrl', () =>
        client.send(new GetQueueUrlCommand({ QueueName: name })),
      );
      return required(QueueUrl, 'QueueUrl', 'sqs:GetQueueUrl');
    }
  },
  async find(name) {
    try {
      const { QueueUrl } = await callOwn('sqs:GetQueueUrl', () =>
        client.send(new GetQueueUrlCommand({ QueueName: name })),
      );
      return required(QueueUrl, 'QueueUrl', 'sqs:GetQueueUrl');
    } catch (error) {
      if (GONE.has(awsName(error))) return undefined;
      throw error;
    }
  },
  async remove(url) {
    try {
      await callOwn('sqs:DeleteQueue', () => client.send(new DeleteQueueCommand({ QueueUrl: url })));
    } catch (error) {
      if (!GONE.has(awsName(error))) throw error;
    }
  },
});

export const createSqsQueueDepths = ({ client }: { client: SQSClient }): QueueDepths => ({
  async depth(url) {
    try {
      const { Attributes } = await callOwn('sqs:GetQueueAttributes', () =>
        client.send(
          new GetQueueAttributesCommand({
            QueueUrl: url,
            AttributeNames: [WAITING, HELD],
          }),
        ),
      );
      return Object.values(Attributes ?? {}).reduce((sum, count) => sum + Number(count), 0);
    } catch (error) {
      if (GONE.has(awsName(error))) return 0;
      throw error;
    }
  },
});

export const createSqsQueueCounts = ({ client }: { client: SQSClient }): QueueCounts => ({
  async counts(url) {
    try {
      const { Attributes = {} } = await callOwn('sqs:GetQueueAttributes', () =>
        client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [WAITING, HELD] })),
      );
      return { waiting: Number(Attributes[WAITING] ?? 0), held: Number(Attributes[HELD] ?? 0) };
    } catch (error) {
      if (GONE.has(awsName(error))) return undefined;
      throw error;
    }
  },
});
