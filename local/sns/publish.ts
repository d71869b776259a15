import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Deliveries } from '../kernel/deliveries.ts';
import { AwsError } from '../kernel/errors.ts';
import { type Call, type Operation, operation } from '../kernel/service.ts';
import { type Subscription, type Topic, type Topics, topicAccess } from './topics.ts';

const MOST_BYTES = 262_144;

interface Published {
  readonly messageId: string;
  readonly message: string;
  readonly subject?: string | undefined;
  readonly time: string;
}

/** What a queue's message holds, unless it takes it raw. The signature is SNS's own, and there is none here. */
const wrapped = ({ arn: TopicArn }: Topic, { messageId, message, subject, time }: Published): string =>
  JSON.stringify({
    Type: 'Notification',
    MessageId: messageId,
    TopicArn,
    ...(subject === undefined ? {} : { Subject: subject }),
    Message: message,
    Timestamp: time,
    SignatureVersion: '1',
  });

const queueUrlOf = (queueArn: string): string => `/${queueArn.split(':').slice(4).join('/')}`;

/** Whoever publishes to a topic with a key must be let use the key: a service by the key's own policy. */
const useKey = async (topics: Topics, { arn, kmsMasterKeyId: KeyId }: Topic, call: Call): Promise<void> => {
  if (KeyId === undefined) return;
  const EncryptionContext = { 'aws:sns:topicArn': arn };
  const kms = (operation: string, input: object) =>
    topics.kernel.call(call.principal, call.region, 'kms', operation, { ...input, EncryptionContext });
  try {
    const made = (await kms('GenerateDataKey', { KeyId, KeySpec: 'AES_256' })) as { CiphertextBlob: string };
    await kms('Decrypt', { CiphertextBlob: made.CiphertextBlob });
  } catch (error) {
    if (error instanceof AwsError && error.code.startsWith('AccessDenied'))
      throw new AwsError('KMSAccessDenied', error.message, 400);
    throw error;
  }
};

const deliver = (deliveries: Deliveries, topic: Topic, { endpoint, raw }: Subscription, published: Published): void => {
  const [, , , region = topic.region] = endpoint.split(':');
  deliveries.accept({
    servicePrincipal: 'sns.amazonaws.com',
    sourceArn: topic.arn,
    accountId: topic.accountId,
    region,
    service: 'sqs',
    operation: 'SendMessage',
    input: { QueueUrl: queueUrlOf(endpoint), MessageBody: raw ? published.message : wrapped(topic, published) },
  });
};

export const publish = (topics: Topics, deliveries: Deliveries): Operation =>
  operation({
    name: 'Publish',
    input: z.strictObject({ TopicArn: z.string(), Message: z.string(), Subject: z.string().max(100).optional() }),
    redact: ['Message', 'Subject'],
    access: ({ TopicArn }) => [topicAccess(topics.open(TopicArn), 'Publish')],
    async run({ TopicArn, Message, Subject }, call) {
      const topic = topics.open(TopicArn);
      if (Message === '') throw new AwsError('InvalidParameter', 'Invalid parameter: Empty message');
      if (Buffer.byteLength(Message) > MOST_BYTES)
        throw new AwsError('InvalidParameter', 'Invalid parameter: Message too long');
      await useKey(topics, topic, call);
      const time = new Date(topics.kernel.clock.now()).toISOString();
      const published = { messageId: randomUUID(), message: Message, subject: Subject, time };
      for (const subscription of topics.subscriptions(TopicArn)) deliver(deliveries, topic, subscription, published);
      return { MessageId: published.messageId };
    },
  });
