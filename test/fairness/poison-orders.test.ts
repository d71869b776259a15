import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_DEATHS, quarantineError } from '../../core/domain/quarantine.ts';
import { createListQuarantine, createReleaseQuarantined } from '../../core/steps/api/quarantine.ts';
import { isKeptForAnother } from '../../core/steps/broker/quarantine-order.ts';
import { createReleaseOrder } from '../../core/steps/broker/release-order.ts';
import { aJob, anOrder } from '../adapters/records.ts';
import { backupOf, openFlows } from '../core/flows-world.ts';
import { openFleet } from './broker-fleet.ts';

const INSTANCES = Array.from({ length: 6 }, (_, n) => `i-0000000${n + 1}`);
const POISONED = 'i-00000003';
const volumeOf = (instanceId: string): string => instanceId.replace('i-', 'vol-');

for (const nodes of [['node-00000001'], ['node-00000001', 'node-00000002', 'node-00000003']]) {
  test(`an order that kills its node three times is set aside; all other instances are backed up (${nodes.length} nodes of 4 slots)`, async (t) => {
    const world = await openFlows(t);
    const [{ tenantId, account }] = world.tenants;
    for (const id of INSTANCES) account.addInstance(id, [volumeOf(id)], {}, 'Linux/UNIX', 2);
    const fleet = openFleet(world, nodes, 4);
    fleet.poisonous.add(volumeOf(POISONED));

    const job = await world.run(tenantId, backupOf({ instanceIds: INSTANCES, streams: 10, queueDeadlineSeconds: 600 }));
    assert.equal(fleet.deaths.length, MOST_DEATHS, fleet.log.join('\n'));
    assert.deepEqual([job.state, job.error?.name], ['completed with errors', 'OrderQuarantined']);
    assert.ok(!job.error?.tenantMessage?.includes('node-'), 'the tenant reads nothing of the nodes');
    const children = await world.instancesOf(job.jobId);
    assert.deepEqual(
      children
        .filter(({ phase }) => phase !== 'done')
        .map(({ instanceId, phase, error }) => [instanceId, phase, error?.name]),
      [[POISONED, 'failed', 'OrderQuarantined']],
    );

    const list = createListQuarantine(world);
    const { items } = await list({ limit: 10 });
    const [item] = items;
    assert.equal(items.length, 1, 'none of those that ran beside it');
    assert.ok(item?.kind === 'order');
    assert.deepEqual(
      [item.tenantId, item.jobId, item.instanceId, item.work],
      [tenantId, job.jobId, POISONED, 'read-segment'],
    );
    assert.deepEqual(
      item.deaths.map(({ nodeId }) => nodeId).sort(),
      fleet.deaths.map((each) => each.slice(0, 13)).sort(),
    );
    assert.ok(await world.deps.work.getJson(item.documentKey), 'its document is kept');

    fleet.poisonous.clear();
    const release = createReleaseQuarantined({ ...world.deps, catalog: world.catalog });
    assert.deepEqual(await release(item.id, true), { id: item.id, retries: job.jobId });
    const again = await world.finish(job.jobId);
    assert.deepEqual([again.state, again.attempt, again.error], ['completed', 2, undefined]);
    assert.deepEqual((await list({ limit: 10 })).items, []);
    await assert.rejects(release(item.id, true), { name: 'NotFound' });
    assert.deepEqual(
      fleet.log.filter((line) => line.includes('Error')),
      [],
    );
  });
}

test('a node that hands its orders back, claims twice for a lost answer, or is replaced twice, poisons nothing', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(POISONED, [volumeOf(POISONED)], {}, 'Linux/UNIX', 2);
  const fleet = openFleet(world, [], 1);
  const tokens = new Map<string, string>();
  const send = world.cloud.handlers.get('sqs:SendMessage');
  world.cloud.handlers.set('sqs:SendMessage', (input, principal) => {
    const { orderId, taskToken } = JSON.parse(String(input.MessageBody));
    tokens.set(orderId, taskToken);
    return send?.(input, principal);
  });
  const jobId = await world.start(tenantId, backupOf({ instanceIds: [POISONED], queueDeadlineSeconds: 600 }));
  await world.cloud.clock.advance(5_000);
  const [[orderId, taskToken] = ['', '']] = tokens;
  const claim = (nodeId: string, processId: string) =>
    fleet.ask<{ outcome: string; claim: number }>({ operation: 'claimOrder', orderId, taskToken, nodeId, processId });
  const deaths = async () => (await world.catalog.orders.get(orderId))?.deaths?.length ?? 0;
  const silence = () => world.cloud.clock.advance(6_000);

  for (let times = 1; times <= 5; times++) {
    const { outcome, claim: number } = await claim('node-00000001', 'one');
    assert.equal(outcome, 'yours');
    if (times > 1) {
      await createReleaseOrder({ ...world.deps, catalog: world.catalog } as never)(
        { operation: 'releaseOrder', orderId, taskToken, nodeId: 'node-00000001', claim: number, counters: zeros },
        world.service.hypervisorId,
      );
    }
  }
  assert.equal(await deaths(), 0, 'its own process asked again, and then handed back');
  await claim('node-00000001', 'one');
  for (const process of ['two', 'three']) {
    await silence();
    assert.equal((await claim('node-00000001', process)).outcome, 'yours');
  }
  assert.equal(await deaths(), 2);
  assert.equal((await claim('node-00000001', 'three')).outcome, 'yours', 'the third try goes on');
  for (const process of ['four', 'five']) assert.equal((await claim('node-00000001', process)).outcome, 'yours');
  assert.equal(await deaths(), 2, 'a claim that is still heard of is no death, whatever its node calls itself');
  await silence();
  assert.equal((await claim('node-00000002', 'one')).outcome, 'yours', 'three deaths, and all of one node');
  assert.equal(await deaths(), 3);
  await silence();
  assert.equal((await claim('node-00000001', 'six')).outcome, 'gone');
  assert.equal((await world.catalog.orders.get(orderId))?.state, 'quarantined');
  assert.equal((await claim('node-00000002', 'one')).outcome, 'gone', 'and stays there');
  assert.equal((await world.finish(jobId)).state, 'failed');
});

test('a node that dies of everything takes no order away from the others', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  const many = Array.from({ length: 24 }, (_, n) => `i-000000${n + 10}`);
  for (const id of many) account.addInstance(id, [volumeOf(id)], {}, 'Linux/UNIX', 2);
  const fleet = openFleet(world, ['node-00000001', 'node-00000002', 'node-00000003'], 2);
  fleet.sick.add('node-00000003');
  const job = await world.run(
    tenantId,
    backupOf({ instanceIds: many, streams: many.length, queueDeadlineSeconds: 3_600 }),
  );
  assert.deepEqual([job.state, job.error], ['completed', undefined], fleet.log.join('\n'));
  assert.ok(fleet.deaths.length > MOST_DEATHS, `${fleet.deaths.length} deaths`);
  assert.deepEqual((await createListQuarantine(world)({ limit: 10 })).items, []);
});

for (const nodes of [['node-00000001'], ['node-00000001', 'node-00000002', 'node-00000003']]) {
  test(`several poisonous orders at once take none with them that ran beside (${nodes.length} nodes of 4 slots)`, async (t) => {
    const world = await openFlows(t);
    const [{ tenantId, account }] = world.tenants;
    const many = Array.from({ length: 16 }, (_, n) => `i-000000${n + 10}`);
    const poisoned = many.filter((_, n) => n % 4 === 2);
    for (const id of many) account.addInstance(id, [volumeOf(id)], {}, 'Linux/UNIX', 2);
    const fleet = openFleet(world, nodes, 4);
    for (const id of poisoned) fleet.poisonous.add(volumeOf(id));
    const job = await world.run(
      tenantId,
      backupOf({ instanceIds: many, streams: many.length, queueDeadlineSeconds: 3_600 }),
    );
    const failed = (await world.instancesOf(job.jobId)).filter(({ phase }) => phase !== 'done');
    assert.deepEqual(failed.map(({ instanceId }) => instanceId).sort(), poisoned, fleet.log.join('\n'));
    for (const { error } of failed) assert.equal(error?.name, 'OrderQuarantined');
    t.diagnostic(`${fleet.deaths.length} deaths of ${poisoned.length} poisonous orders`);
    assert.ok(fleet.deaths.length <= poisoned.length * MOST_DEATHS, `${fleet.deaths.length}`);
  });
}

test('an order that nodes died with runs alone: its node is emptied for it, and is given no other meanwhile', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  const three = INSTANCES.slice(0, 3);
  for (const id of three) account.addInstance(id, [volumeOf(id)], {}, 'Linux/UNIX', 2);
  const fleet = openFleet(world, [], 1);
  const tokens = new Map<string, string>();
  world.cloud.handlers.set('sqs:SendMessage', (input) => {
    const { orderId, taskToken } = JSON.parse(String(input.MessageBody));
    tokens.set(orderId, taskToken);
    return { MessageId: '1', MD5OfMessageBody: '' };
  });
  await world.start(tenantId, backupOf({ instanceIds: three, streams: 3, queueDeadlineSeconds: 600 }));
  await world.cloud.clock.advance(5_000);
  const [suspect = '', second = '', third = ''] = tokens.keys();
  const claim = async (orderId: string, nodeId: string, processId: string, holding: number) => {
    const request = { orderId, taskToken: tokens.get(orderId) ?? '', nodeId, processId, holding };
    return (await fleet.ask<{ outcome: string }>({ operation: 'claimOrder', ...request })).outcome;
  };
  const silence = () => world.cloud.clock.advance(6_000);
  for (const nodeId of ['node-00000001', 'node-00000002']) {
    assert.equal(await claim(suspect, nodeId, 'one', 3), 'yours');
    await silence();
  }
  const node = 'node-00000003';
  assert.equal(await claim(second, node, 'one', 0), 'yours');
  assert.equal(await claim(suspect, node, 'one', 1), 'held', 'two deaths: not beside another');
  assert.equal(await claim(third, node, 'one', 1), 'held', 'the node is kept free for it');
  assert.equal(await claim(third, 'node-00000004', 'one', 0), 'yours', 'any other is not');
  assert.equal(await claim(suspect, node, 'one', 0), 'yours', 'once the node has none left');
  await world.cloud.clock.advance(2_000);
  await silence();
  assert.equal(await claim(second, 'node-00000005', 'one', 0), 'yours');
  assert.equal((await world.catalog.orders.get(suspect))?.deaths?.length, 2);
});

test('a node that works on such an order is given no other', async (t) => {
  const noted = { orderId: 'ord-00000001', keptUntil: 0 };
  const order = (heartbeatAt: number, nodeId = 'node-00000001') => ({
    orderId: noted.orderId,
    state: 'claimed',
    nodeId,
    heartbeatAt,
  });
  for (const [there, isKept] of [
    [order(99_000), true],
    [order(99_000, 'node-00000002'), false],
    [order(1_000), false],
  ] as const) {
    const catalog = { quarantine: { suspectOf: async () => noted }, orders: { get: async () => there } };
    const deps = { catalog, clock: { now: () => 100_000 }, heartbeatSeconds: 20 } as never;
    assert.equal(await isKeptForAnother(deps, 'node-00000001', 'ord-00000002'), isKept);
  }
  t.diagnostic('while its node is heard of, and not after');
});

for (const state of ['cancelled', 'running', 'completed', 'failed'] as const) {
  test(`an order is released though its job is ${state}, and says why it is not tried again, or is told not to`, async (t) => {
    const world = await openFlows(t);
    const [{ tenantId }] = world.tenants;
    const job = { ...aJob(tenantId), state };
    await world.catalog.jobs.add(job);
    const order = anOrder(job, POISONED);
    await world.catalog.orders.add([order]);
    const quarantined = [{ nodeId: 'node-00000001', claim: 1, lastHeardAt: 1 }];
    assert.ok(await world.catalog.quarantine.putOrder(order, quarantined, quarantineError(quarantined), 2));
    const release = createReleaseQuarantined({ ...world.deps, catalog: world.catalog });
    const { retries, note } = await release(order.orderId, state !== 'failed');
    assert.equal(retries, undefined);
    if (state === 'failed') assert.equal(note, undefined, 'it could be retried, and was not to be');
    else assert.match(note ?? '', new RegExp(state));
    assert.equal(await world.catalog.quarantine.get(order.orderId), undefined);
    assert.equal((await world.catalog.jobs.get(tenantId, job.jobId))?.attempt, job.attempt);
  });
}

const zeros = { transferred: 0, zero: 0, deduplicated: 0, stored: 0, storedBytes: 0, bytes: 0, verified: 0 };
