import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Call, type Operation, operation } from '../kernel/service.ts';
import { batchOf, runBatch } from './batches.ts';
import { invalidParameter } from './errors.ts';
import {
  assertMessage,
  type MessageAttributes,
  md5,
  md5OfAttributes,
  messageAttribute,
  messageSize,
} from './message-attributes.ts';
import { numberAttribute } from './queue-attributes.ts';
import { type Queue, type Queues, queueAccess } from './queues.ts';

const message = {
  MessageBody: z.string(),
  DelaySeconds: z.number().int().optional(),
  MessageAttributes: z.record(z.string(), messageAttribute).optional(),
  MessageGroupId: z.string().optional(),
};

interface Outgoing {
  readonly MessageBody: string;
  readonly DelaySeconds?: number | undefined;
  readonly MessageAttributes?: MessageAttributes | undefined;
  readonly MessageGroupId?: string | undefined;
}

/** Letters, digits and punctuation; in a standard queue it makes the queue a fair one. */
const GROUP_ID = /^[\x21-\x7e]{1,128}$/;

const send = (queues: Queues, queue: Queue, outgoing: Outgoing, call: Call) => {
  const { MessageBody: body, MessageAttributes: attributes, DelaySeconds: delay, MessageGroupId: groupId } = outgoing;
  assertMessage(body, attributes, numberAttribute(queue.attributes, 'MaximumMessageSize'));
  if (delay !== undefined && (delay < 0 || delay > 900))
    throw invalidParameter('DelaySeconds', delay, 'DelaySeconds must be >= 0 and <= 900.');
  if (groupId !== undefined && !GROUP_ID.test(groupId))
    throw invalidParameter(
      'MessageGroupId',
      groupId,
      'MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.',
    );
  const sent = queues.messages(queue).send({
    body,
    ...(groupId !== undefined && { groupId }),
    ...(attributes && { attributes }),
    senderId: call.principal.userId,
    delaySeconds: delay ?? numberAttribute(queue.attributes, 'DelaySeconds'),
  });
  return {
    MessageId: sent.id,
    MD5OfMessageBody: md5(body),
    ...(attributes && Object.keys(attributes).length > 0 && { MD5OfMessageAttributes: md5OfAttributes(attributes) }),
  };
};

export const sendMessage = (queues: Queues): Operation =>
  operation({
    name: 'SendMessage',
    input: z.strictObject({ QueueUrl: z.string(), ...message }),
    redact: ['MessageBody', 'MessageAttributes'],
    access: (input, call) => [queueAccess(queues.open(input.QueueUrl, call.region), 'SendMessage', call)],
    run: (input, call) => send(queues, queues.open(input.QueueUrl, call.region), input, call),
  });

const LARGEST_BATCH_BYTES = 1_048_576;

export const sendMessageBatch = (queues: Queues): Operation =>
  operation({
    name: 'SendMessageBatch',
    input: batchOf(message),
    redact: ['Entries'],
    access: (input, call) => [queueAccess(queues.open(input.QueueUrl, call.region), 'SendMessage', call)],
    run(input, call) {
      const queue = queues.open(input.QueueUrl, call.region);
      const bytes = input.Entries.reduce(
        (sum, entry) => sum + messageSize(entry.MessageBody, entry.MessageAttributes),
        0,
      );
      if (bytes > LARGEST_BATCH_BYTES)
        throw new AwsError(
          'BatchRequestTooLong',
          `Batch requests cannot be longer than ${LARGEST_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`,
          400,
        );
      return runBatch(input.Entries, (entry) => send(queues, queue, entry, call));
    },
  });
