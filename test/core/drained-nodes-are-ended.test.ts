import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AccessNode, accessNodeStatus, NODE_LOST_AFTER_MS } from '../../core/domain/access-node.ts';
import { serviceAccountNames, wantedNodes } from '../../core/domain/automatic-nodes.ts';
import { createHeartbeatNode, createLeaveNode, createRegisterNode } from '../../core/steps/broker/node-presence.ts';
import { createSizeNodes } from '../../core/steps/nodes/size-nodes.ts';
import { aGroup, aService, freshId } from '../adapters/records.ts';
import { withServiceAccounts } from '../api/service-account-fakes.ts';
import { createWorld } from '../api/world.ts';
import { PROVIDER } from '../api/world-records.ts';

const OTHER = '444444444444';
const DESCRIPTION = { name: 'by itself', osVersion: '6.1', version: '1', slots: 4 } as const;

/** A service hypervisor with a VM group and so many nodes that register; in another account its group has no policy. */
const openWorld = async ({ nodes = 1, accountId = PROVIDER }: { nodes?: number; accountId?: string } = {}) => {
  const { deps } = createWorld();
  const there = withServiceAccounts({ deps } as never);
  const { catalog, serviceAccounts, settings } = deps;
  const serviceId = freshId('hv');
  const { autoScalingGroupName, launchTemplateName } = serviceAccountNames('test', serviceId);
  const queues = { restores: `https://sqs/${serviceId}-restores`, work: `https://sqs/${serviceId}-work` };
  await catalog.hypervisors.add({
    ...aService(serviceId, accountId),
    accessNodes: 'automatic',
    queues,
    automaticNodes: { autoScalingGroupName, launchTemplateName },
  });
  await catalog.vmGroups.add(aGroup(serviceId));
  const time = { now: 1_000_000, orders: 0 };
  const clock = { now: () => time.now };
  const presence = { catalog, clock, heartbeatSeconds: 20 };
  const [register, heartbeat, leave] = [
    createRegisterNode(presence),
    createHeartbeatNode(presence),
    createLeaveNode(presence),
  ];
  const instances = Array.from({ length: nodes }, (_, n) => `i-${n}`);
  there.groups.set(autoScalingGroupName, { zones: [], most: 10, desired: nodes, instances } as never);
  const start = (ec2InstanceId: string, change: Partial<AccessNode> = {}) =>
    register({
      operation: 'registerNode',
      serviceId,
      nodeId: `node-${ec2InstanceId}`,
      description: { ...DESCRIPTION, origin: 'automatic', os: 'linux', ec2InstanceId, ...change } as never,
    });
  for (const instance of instances) await start(instance);
  const group = () => {
    const { desired, instances: left } = there.groups.get(autoScalingGroupName) as never as {
      desired: number;
      instances: readonly string[];
    };
    return { desired, instances: left };
  };
  const depth = async (url: string) => (url === queues.work ? time.orders : 0);
  return {
    catalog,
    there,
    time,
    serviceId,
    start,
    group,
    nodes: catalog.nodes,
    size: createSizeNodes({ catalog, clock, serviceAccounts, settings, depths: { depth } }),
    drain: (id: string) => catalog.nodes.setDraining(serviceId, `node-${id}`, true),
    beat: (id: string, held: number) =>
      heartbeat({ operation: 'heartbeatNode', serviceId, nodeId: `node-${id}`, held }),
    leave: (id: string) => leave({ operation: 'leaveNode', serviceId, nodeId: `node-${id}` }),
    known: async () => (await catalog.nodes.list(serviceId)).map(({ nodeId }) => nodeId),
  };
};

test('a drained node is ended when it has left, others come for it as work asks, and it is forgotten', async () => {
  const world = await openWorld();
  world.time.orders = 3;
  await world.drain('i-0');
  await world.beat('i-0', 2);
  assert.deepEqual(await world.size(), { changed: 1, problems: [] });
  assert.deepEqual(world.group(), { desired: 2, instances: ['i-0'] }, 'it holds orders: another comes beside it');
  await world.size();
  assert.equal(world.group().desired, 2, 'one is enough');
  await world.leave('i-0');
  const [left] = await world.nodes.list(world.serviceId);
  assert.equal(accessNodeStatus(left as AccessNode, world.time.now + 2 * NODE_LOST_AFTER_MS), 'draining');
  assert.deepEqual(await world.size(), { changed: 1, problems: [] });
  assert.deepEqual(world.group(), { desired: 1, instances: [] }, 'the other one is there already');
  assert.deepEqual(await world.known(), ['node-i-0'], 'until it is gone');
  assert.deepEqual(await world.size(), { changed: 0, problems: [] });
  assert.deepEqual(await world.known(), []);
});

test('the only node drains without an order in hand: it is ended, and what waits gets another in the same minute', async () => {
  for (const accountId of [PROVIDER, OTHER]) {
    const world = await openWorld({ accountId });
    world.time.orders = 1;
    await world.drain('i-0');
    await world.leave('i-0');
    await world.size();
    assert.deepEqual(world.group(), { desired: 1, instances: [] });
  }
});

test('without work none comes for it', async () => {
  const world = await openWorld();
  await world.drain('i-0');
  await world.leave('i-0');
  await world.size();
  assert.deepEqual(world.group(), { desired: 0, instances: [] });
});

test('one that holds an order is not ended as long as it is heard of', async () => {
  const world = await openWorld();
  world.time.orders = 1;
  await world.drain('i-0');
  await world.beat('i-0', 1);
  for (let minute = 0; minute < 5; minute++) {
    await world.size();
    world.time.now += NODE_LOST_AFTER_MS;
    assert.deepEqual(world.group(), { desired: 1, instances: ['i-0'] });
    await world.beat('i-0', 1);
  }
  world.time.now += NODE_LOST_AFTER_MS + 1;
  await world.size();
  assert.deepEqual(world.group(), { desired: 1, instances: [] }, 'nobody holds its order any more');
});

test('nodes that nobody drained, that were added by hand, or run on Windows are ended by nobody', async () => {
  const world = await openWorld({ nodes: 3 });
  world.time.orders = 1;
  const known = async (id: string) => (await world.nodes.get(world.serviceId, `node-${id}`)) ?? assert.fail(`no ${id}`);
  await world.nodes.register({ ...(await known('i-1')), addedByHand: true });
  await world.nodes.register({ ...(await known('i-2')), os: 'windows' });
  for (const id of ['i-1', 'i-2']) {
    await world.drain(id);
    await world.leave(id);
  }
  world.time.now += 2 * NODE_LOST_AFTER_MS;
  assert.deepEqual(await world.size(), { changed: 0, problems: [] });
  assert.deepEqual(world.group(), { desired: 3, instances: ['i-0', 'i-1', 'i-2'] });
  assert.deepEqual(await world.known(), ['node-i-0', 'node-i-1'], 'one on Windows is gone for good as it leaves');
});

test('an instance of another group is not ended, whatever a node says of itself', async () => {
  const world = await openWorld();
  await world.start('i-elsewhere');
  await world.drain('i-elsewhere');
  await world.leave('i-elsewhere');
  world.there.failing.add('endNode');
  assert.deepEqual(await world.size(), { changed: 0, problems: [] });
  assert.deepEqual(await world.known(), ['node-i-0']);
});

test('one that is started anew works, and stays', async () => {
  const world = await openWorld();
  await world.drain('i-0');
  await world.leave('i-0');
  await world.start('i-0');
  await world.size();
  assert.deepEqual(world.group(), { desired: 1, instances: ['i-0'] });
  await world.drain('i-0');
  await world.beat('i-0', 1);
  await world.size();
  assert.deepEqual(world.group(), { desired: 1, instances: ['i-0'] }, 'nor is what it did before held against it');
});

test('where an instance cannot be ended that is said, others come beside it, and the next time tries again', async () => {
  const world = await openWorld();
  world.time.orders = 1;
  await world.drain('i-0');
  await world.leave('i-0');
  world.there.failing.add('endNode');
  const { problems } = await world.size();
  assert.deepEqual(problems, [`${world.serviceId}: drained node-i-0: endNode did not answer`]);
  assert.deepEqual(world.group(), { desired: 2, instances: ['i-0'] });
  world.there.failing.clear();
  await world.size();
  assert.deepEqual(world.group(), { desired: 1, instances: [] });
});

test('nodes that drain count for nothing, but in the number that there can be', () => {
  const group = { desired: 3, most: 10, ordersPerNode: 4 };
  assert.equal(wantedNodes(5, { ...group, draining: { nodes: 3, held: 1 } }), 4);
  assert.equal(wantedNodes(12, { ...group, draining: { nodes: 1, held: 3 } }), 4);
  assert.equal(wantedNodes(40, { ...group, draining: { nodes: 3, held: 0 } }), 10);
  assert.equal(wantedNodes(3, { ...group, draining: { nodes: 3, held: 3 } }), 3, 'what they hold needs no other');
  assert.equal(wantedNodes(0, { ...group, draining: { nodes: 3, held: 0 } }), 0);
});
