import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeHealth, type NodeSelf } from '../../access-node/health/judge-health.ts';
import { createNodeWatch } from '../../access-node/health/watch-node.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import type { NodePresence, OrderQueue } from '../../core/ports/node-control.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const self: NodeSelf = {
  ...{ version: '1.2.3', nodeId: 'node-00000001', nodeName: 'one', serviceId: 'hv-00000001', pid: 7 },
  ...{ slots: 2, pollSeconds: 20 },
};
const going = new AbortController().signal;

/** A node with a queue and a control plane that fail when they are told to, and a clock. */
const seen = () => {
  let now = START;
  const failing: { queue?: Error; presence?: Error } = {};
  const answer = async <T>(error: Error | undefined, value: T): Promise<T> => {
    if (error) throw error;
    return value;
  };
  const watch = createNodeWatch(() => now, self.slots);
  const inner: OrderQueue = {
    url: 'https://sqs/orders',
    receive: () => answer(failing.queue, []),
    setVisibility: async () => true,
    delete: async () => undefined,
  };
  const heard = () => answer(failing.presence, { drain: false, heartbeatSeconds: 20 });
  const control: NodePresence = { register: heard, heartbeat: heard, leave: async () => undefined };
  const queue = watch.queue(inner);
  const presence = watch.presence(control);
  return {
    watch,
    failing,
    wait: (seconds: number) => {
      now += seconds * 1_000;
    },
    poll: (signal = going) => queue.receive(1, 20, signal).catch(() => undefined),
    beat: () => presence.heartbeat(0).catch(() => undefined),
    health: () => judgeHealth(watch.facts(), self, now),
  };
};

test('a node is healthy once it has read a queue and is known, and not before', async () => {
  const node = seen();
  assert.deepEqual([node.health().healthy, node.health().state], [false, 'starting']);
  assert.equal(node.health().problems.length, 2);
  await node.poll();
  assert.match(node.health().problems.join(), /^the control plane does not know of this node yet$/);
  await node.beat();
  assert.deepEqual([node.health().healthy, node.health().state, node.health().problems], [true, 'idle', []]);
});

test('a queue that cannot be read is a problem after a while, and says why without its secrets', async () => {
  const node = seen();
  await node.poll();
  await node.beat();
  node.failing.queue = new Error(`AccessDenied for ${'S'.repeat(90)}`);
  for (const [seconds, healthy] of [
    [70, true],
    [15, false],
  ] as const) {
    node.wait(seconds);
    await node.poll();
    await node.beat();
    assert.equal(node.health().healthy, healthy);
  }
  const { problems, polls } = node.health();
  assert.deepEqual(problems, [
    'no queue could be read since 2026-01-01T00:00:00.000Z; last: Error: AccessDenied for [redacted]',
  ]);
  assert.deepEqual(polls.lastFailure, { at: '2026-01-01T00:01:25.000Z', error: 'Error: AccessDenied for [redacted]' });
  node.failing.queue = undefined as never;
  await node.poll();
  assert.equal(node.health().healthy, true);
});

test('who has no free slot, or drains, reads no queue and is healthy; a slot that is free again starts the clock', async () => {
  const node = seen();
  await node.poll();
  node.watch.held(2);
  node.wait(3_600);
  await node.beat();
  assert.equal(node.health().healthy, true);
  node.watch.held(1);
  node.wait(70);
  await node.beat();
  assert.equal(node.health().healthy, true);
  node.wait(11);
  await node.beat();
  assert.equal(node.health().healthy, false);
  node.watch.draining();
  assert.deepEqual([node.health().healthy, node.health().state], [true, 'draining']);
});

test('a look that a stop has cut short is no failure', async () => {
  const node = seen();
  node.failing.queue = new Error('aborted');
  await node.poll(AbortSignal.abort());
  assert.equal(node.health().polls.lastFailure, undefined);
  await node.poll();
  assert.equal(node.health().polls.lastFailure?.error, 'Error: aborted');
});

test('three heartbeats may be lost', async () => {
  const node = seen();
  await node.poll();
  await node.beat();
  node.failing.presence = new Error('away');
  for (const [seconds, healthy] of [
    [59, true],
    [2, false],
  ] as const) {
    node.wait(seconds);
    await node.beat();
    await node.poll();
    assert.equal(node.health().healthy, healthy);
  }
  assert.match(node.health().problems.join(), /not answered since 2026-01-01T00:00:00.000Z; last: Error: away/);
});

test('an order is shown while it runs, with how far it is', async () => {
  const node = seen();
  const end = Promise.withResolvers<{ end: 'stopped' }>();
  const running = {
    ended: end.promise,
    counters: () => ({ ...noCounters, transferred: 5 }),
    progress: () => ({ done: 1, total: 4, unit: 'packs' }),
  };
  const order = { orderId: 'ord-00000001', jobId: 'job-00000001', attempt: 2, credentials: { secret: 'CANARY' } };
  await node.poll();
  node.watch.runner({ start: () => running as never }).start(
    order as never,
    () => undefined,
    async () => undefined,
  );
  node.wait(2.5);
  const { orders, state } = node.health();
  assert.equal(state, 'working');
  assert.deepEqual(orders, [
    {
      ...{ orderId: 'ord-00000001', jobId: 'job-00000001', attempt: 2, startedAt: '2026-01-01T00:00:00.000Z' },
      seconds: 2.5,
      counters: { ...noCounters, transferred: 5 },
      progress: { done: 1, total: 4, unit: 'packs' },
    },
  ]);
  assert.doesNotMatch(JSON.stringify(node.health()), /CANARY/);
  end.resolve({ end: 'stopped' });
  await end.promise;
  await undefined;
  assert.deepEqual(node.health().orders, []);
});
