import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { VirtualClock } from '../../local/kernel/clock.ts';
import { createSqs } from '../../local/sqs/service.ts';
import { ACME, errorName, GLOBEX, REGION, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

let world: TwoAccounts;
let acme: SQSClient;
let globex: SQSClient;
const clock = new VirtualClock();

const connect = () => {
  acme = new SQSClient(world.config(world.acme));
  globex = new SQSClient(world.config(world.globex));
};

before(async () => {
  world = await startTwoAccounts([createSqs], clock);
  connect();
});
after(() => world.close());

const makeQueue = async (QueueName: string, Attributes: Record<string, string> = {}) =>
  (await acme.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
const send = (QueueUrl: string, MessageBody: string, more: object = {}) =>
  acme.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
const receive = async (QueueUrl: string, more: object = {}, client = acme) =>
  (await client.send(new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'], ...more })))
    .Messages ?? [];
const bodies = async (QueueUrl: string, more: object = {}) => (await receive(QueueUrl, more)).map(({ Body }) => Body);

/** Lets requests that are under way reach the cloud. */
const soon = () => new Promise((resolve) => setTimeout(resolve, 50));

test('a message is received once, is invisible while in flight, and comes back if it is not deleted', async () => {
  const url = await makeQueue('orders', { VisibilityTimeout: '60' });
  await send(url, 'order 1', { MessageAttributes: { kind: { DataType: 'String', StringValue: 'restore' } } });
  const [first] = await receive(url, { MessageAttributeNames: ['All'] });
  assert.equal(first?.Body, 'order 1');
  assert.equal(first?.Attributes?.ApproximateReceiveCount, '1');
  assert.equal(first?.Attributes?.SentTimestamp, String(clock.now()));
  assert.equal(first?.MessageAttributes?.kind?.StringValue, 'restore');
  await clock.advance(59_999);
  assert.deepEqual(await receive(url), []);
  await clock.advance(1);
  const [second] = await receive(url);
  assert.equal(second?.Attributes?.ApproximateReceiveCount, '2');
  assert.notEqual(second?.ReceiptHandle, first?.ReceiptHandle);

  // The holder of the old handle has lost the message: it can neither keep nor delete it.
  const extend = (ReceiptHandle: string | undefined) =>
    acme.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 60 }));
  assert.equal(await errorName(extend(first?.ReceiptHandle)), 'InvalidParameterValue');
  assert.equal(await errorName(extend('rubbish')), 'ReceiptHandleIsInvalid');
  await acme.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle }));
  await clock.advance(30_000);
  await extend(second?.ReceiptHandle);
  await clock.advance(59_000);
  assert.deepEqual(await receive(url), []);
  await acme.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: second?.ReceiptHandle }));
  await clock.advance(120_000);
  assert.deepEqual(await receive(url), []);
});

test('a long poll ends when a message arrives, when one becomes visible again, or when its time is over', async () => {
  const url = await makeQueue('polled');
  const arriving = bodies(url, { WaitTimeSeconds: 20, VisibilityTimeout: 5 });
  await soon();
  await send(url, 'hello');
  assert.deepEqual(await arriving, ['hello']);
  const reappearing = bodies(url, { WaitTimeSeconds: 20 });
  await soon();
  await clock.advance(5_000);
  assert.deepEqual(await reappearing, ['hello']);
  let answer: unknown;
  const input = { QueueUrl: url, WaitTimeSeconds: 3 };
  void world.cloud.kernel.call(world.root(ACME), REGION, 'sqs', 'ReceiveMessage', input).then((found) => {
    answer = found;
  });
  await clock.advance(2_999);
  assert.equal(answer, undefined);
  await clock.advance(1);
  assert.deepEqual(answer, {});
});

test('a delayed message stays away until its time', async () => {
  const url = await makeQueue('delayed');
  await send(url, 'later', { DelaySeconds: 10 });
  const { Attributes } = await acme.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
  assert.equal(Attributes?.ApproximateNumberOfMessagesDelayed, '1');
  assert.deepEqual(await bodies(url), []);
  await clock.advance(10_000);
  assert.deepEqual(await bodies(url), ['later']);
});

test('a message received too often goes to the dead-letter queue', async () => {
  const dead = await makeQueue('dead');
  const url = await makeQueue('fragile', {
    VisibilityTimeout: '1',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: `arn:aws:sqs:${REGION}:${ACME}:dead`, maxReceiveCount: 2 }),
  });
  await send(url, 'poison');
  for (let n = 0; n < 2; n++) {
    assert.deepEqual(await bodies(url), ['poison']);
    await clock.advance(1_000);
  }
  assert.deepEqual(await bodies(url), []);
  assert.deepEqual(await bodies(dead), ['poison']);
});

test('batches tell each entry its own outcome', async () => {
  const url = await makeQueue('batched');
  const sent = await acme.send(
    new SendMessageBatchCommand({
      QueueUrl: url,
      Entries: [
        { Id: 'a', MessageBody: '1' },
        { Id: 'b', MessageBody: '2' },
        { Id: 'c', MessageBody: '\u0001' },
      ],
    }),
  );
  assert.deepEqual(
    sent.Successful?.map(({ Id }) => Id),
    ['a', 'b'],
  );
  assert.equal(sent.Failed?.[0]?.Code, 'InvalidMessageContents');
  const received = await receive(url, { MaxNumberOfMessages: 10 });
  assert.equal(received.length, 2);
  const deleted = await acme.send(
    new DeleteMessageBatchCommand({
      QueueUrl: url,
      Entries: received.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle })),
    }),
  );
  assert.equal(deleted.Successful?.length, 2);
  const twice = { Id: 'x', MessageBody: 'x' };
  assert.equal(
    await errorName(acme.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: [twice, twice] }))),
    'BatchEntryIdsNotDistinct',
  );
});

test('creating a queue again is harmless with the same attributes and refused with others', async () => {
  const url = await makeQueue('same', { VisibilityTimeout: '60' });
  assert.equal(await makeQueue('same', { VisibilityTimeout: '60' }), url);
  assert.equal(await makeQueue('same'), url);
  assert.equal(await errorName(makeQueue('same', { VisibilityTimeout: '61' })), 'QueueNameExists');
  assert.equal(await errorName(makeQueue('bad', { VisibilityTimeout: '-1' })), 'InvalidAttributeValue');
  assert.equal(await errorName(makeQueue('bad', { FifoQueue: 'true' })), 'InvalidAttributeName');
  assert.equal(await errorName(send(url.replace('same', 'other'), 'x')), 'QueueDoesNotExist');
  const waiting = errorName(receive(url, { WaitTimeSeconds: 20 }));
  await soon();
  await acme.send(new DeleteQueueCommand({ QueueUrl: url }));
  assert.equal(await waiting, 'QueueDoesNotExist');
});

test("another account uses a queue only as the queue's policy says", async () => {
  const url = await makeQueue('shared');
  const sendAs = () => globex.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'from globex' }));
  assert.equal(await errorName(sendAs()), 'AccessDeniedException');
  const Policy = JSON.stringify({
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: GLOBEX },
      Action: 'sqs:SendMessage',
      Resource: `arn:aws:sqs:${REGION}:${ACME}:shared`,
    },
  });
  await acme.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
  await sendAs();
  assert.equal(await errorName(receive(url, {}, globex)), 'AccessDeniedException');
  assert.deepEqual((await globex.send(new ListQueuesCommand({}))).QueueUrls ?? [], []);
  assert.equal(await errorName(globex.send(new GetQueueUrlCommand({ QueueName: 'shared' }))), 'QueueDoesNotExist');
  const { QueueUrls = [] } = await acme.send(new ListQueuesCommand({ QueueNamePrefix: 'sha' }));
  assert.deepEqual(QueueUrls, [url]);
});

test('a queue is emptied by a purge', async () => {
  const url = await makeQueue('purged');
  await send(url, 'x');
  await acme.send(new PurgeQueueCommand({ QueueUrl: url }));
  assert.deepEqual(await bodies(url), []);
});

test('after a restart messages are there, and those in flight still are', async () => {
  const url = await makeQueue('kept', { VisibilityTimeout: '60' });
  await send(url, 'in flight');
  await send(url, 'waiting');
  const [inFlight] = await receive(url);
  await world.restart();
  connect();
  assert.deepEqual(await bodies(url), ['waiting']);
  await acme.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: inFlight?.ReceiptHandle }));
  await clock.advance(60_000);
  assert.deepEqual(await bodies(url), ['waiting']);
});
