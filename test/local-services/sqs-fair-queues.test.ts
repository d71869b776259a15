import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { VirtualClock } from '../../local/kernel/clock.ts';
import { createSqs } from '../../local/sqs/service.ts';
import { errorName, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

let world: TwoAccounts;
let sqs: SQSClient;
const clock = new VirtualClock();

before(async () => {
  world = await startTwoAccounts([createSqs], clock);
  sqs = new SQSClient(world.config(world.acme));
});
after(() => world.close());

const makeQueue = async (QueueName: string) =>
  (await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: '600' } }))).QueueUrl ?? '';
const send = async (QueueUrl: string, group: string | undefined, count: number) => {
  for (let at = 0; at < count; at += 10)
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: Array.from({ length: Math.min(10, count - at) }, (_, index) => ({
          Id: String(index),
          MessageBody: `${group} ${at + index}`,
          ...(group === undefined ? {} : { MessageGroupId: group }),
        })),
      }),
    );
};
const take = async (QueueUrl: string, MaxNumberOfMessages = 1): Promise<Message[]> =>
  (
    await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages, MessageSystemAttributeNames: ['MessageGroupId'] }),
    )
  ).Messages ?? [];
const groups = (messages: readonly Message[]) => messages.map(({ Attributes }) => Attributes?.MessageGroupId);
const finish = async (QueueUrl: string, { ReceiptHandle }: Message) =>
  sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));

test('a group with a large share of the messages in flight stands back for a quiet one', async () => {
  const url = await makeQueue('concurrency');
  await send(url, 'noisy', 100);
  for (let at = 0; at < 4; at++) await take(url, 10);
  await send(url, 'quiet', 2);
  assert.deepEqual(groups(await take(url, 4)), ['quiet', 'quiet', 'noisy', 'noisy']);
});

test('a group that takes most of the consumers’ time stands back, however few it has in flight', async () => {
  const url = await makeQueue('time');
  await send(url, 'noisy', 100);
  const [first, second] = await take(url, 2);
  await clock.advance(60_000);
  await finish(url, first as Message);
  await finish(url, second as Message);
  await send(url, 'quiet', 1);
  assert.deepEqual(groups(await take(url, 2)), ['quiet', 'noisy']);
});

test('before anybody is noisy, messages come in the order of sending; those without a group are groups of their own', async () => {
  const url = await makeQueue('steady');
  await send(url, 'a', 2);
  await send(url, undefined, 1);
  await send(url, 'b', 1);
  assert.deepEqual(groups(await take(url, 10)), ['a', 'a', undefined, 'b']);
});

test('of several noisy groups, the one with the fewest in flight comes first', async () => {
  const url = await makeQueue('several');
  await send(url, 'a', 50);
  const begun = await take(url, 4);
  await clock.advance(10_000);
  await send(url, 'b', 50);
  assert.deepEqual(groups(await take(url, 2)), ['b', 'b']);
  await clock.advance(10_000);
  assert.deepEqual(groups(await take(url, 2)), ['b', 'b'], 'b has two in flight, and a four');
  for (const message of begun) await finish(url, message);
  assert.deepEqual(groups(await take(url, 4)), ['a', 'a', 'a', 'a'], 'now b has four, and a none');
});

test('nobody is held back: a noisy group alone is served in full, and one that sent nothing for five minutes is quiet', async () => {
  const url = await makeQueue('alone');
  await send(url, 'noisy', 60);
  assert.equal((await Promise.all([1, 2, 3, 4].map(() => take(url, 10)))).flat().length, 40);
  await clock.advance(300_000);
  await send(url, 'late', 1);
  assert.deepEqual(groups(await take(url, 1)), ['noisy']);
});

test('a group id has 1 to 128 letters, digits or punctuation marks', async () => {
  const url = await makeQueue('ids');
  for (const MessageGroupId of ['', 'two words', 'x'.repeat(129)])
    assert.equal(
      await errorName(sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'x', MessageGroupId }))),
      'InvalidParameterValue',
    );
});
