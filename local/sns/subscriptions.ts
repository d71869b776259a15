import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { type Topics, topicAccess } from './topics.ts';

const attributes = z.strictObject({
  entry: z.array(z.strictObject({ key: z.literal('RawMessageDelivery'), value: z.enum(['true', 'false']) })),
});

/** Queues only: they need no confirmation. The same queue again is the same subscription. */
export const subscribe = (topics: Topics): Operation =>
  operation({
    name: 'Subscribe',
    input: z.strictObject({
      TopicArn: z.string(),
      Protocol: z.string(),
      Endpoint: z.string(),
      Attributes: attributes.optional(),
      ReturnSubscriptionArn: z.enum(['true', 'false']).optional(),
    }),
    access: ({ TopicArn, Protocol, Endpoint }) => [
      {
        ...topicAccess(topics.open(TopicArn), 'Subscribe'),
        context: { 'sns:Protocol': Protocol, 'sns:Endpoint': Endpoint },
      },
    ],
    run({ TopicArn, Protocol, Endpoint, Attributes }, { accountId }) {
      if (Protocol !== 'sqs')
        throw new AwsError('InvalidParameter', `Invalid parameter: the local cloud delivers to sqs, not ${Protocol}`);
      if (!/^arn:aws:sqs:[a-z0-9-]+:\d{12}:[\w-]{1,80}$/.test(Endpoint))
        throw new AwsError('InvalidParameter', 'Invalid parameter: SQS endpoint ARN');
      const there = topics.subscriptions(TopicArn).find(({ endpoint }) => endpoint === Endpoint);
      const subscription = {
        arn: there?.arn ?? `${TopicArn}:${randomUUID()}`,
        topicArn: TopicArn,
        owner: accountId,
        endpoint: Endpoint,
        raw: Attributes?.entry[0]?.value === 'true',
      };
      topics.subscribe(subscription);
      return { SubscriptionArn: subscription.arn };
    },
  });

export const unsubscribe = (topics: Topics): Operation =>
  operation({
    name: 'Unsubscribe',
    input: z.strictObject({ SubscriptionArn: z.string() }),
    access: ({ SubscriptionArn }) => [
      topicAccess(topics.open(topics.subscription(SubscriptionArn).topicArn), 'Unsubscribe'),
    ],
    run: ({ SubscriptionArn }) => topics.unsubscribe(SubscriptionArn),
  });

export const listSubscriptionsByTopic = (topics: Topics): Operation =>
  operation({
    name: 'ListSubscriptionsByTopic',
    input: z.strictObject({ TopicArn: z.string() }),
    access: ({ TopicArn }) => [topicAccess(topics.open(TopicArn), 'ListSubscriptionsByTopic')],
    run: ({ TopicArn }) => ({
      Subscriptions: {
        member: topics.subscriptions(TopicArn).map(({ arn, owner, endpoint }) => ({
          SubscriptionArn: arn,
          Owner: owner,
          Protocol: 'sqs',
          Endpoint: endpoint,
          TopicArn,
        })),
      },
    }),
  });
