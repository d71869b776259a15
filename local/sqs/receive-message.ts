import { z } from 'zod';
import { type Operation, operation } from '../kernel/service.ts';
import { invalidParameter } from './errors.ts';
import { md5, md5OfAttributes, selectAttributes } from './message-attributes.ts';
import type { Message } from './messages.ts';
import { numberAttribute, redrivePolicyOf } from './queue-attributes.ts';
import { type Queue, type Queues, queueAccess } from './queues.ts';
import { writeReceipt } from './receipts.ts';

const takeVisible = (queues: Queues, queue: Queue, max: number, visibilitySeconds: number): Message[] => {
  const redrive = redrivePolicyOf(queue.attributes);
  const deadQueue = redrive && queues.find(redrive.deadLetterTargetArn);
  return queues.kernel.store.transaction(() =>
    queues
      .messages(queue)
      .receive(
        max,
        visibilitySeconds,
        numberAttribute(queue.attributes, 'MessageRetentionPeriod'),
        redrive && deadQueue
          ? { after: redrive.maxReceiveCount, adopt: (message) => queues.messages(deadQueue).adopt(message) }
          : undefined,
      ),
  );
};

const systemAttributes = (message: Message): Record<string, string> => ({
  SenderId: message.senderId,
  SentTimestamp: String(message.sentAt),
  ApproximateReceiveCount: String(message.receiveCount),
  ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  ...(message.groupId === undefined ? {} : { MessageGroupId: message.groupId }),
});

const render = (message: Message, wantedSystem: readonly string[], wantedAttributes: readonly string[] | undefined) => {
  const system = Object.entries(systemAttributes(message)).filter(
    ([name]) => wantedSystem.includes('All') || wantedSystem.includes(name),
  );
  const attributes = selectAttributes(message.attributes, wantedAttributes);
  return {
    MessageId: message.id,
    ReceiptHandle: writeReceipt(message),
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) }),
    ...(attributes && { MessageAttributes: attributes, MD5OfMessageAttributes: md5OfAttributes(attributes) }),
  };
};

const inRange = (name: string, value: number, min: number, max: number): number => {
  if (value < min || value > max) throw invalidParameter(name, value, `Must be >= ${min} and <= ${max}, if provided.`);
  return value;
};

export const receiveMessage = (queues: Queues): Operation =>
  operation({
    name: 'ReceiveMessage',
    input: z.strictObject({
      QueueUrl: z.string(),
      MaxNumberOfMessages: z.number().int().optional(),
      VisibilityTimeout: z.number().int().optional(),
      WaitTimeSeconds: z.number().int().optional(),
      AttributeNames: z.array(z.string()).optional(),
      MessageSystemAttributeNames: z.array(z.string()).optional(),
      MessageAttributeNames: z.array(z.string()).optional(),
    }),
    access: (input, call) => [queueAccess(queues.open(input.QueueUrl, call.region), 'ReceiveMessage', call)],
    async run(input, call) {
      const opened = queues.open(input.QueueUrl, call.region);
      const number = (name: string) => numberAttribute(opened.attributes, name);
      const max = inRange('MaxNumberOfMessages', input.MaxNumberOfMessages ?? 1, 1, 10);
      const visibility = inRange(
        'VisibilityTimeout',
        input.VisibilityTimeout ?? number('VisibilityTimeout'),
        0,
        43_200,
      );
      const wait = inRange('WaitTimeSeconds', input.WaitTimeSeconds ?? number('ReceiveMessageWaitTimeSeconds'), 0, 20);
      const deadline = queues.kernel.clock.now() + wait * 1000;
      const wanted = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
      for (;;) {
        // Opened anew each time: the queue may be changed or deleted while somebody waits at it.
        const queue = queues.open(input.QueueUrl, call.region);
        const received = takeVisible(queues, queue, max, visibility);
        if (received.length > 0)
          return { Messages: received.map((message) => render(message, wanted, input.MessageAttributeNames)) };
        if (queues.stopped || queues.kernel.clock.now() >= deadline) return {};
        await queues.messages(queue).changed(deadline);
      }
    },
  });
