import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createEvents, putRule } from '../../local/events/service.ts';
import { createKms } from '../../local/kms/service.ts';
import { createSns } from '../../local/sns/service.ts';
import { createSqs } from '../../local/sqs/service.ts';
import { ACME, errorName, REGION, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

let world: TwoAccounts;
let events: EventBridgeClient;
let sqs: SQSClient;
const TOPIC = `arn:aws:sns:${REGION}:${ACME}:news`;

const asRoot = (service: string, operation: string, input: object): Promise<unknown> =>
  world.cloud.kernel.call(world.root(ACME), REGION, service, operation, input);

/** Who may publish. */
const topicPolicy = (service: string, condition = {}): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'sns:Publish',
        Resource: TOPIC,
        ...condition,
      },
    ],
  });

const queue = async (name: string, attributes: readonly { key: string; value: string }[] = []): Promise<string> => {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: `arn:aws:sqs:${REGION}:${ACME}:${name}`,
        Condition: { ArnEquals: { 'aws:SourceArn': TOPIC } },
      },
    ],
  });
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { Policy } }));
  await asRoot('sns', 'Subscribe', {
    TopicArn: TOPIC,
    Protocol: 'sqs',
    Endpoint: `arn:aws:sqs:${REGION}:${ACME}:${name}`,
    ...(attributes.length > 0 ? { Attributes: { entry: attributes } } : {}),
  });
  return QueueUrl;
};

const next = async (QueueUrl: string): Promise<string | undefined> =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }))).Messages?.[0]?.Body;

const put = (Source: string, Detail: string) =>
  events.send(new PutEventsCommand({ Entries: [{ Source, DetailType: 'Job Ended', Detail }] }));

before(async () => {
  world = await startTwoAccounts([createKms, createSqs, createSns, createEvents]);
  events = new EventBridgeClient(world.config(world.acme));
  sqs = new SQSClient(world.config(world.acme));
  await asRoot('sns', 'CreateTopic', { Name: 'news' });
  putRule(world.cloud.kernel, {
    accountId: ACME,
    region: REGION,
    name: 'news',
    eventPattern: { source: ['backups'] },
    targetArn: TOPIC,
  });
});
after(() => world.close());

test('an event that is put goes by its rule to a topic, and from there to queues', async () => {
  await asRoot('sns', 'SetTopicAttributes', {
    TopicArn: TOPIC,
    AttributeName: 'Policy',
    AttributeValue: topicPolicy('events.amazonaws.com'),
  });
  const [wrapped, raw] = [await queue('wrapped'), await queue('raw', [{ key: 'RawMessageDelivery', value: 'true' }])];
  const { Entries = [], FailedEntryCount } = await put('backups', '{"job":1}');
  assert.equal(FailedEntryCount, 0);
  const event = JSON.parse((await next(raw)) ?? '');
  assert.equal(event.id, Entries[0]?.EventId);
  assert.deepEqual([event.source, event['detail-type'], event.account], ['backups', 'Job Ended', ACME]);
  assert.deepEqual(event.detail, { job: 1 });
  const notification = JSON.parse((await next(wrapped)) ?? '');
  assert.equal(notification.TopicArn, TOPIC);
  assert.deepEqual(JSON.parse(notification.Message), event);
});

test('a rule may hand on a part of the event only', async () => {
  putRule(world.cloud.kernel, {
    accountId: ACME,
    region: REGION,
    name: 'part',
    eventPattern: { source: ['parts'] },
    targetArn: TOPIC,
    inputPath: '$.detail.tenantView',
  });
  const raw = await queue('raw', [{ key: 'RawMessageDelivery', value: 'true' }]);
  await put('parts', '{"secret":1,"tenantView":{"state":"failed"}}');
  assert.deepEqual(JSON.parse((await next(raw)) ?? ''), { state: 'failed' });
});

test('a topic admits nobody but whom its policy names, and its key does too', async () => {
  const answers = async (): Promise<readonly string[]> => {
    const marker = world.cloud.kernel.clock.now();
    await put('backups', JSON.stringify({ marker }));
    const deadline = Date.now() + 60_000;
    const pending = () => [...world.cloud.kernel.store.table('events.deliveries').entries()];
    while (pending().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    const raw = await sqs.send(new ReceiveMessageCommand({ QueueUrl: await queue('raw'), WaitTimeSeconds: 1 }));
    return (raw.Messages ?? []).flatMap(({ Body = '' }) => (Body.includes(String(marker)) ? ['came'] : []));
  };
  await asRoot('sns', 'SetTopicAttributes', {
    TopicArn: TOPIC,
    AttributeName: 'Policy',
    AttributeValue: topicPolicy('cloudwatch.amazonaws.com'),
  });
  assert.deepEqual(await answers(), []);
  // EventBridge tells a topic nothing that a condition could ask for
  await asRoot('sns', 'SetTopicAttributes', {
    TopicArn: TOPIC,
    AttributeName: 'Policy',
    AttributeValue: topicPolicy('events.amazonaws.com', {
      Condition: { StringEquals: { 'aws:SourceAccount': ACME } },
    }),
  });
  assert.deepEqual(await answers(), []);
  await asRoot('sns', 'SetTopicAttributes', {
    TopicArn: TOPIC,
    AttributeName: 'Policy',
    AttributeValue: topicPolicy('events.amazonaws.com'),
  });
  const keyFor = async (service: string): Promise<void> => {
    const statement = (Principal: object) => ({ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' });
    const { KeyMetadata } = (await asRoot('kms', 'CreateKey', {
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [statement({ AWS: `arn:aws:iam::${ACME}:root` }), statement({ Service: service })],
      }),
    })) as { KeyMetadata: { Arn: string } };
    await asRoot('sns', 'SetTopicAttributes', {
      TopicArn: TOPIC,
      AttributeName: 'KmsMasterKeyId',
      AttributeValue: KeyMetadata.Arn,
    });
  };
  await keyFor('cloudwatch.amazonaws.com');
  assert.deepEqual(await answers(), []);
  await keyFor('events.amazonaws.com');
  assert.deepEqual(await answers(), ['came']);
});

test('what is wrong with an entry is said of that entry; what is wrong with the request refuses it', async () => {
  const entry = { Source: 'backups', DetailType: 'Job Ended', Detail: '{}' };
  const { FailedEntryCount, Entries } = await events.send(
    new PutEventsCommand({ Entries: [entry, { ...entry, Detail: 'no JSON' }, { ...entry, Source: 'aws.ec2' }] }),
  );
  assert.equal(FailedEntryCount, 2);
  assert.deepEqual(
    Entries?.map(({ ErrorCode }) => ErrorCode),
    [undefined, 'MalformedDetail', 'NotAuthorizedForSource'],
  );
  const eleven = new PutEventsCommand({ Entries: Array.from({ length: 11 }, () => entry) });
  assert.equal(await errorName(events.send(eleven)), 'ValidationException');
  const large = { ...entry, Detail: JSON.stringify({ text: 'x'.repeat(262_144) }) };
  assert.equal(await errorName(events.send(new PutEventsCommand({ Entries: [large] }))), 'ValidationException');
});

test('events of one source only, where the policy says so', async () => {
  const { arn } = world.cloud.admin.putRole({
    accountId: ACME,
    name: 'teller',
    trustPolicy: {
      Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    },
    policies: {
      tell: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'events:PutEvents',
            Resource: `arn:aws:events:${REGION}:${ACME}:event-bus/default`,
            Condition: { StringEquals: { 'events:source': 'backups' } },
          },
        ],
      },
    },
  });
  const { AccessKeyId, SecretAccessKey, SessionToken } = world.cloud.admin.credentialsForRole(arn, 'session');
  const teller = new EventBridgeClient({
    ...world.config(world.acme),
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
  });
  const from = (Source: string) => ({ Source, DetailType: 'Job Ended', Detail: '{}' });
  assert.equal((await teller.send(new PutEventsCommand({ Entries: [from('backups')] }))).FailedEntryCount, 0);
  const both = new PutEventsCommand({ Entries: [from('backups'), from('others')] });
  assert.equal(await errorName(teller.send(both)), 'AccessDeniedException');
});
