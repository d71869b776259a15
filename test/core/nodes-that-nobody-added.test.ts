import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NODE_LOST_AFTER_MS } from '../../core/domain/access-node.ts';
import { resourceQuestion } from '../../core/steps/api/check-resources.ts';
import { createRegisterNode } from '../../core/steps/broker/node-presence.ts';
import { aNode, aService, aTenant, freshId } from '../adapters/records.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';

const openWorld = async () => {
  const { catalog } = createInMemoryCatalog();
  const service = { ...aService(freshId('hv'), '999999999999'), accessNodes: 'automatic' as const };
  await catalog.hypervisors.add(service);
  const time = { now: 1_000 };
  const register = createRegisterNode({ catalog, clock: { now: () => time.now }, heartbeatSeconds: 20 });
  const { hypervisorId: serviceId } = service;
  const description = {
    name: 'by itself',
    origin: 'manual',
    os: 'linux',
    osVersion: '6.1',
    version: '1',
    slots: 4,
  } as const;
  return {
    nodes: catalog.nodes,
    serviceId,
    time,
    register: (nodeId: string) => register({ operation: 'registerNode', nodeId, serviceId, description }),
    countedForO6: async () => {
      const terms = { purpose: 'restore', transport: 'ebs-direct' } as const;
      return (await resourceQuestion(catalog, aTenant(freshId('hv'), '222222222222'), service, terms)).manualNodes;
    },
  };
};

test('O6: a node that says of itself that it was added by hand works, and does not count; one that was added does', async () => {
  const { nodes, serviceId, register, countedForO6 } = await openWorld();
  const node = aNode(serviceId);
  await register(node.nodeId);
  assert.equal((await nodes.get(serviceId, node.nodeId))?.origin, 'manual');
  assert.equal(await countedForO6(), 0);
  const added = { ...aNode(serviceId), addedByHand: true };
  await nodes.register(added);
  assert.equal(await countedForO6(), 1);
  for (const _ of [1, 2]) await register(added.nodeId);
  assert.equal(await countedForO6(), 1, 'after it has registered, and after it was started anew');
});

test('of nodes that nobody added 200 are known at most; a lost one makes room', async () => {
  const { nodes, serviceId, register, time } = await openWorld();
  for (let n = 0; n < 200; n++) await register(`node-${n}`);
  await assert.rejects(register('node-one-more'), { name: 'Conflict' });
  await register('node-7');
  time.now += NODE_LOST_AFTER_MS + 1;
  await register('node-one-more');
  assert.equal((await nodes.list(serviceId)).length, 200);
});
