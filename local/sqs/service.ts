import type { ServiceFactory } from '../kernel/service.ts';
import {
  changeMessageVisibility,
  changeMessageVisibilityBatch,
  deleteMessage,
  deleteMessageBatch,
} from './in-flight-messages.ts';
import {
  createQueue,
  deleteQueue,
  getQueueAttributes,
  getQueueUrl,
  listQueues,
  purgeQueue,
  setQueueAttributes,
} from './queue-operations.ts';
import { Queues } from './queues.ts';
import { receiveMessage } from './receive-message.ts';
import { sendMessage, sendMessageBatch } from './send-message.ts';

const OPERATIONS = [
  createQueue,
  getQueueUrl,
  getQueueAttributes,
  setQueueAttributes,
  listQueues,
  deleteQueue,
  purgeQueue,
  sendMessage,
  sendMessageBatch,
  receiveMessage,
  deleteMessage,
  deleteMessageBatch,
  changeMessageVisibility,
  changeMessageVisibilityBatch,
];

/** SQS: standard queues. */
export const createSqs: ServiceFactory = (kernel) => {
  const queues = new Queues(kernel);
  return {
    name: 'sqs',
    protocol: 'aws-json',
    eventSource: 'sqs.amazonaws.com',
    target: 'AmazonSQS',
    operations: OPERATIONS.map((create) => create(queues)),
    stop: () => queues.stop(),
  };
};
