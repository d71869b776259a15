import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startWorld } from './world.ts';

const BLOCK = 524_288;
const blocks = 40;
let world: Awaited<ReturnType<typeof startWorld>>;
let work: object;

before(async () => {
  world = await startWorld();
  const volumeId = await world.newVolume(1);
  await world.writeVolume(volumeId, 0, randomBytes(blocks * BLOCK));
  const snapshotId = await world.newSnapshot(volumeId);
  work = { kind: 'read-segment', volumeId, snapshotId, volumeBlocks: 2_048, pages: [0], blocks: [[0, 2_048]] };
});
after(() => world.stop());

/** An order that takes a few seconds, and the moment when some of it is done. */
const slowOrder = async (rate = 10): Promise<string> => world.send(work, { blockRate: rate, heartbeatSeconds: 0.3 });
const progressed = (order: string) =>
  world.asked('heartbeatOrder', order, ({ counters }) => (counters?.transferred ?? 0) > 2);
const nodes = { HOLDFAST_VISIBILITY_SECONDS: '3', HOLDFAST_POLL_SECONDS: '1', HOLDFAST_SLOTS: '1' };

test('an order of a node that is killed is done by another', { timeout: 90_000 }, async () => {
  const first = world.startNode(nodes);
  const order = await slowOrder();
  await progressed(order);
  first.child.kill('SIGKILL');
  await first.exited;
  const second = world.startNode(nodes);
  const { status, cause } = await world.ended(order, 80);
  assert.equal(status, 'SUCCEEDED', `${cause}\n${second.output()}`);
  assert.equal(world.outcomeOf(order)?.claim, 2);
  second.child.kill('SIGKILL');
  await second.exited;
});

test('a node that is stopped hands its order back and ends well; the next takes it at once', {
  timeout: 90_000,
}, async () => {
  const first = world.startNode({ ...nodes, HOLDFAST_GRACE_SECONDS: '0', HOLDFAST_VISIBILITY_SECONDS: '600' });
  const order = await slowOrder(5);
  await progressed(order);
  first.child.kill('SIGTERM');
  assert.equal(await first.exited, 0, first.output());
  const released = await world.asked('releaseOrder', order);
  assert.equal(released.error, undefined);
  const second = world.startNode(nodes);
  const { status, cause } = await world.ended(order, 80);
  assert.equal(status, 'SUCCEEDED', `${cause}\n${second.output()}`);
  assert.match(first.output(), /access node stopped/);
  second.child.kill('SIGKILL');
  await second.exited;
});

test('a node that is stopped by message lets an order end within its grace', { timeout: 90_000 }, async () => {
  const node = world.startNode({ ...nodes, HOLDFAST_GRACE_SECONDS: '60' });
  const order = await slowOrder(15);
  await progressed(order);
  node.child.send('stop');
  assert.equal(await node.exited, 0, node.output());
  assert.equal((await world.ended(order)).status, 'SUCCEEDED');
  assert.equal(
    world.requests().filter(({ orderId, operation }) => orderId === order && operation === 'releaseOrder').length,
    0,
  );
});

test('a cancelled order is stopped and released, and its node goes on with the next', { timeout: 90_000 }, async () => {
  const node = world.startNode(nodes);
  const order = await slowOrder(2);
  await progressed(order);
  world.cancel(order);
  await world.asked('releaseOrder', order);
  const next = await slowOrder(1_000);
  assert.equal((await world.ended(next)).status, 'SUCCEEDED', node.output());
  assert.equal(world.outcomeOf(order), undefined);
  node.child.send('stop');
  await node.exited;
});

test('a node that is told too little says what is missing and ends', { timeout: 30_000 }, async () => {
  const node = world.startNode({ HOLDFAST_QUEUES: '', HOLDFAST_BROKER_FUNCTION: '' });
  assert.equal(await node.exited, 2);
  assert.match(node.output(), /HOLDFAST_BROKER_FUNCTION is missing/);
  assert.match(node.output(), /HOLDFAST_QUEUES is missing/);
});

test('a node says what it is, and ends when it is drained: after the orders that it has', {
  timeout: 90_000,
}, async () => {
  const node = world.startNode({ ...nodes, HOLDFAST_NODE_ID: 'node-drained1', HOLDFAST_ZONE: 'eu-central-1b' });
  const order = await slowOrder(8);
  await progressed(order);
  const registered = world
    .requests()
    .find(({ operation, nodeId }) => operation === 'registerNode' && nodeId === 'node-drained1');
  assert.match(JSON.stringify(registered), /"zone":"eu-central-1b"/);
  world.drain('node-drained1');
  assert.equal(await node.exited, 0, node.output());
  assert.equal((await world.ended(order)).status, 'SUCCEEDED');
  assert.ok(world.requests().some((asked) => asked.operation === 'leaveNode' && asked.nodeId === 'node-drained1'));
});
