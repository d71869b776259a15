import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { batchOf, runBatch } from './batches.ts';
import { invalidParameter } from './errors.ts';
import { type Queue, type Queues, queueAccess } from './queues.ts';
import { readReceipt } from './receipts.ts';

const LONGEST_VISIBILITY = 43_200;

/** An old handle deletes nothing and says so nowhere, as in SQS's standard queues. */
const remove = (queues: Queues, queue: Queue, handle: string): void => {
  const { sequence, messageId, receipt } = readReceipt(handle);
  const messages = queues.messages(queue);
  const message = messages.find(sequence);
  if (message && message.id === messageId && message.receipt === receipt) messages.delete(message);
};

const changeVisibility = (queues: Queues, queue: Queue, handle: string, seconds: number): void => {
  const { sequence, messageId, receipt } = readReceipt(handle);
  if (seconds < 0 || seconds > LONGEST_VISIBILITY)
    throw invalidParameter(
      'VisibilityTimeout',
      seconds,
      `VisibilityTimeout must be between 0 and ${LONGEST_VISIBILITY}.`,
    );
  const messages = queues.messages(queue);
  const message = messages.find(sequence);
  if (message?.id !== messageId || message.receipt !== receipt)
    throw invalidParameter(
      'ReceiptHandle',
      handle,
      'Message does not exist or is not available for visibility timeout change.',
    );
  if (message.visibleAt <= queues.kernel.clock.now())
    throw new AwsError('MessageNotInflight', 'The specified message is not in flight.', 400);
  messages.changeVisibility(message, seconds);
};

export const deleteMessage = (queues: Queues): Operation =>
  operation({
    name: 'DeleteMessage',
    input: z.strictObject({ QueueUrl: z.string(), ReceiptHandle: z.string() }),
    access: (input, call) => [queueAccess(queues.open(input.QueueUrl, call.region), 'DeleteMessage', call)],
    run(input, call) {
      remove(queues, queues.open(input.QueueUrl, call.region), input.ReceiptHandle);
      return {};
    },
  });

export const deleteMessageBatch = (queues: Queues): Operation =>
  operation({
    name: 'DeleteMessageBatch',
    input: batchOf({ ReceiptHandle: z.string() }),
    access: (input, call) => [queueAccess(queues.open(input.QueueUrl, call.region), 'DeleteMessage', call)],
    run(input, call) {
      const queue = queues.open(input.QueueUrl, call.region);
      return runBatch(input.Entries, (entry) => {
        remove(queues, queue, entry.ReceiptHandle);
        return {};
      });
    },
  });

export const changeMessageVisibility = (queues: Queues): Operation =>
  operation({
    name: 'ChangeMessageVisibility',
    input: z.strictObject({ QueueUrl: z.string(), ReceiptHandle: z.string(), VisibilityTimeout: z.number().int() }),
    access: (input, call) => [queueAccess(queues.open(input.QueueUrl, call.region), 'ChangeMessageVisibility', call)],
    run(input, call) {
      changeVisibility(queues, queues.open(input.QueueUrl, call.region), input.ReceiptHandle, input.VisibilityTimeout);
      return {};
    },
  });

export const changeMessageVisibilityBatch = (queues: Queues): Operation =>
  operation({
    name: 'ChangeMessageVisibilityBatch',
    input: batchOf({ ReceiptHandle: z.string(), VisibilityTimeout: z.number().int() }),
    access: (input, call) => [queueAccess(queues.open(input.QueueUrl, call.region), 'ChangeMessageVisibility', call)],
    run(input, call) {
      const queue = queues.open(input.QueueUrl, call.region);
      return runBatch(input.Entries, (entry) => {
        changeVisibility(queues, queue, entry.ReceiptHandle, entry.VisibilityTimeout);
        return {};
      });
    },
  });
