import { z } from 'zod';
import { openDirectory } from '../iam/directory.ts';
import { parsePolicy } from '../iam/policy-documents.ts';
import { AwsError } from '../kernel/errors.ts';
import { type Kernel, type Operation, operation } from '../kernel/service.ts';
import { type Topic, type Topics, topicAccess, topicArn } from './topics.ts';

const invalid = (reason: string) => new AwsError('InvalidParameter', `Invalid parameter: ${reason}`, 400);

/** The query protocol's maps: `Attributes.entry.1.key`. */
const attributes = z.strictObject({ entry: z.array(z.strictObject({ key: z.string(), value: z.string() })) });

/** Those that are modelled; any other is refused. Empty: taken away. */
const changed = (kernel: Kernel, topic: Topic, name: string, value: string): Topic => {
  const set = (fields: Partial<Topic>): Topic =>
    Object.fromEntries(Object.entries({ ...topic, ...fields }).filter(([, each]) => each !== '')) as unknown as Topic;
  switch (name) {
    case 'DisplayName':
      return set({ displayName: value });
    case 'KmsMasterKeyId':
      return set({ kmsMasterKeyId: value });
    case 'Policy':
      return {
        ...set({ policy: value }),
        pinnedPolicy: openDirectory(kernel).pin(parsePolicy(value, 'resource', 'InvalidParameter')),
      };
    default:
      throw invalid(`AttributeName: the local cloud's topics have no ${name}`);
  }
};

export const createTopic = (topics: Topics): Operation =>
  operation({
    name: 'CreateTopic',
    input: z.strictObject({ Name: z.string(), Attributes: attributes.optional() }),
    access: ({ Name }, call) => [{ action: 'sns:CreateTopic', resource: topicArn(call, Name) }],
    run({ Name, Attributes }, call) {
      if (!/^[\w-]{1,256}$/.test(Name)) throw invalid('Topic Name');
      const arn = topicArn(call, Name);
      const { accountId, region } = call;
      let topic: Topic = topics.find(arn) ?? { arn, name: Name, accountId, region };
      for (const { key, value } of Attributes?.entry ?? []) topic = changed(topics.kernel, topic, key, value);
      topics.put(topic);
      return { TopicArn: arn };
    },
  });

export const setTopicAttributes = (topics: Topics): Operation =>
  operation({
    name: 'SetTopicAttributes',
    input: z.strictObject({ TopicArn: z.string(), AttributeName: z.string(), AttributeValue: z.string().default('') }),
    access: ({ TopicArn }) => [topicAccess(topics.open(TopicArn), 'SetTopicAttributes')],
    run({ TopicArn, AttributeName, AttributeValue }) {
      topics.put(changed(topics.kernel, topics.open(TopicArn), AttributeName, AttributeValue));
    },
  });

export const getTopicAttributes = (topics: Topics): Operation =>
  operation({
    name: 'GetTopicAttributes',
    input: z.strictObject({ TopicArn: z.string() }),
    access: ({ TopicArn }) => [topicAccess(topics.open(TopicArn), 'GetTopicAttributes')],
    run({ TopicArn }) {
      const { arn, accountId, policy, kmsMasterKeyId, displayName } = topics.open(TopicArn);
      const shown = {
        TopicArn: arn,
        Owner: accountId,
        Policy: policy,
        KmsMasterKeyId: kmsMasterKeyId,
        DisplayName: displayName ?? '',
        SubscriptionsConfirmed: String(topics.subscriptions(arn).length),
      };
      const entry = Object.entries(shown).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
      return { Attributes: { entry } };
    },
  });

export const deleteTopic = (topics: Topics): Operation =>
  operation({
    name: 'DeleteTopic',
    input: z.strictObject({ TopicArn: z.string() }),
    access: ({ TopicArn }, call) => {
      const topic = topics.find(TopicArn);
      return [
        topic
          ? topicAccess(topic, 'DeleteTopic')
          : { action: 'sns:DeleteTopic', resource: TopicArn, resourceAccountId: call.accountId },
      ];
    },
    run: ({ TopicArn }) => topics.delete(TopicArn),
  });
