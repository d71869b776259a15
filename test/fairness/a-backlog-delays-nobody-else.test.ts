/**
 * A fleet of access nodes as the queues see it, on virtual time: each slot looks at the restores first, then at everything
 * else, and works 40 s on an order. Tenant A has a backlog of hours.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { VirtualClock } from '../../local/kernel/clock.ts';
import { createSqs } from '../../local/sqs/service.ts';
import { startTwoAccounts, type TwoAccounts } from '../local-services/two-accounts.ts';

const ORDER_SECONDS = 40;

let world: TwoAccounts;
let sqs: SQSClient;
const clock = new VirtualClock();

before(async () => {
  world = await startTwoAccounts([createSqs], clock);
  sqs = new SQSClient(world.config(world.acme));
});
after(() => world.close());

const makeQueue = async (QueueName: string): Promise<string> =>
  (await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: '60' } }))).QueueUrl ?? '';

const send = async (QueueUrl: string, tenant: string, count: number): Promise<void> => {
  for (let at = 0; at < count; at += 10)
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: Array.from({ length: Math.min(10, count - at) }, (_, index) => ({
          Id: String(index),
          MessageBody: tenant,
          MessageGroupId: tenant,
        })),
      }),
    );
};

interface Taken {
  readonly tenant: string;
  readonly queue: string;
  readonly at: number;
}

const openFleet = (queues: readonly string[], slots: number) => {
  const taken: Taken[] = [];
  const working: { readonly until: number; readonly queue: string; readonly receipt: string }[] = [];
  /** As take-orders.ts does: whenever something came, the first queue is looked at again before the others. */
  const fill = async (): Promise<void> => {
    while (working.length < slots) {
      let found = false;
      for (const queue of queues) {
        const { Messages: [message] = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 1, VisibilityTimeout: 60 }),
        );
        if (!message) continue;
        taken.push({ tenant: message.Body ?? '', queue, at: clock.now() });
        working.push({ until: clock.now() + ORDER_SECONDS * 1_000, queue, receipt: message.ReceiptHandle ?? '' });
        found = true;
        break;
      }
      if (!found) return;
    }
  };
  return {
    taken,
    /** Slots end at different times, as they do where orders differ. */
    async begin(): Promise<void> {
      await fill();
      working.forEach((each, index) => {
        working[index] = { ...each, until: clock.now() + ((index + 1) / slots) * ORDER_SECONDS * 1_000 };
      });
    },
    async run(seconds: number): Promise<void> {
      const end = clock.now() + seconds * 1_000;
      for (;;) {
        await fill();
        const next = Math.min(...working.map(({ until }) => until));
        if (next > end) break;
        await clock.advance(next - clock.now());
        for (const done of working.filter(({ until }) => until <= clock.now())) {
          working.splice(working.indexOf(done), 1);
          await sqs.send(new DeleteMessageCommand({ QueueUrl: done.queue, ReceiptHandle: done.receipt }));
        }
      }
      await clock.advance(end - clock.now());
    },
  };
};

for (const [slots, backlog] of [
  [4, 1_000],
  [40, 10_000],
] as const) {
  test(`beside ${backlog} orders of one tenant, another's backup and restore are begun within seconds (${slots} slots)`, async (t) => {
    const restores = await makeQueue(`restores-${slots}`);
    const work = await makeQueue(`work-${slots}`);
    const fleet = openFleet([restores, work], slots);
    await send(work, 'A', backlog);
    await fleet.begin();
    await fleet.run(120);
    // It goes on sending, as a transfer does while it has segments left.
    await send(work, 'A', 10);

    const sentAt = clock.now();
    const before = fleet.taken.length;
    await send(work, 'B', 1);
    await send(restores, 'B', 1);
    await fleet.run(120);
    const mine = fleet.taken.slice(before);
    const waited = mine.filter(({ tenant }) => tenant === 'B').map(({ queue, at }) => ({ queue, ms: at - sentAt }));
    const backlogHours = ((backlog - before) * ORDER_SECONDS) / slots / 3_600;
    t.diagnostic(
      `A’s backlog is ${backlogHours.toFixed(1)} h; B waited ${waited.map(({ ms }) => `${(ms / 1_000).toFixed(1)} s`).join(' and ')}`,
    );
    assert.deepEqual(waited.map(({ queue }) => queue).sort(), [restores, work].sort());
    // No slot is free at once: the next that is goes to the restore, and the one after it to the backup.
    assert.equal(mine[0]?.queue, restores);
    assert.deepEqual([mine[1]?.queue, mine[1]?.tenant], [work, 'B']);
    for (const { ms } of waited) assert.ok(ms <= (2 * ORDER_SECONDS * 1_000) / slots + 1_000, `${ms} ms`);
    assert.ok(backlogHours > 2);
    assert.ok(mine.filter(({ tenant }) => tenant === 'A').length > slots, 'and A’s work goes on');
  });
}

test('two tenants with a backlog each get as many slots, whoever came first and however much it has', async () => {
  const work = await makeQueue('two-backlogs');
  const fleet = openFleet([work], 8);
  await send(work, 'A', 1_000);
  await fleet.begin();
  await fleet.run(120);
  await send(work, 'B', 100);
  await fleet.run(120);
  const before = fleet.taken.length;
  // Both go on sending, as transfers do.
  for (const tenant of ['A', 'B']) await send(work, tenant, 1);
  await fleet.run(200);
  const [a, b] = ['A', 'B'].map((name) => fleet.taken.slice(before).filter(({ tenant }) => tenant === name).length);
  assert.ok(Math.abs((a ?? 0) - (b ?? 0)) <= 4, `${a} of A, ${b} of B`);
});
