/**
 * Control plane and nodes are never exchanged at the same moment. The real broker behind the node's real client, with
 * something new said by one of them.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { createMessageHandler } from '../../access-node/handle-message.ts';
import { asOrderError } from '../../access-node/order-errors.ts';
import type { OrderTools } from '../../access-node/order-tools.ts';
import { performOrder } from '../../access-node/perform-order.ts';
import { createLambdaOrderBroker } from '../../adapters/aws/node-order-broker.ts';
import { sha256 } from '../../adapters/system.ts';
import { noCalls } from '../../core/contracts/billed-calls.ts';
import { type NodeDescription, noCounters } from '../../core/contracts/orders.ts';
import { createAuditedBroker } from '../../core/steps/audit/audited-broker.ts';
import { createAnswerNode } from '../../core/steps/broker/answer-node.ts';
import { aJob, anInstance, anOrder, aService, aTenant } from '../adapters/records.ts';
import { createInMemoryAudit } from '../api/in-memory-audit.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';
import { backupOf, openFlows } from '../core/flows-world.ts';
import { uncountedFails } from '../core/uncounted.ts';
import { createFakes, log, message, orderId, taskToken } from './fakes.ts';

const [SERVICE, TENANT, NODE] = ['hv-0000000a', 'hv-00000001', 'node-00000001'];
const BROKER = `arn:aws:lambda:eu-central-1:111111111111:function:holdfast-test-broker:${SERVICE}`;
const NEW = 'of the next version';
const session = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c', expiresAt: 4e12 };

/** Something more in each object, at whatever depth. */
const withMore = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withMore);
  if (typeof value !== 'object' || value === null) return value;
  const all = Object.entries(value).map(([name, each]) => [name, withMore(each)]);
  return { ...Object.fromEntries(all), [NEW]: { and: [NEW] } };
};

/** `asks`, `answers`: what becomes of what a node says, and of what it is told. */
const open = async ({ asks = (value: unknown) => value, answers = (value: unknown) => value } = {}) => {
  const { catalog, records } = createInMemoryCatalog();
  let now = Date.UTC(2026, 10, 23);
  const clock = { now: () => now };
  await catalog.hypervisors.add(aService(SERVICE, '111111111111'));
  await catalog.hypervisors.add({ ...aTenant(TENANT, '222222222222'), binding: { serviceId: SERVICE, boundAt: 1 } });
  const job = { ...aJob(TENANT), state: 'running' as const, attempt: 1 };
  await catalog.jobs.add(job);
  const { fence: _, ...order } = anOrder(job, 'i-00000001');
  await catalog.orders.add([{ ...order, orderId, serviceId: SERVICE }]);
  await catalog.jobs.addInstance(anInstance(job, 'i-00000001'));
  const { audit, written } = createInMemoryAudit(clock);
  const answer = createAuditedBroker({
    ...{ catalog, clock, audit },
    answer: createAnswerNode({
      sessions: { tenant: async () => session, library: async () => session, workArea: async () => session },
      work: { bucket: 'work', getJson: async () => undefined, putJson: async () => {}, copy: async () => false },
      tokens: { heartbeat: async () => true, fail: async () => {} },
      ...{ catalog, clock, sha256, tellUncounted: uncountedFails, inTime: (work) => work },
      ...{ heartbeatSeconds: 20, blockRate: 1_000 },
    }),
  });
  const said: string[] = [];
  const send = async ({ input: { Payload } }: { readonly input: { readonly Payload: Uint8Array } }) => {
    const request = JSON.parse(Buffer.from(Payload).toString()) as { readonly operation: string };
    said.push(request.operation);
    try {
      const answered = await answer(asks(request), BROKER, 'request-1');
      return { Payload: Buffer.from(JSON.stringify(answers(answered))) };
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      return { FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify({ errorType, errorMessage })) };
    }
  };
  const client = { send } as unknown as LambdaClient;
  const node = (nodeId = NODE) => createLambdaOrderBroker({ client, functionName: BROKER, nodeId, serviceId: SERVICE });
  return {
    ...{ catalog, records, written, said, node, job },
    wait(seconds: number): void {
      now += seconds * 1_000;
    },
  };
};

const description: NodeDescription = {
  ...{ name: 'a node', osVersion: '6', version: '9.0.0', slots: 4 },
  ...({ origin: 'manual', os: 'linux' } as const),
};
const calls = { ...noCalls, s3Gets: 5 };
const counters = { ...noCounters, transferred: 3, bytes: 3 * 524_288 };

test('a newer node with an older control plane: whatever it says more is passed over, and kept nowhere', async () => {
  const { catalog, records, written, node, said, job } = await open({ asks: withMore });
  const { broker, presence } = node();
  await presence.register(description);
  await presence.heartbeat(1);
  const claim = await broker.claim({ orderId, taskToken, holding: 0 });
  assert.ok(claim.outcome === 'yours');
  const base = { orderId, taskToken, claim: claim.claim };
  const beat = { ...base, counters, calls, blockRate: 0, wantCredentials: true };
  const heard = await broker.heartbeat({ ...beat, progress: { done: 1, total: 2, unit: 'packs' } });
  assert.equal(heard.cancelled, false);
  await broker.release({ ...base, counters, calls, error: { name: 'VolumeFailed', message: 'it is gone' } });
  const again = await broker.claim({ orderId, taskToken });
  assert.ok(again.outcome === 'yours');
  const resultKey = `${again.resultPrefix}${orderId}-${again.claim}.json`;
  const done = await broker.complete({ ...base, claim: again.claim, counters, calls, resultKey });
  assert.deepEqual(done, { orderId, claim: 2, resultKey, counters });
  await broker.reportMessage({ bytes: 3, sha256: sha256('abc'), receiveCount: 1 });
  await presence.leave();
  assert.deepEqual(new Set(said).size, 8);

  assert.equal((await catalog.orders.get(orderId))?.state, 'done');
  assert.equal((await catalog.usage.month(TENANT, '2026-11'))?.calls.s3Gets, 10);
  assert.equal((await catalog.usage.ofAttempt(job.jobId, 1)).length, 2);
  const kept = JSON.stringify([
    Object.values(records).map((each) => (each instanceof Map ? [...each] : each)),
    written(),
  ]);
  assert.ok(kept.includes(orderId) && kept.includes('9.0.0'));
  assert.ok(!kept.includes(NEW));
});

test('what is not new is asked for as strictly as ever', async () => {
  const { node, catalog } = await open({ asks: (request) => ({ ...(withMore(request) as object), holding: -1 }) });
  await assert.rejects(node().broker.claim({ orderId, taskToken }), (error: Error) => {
    assert.match(error.message, /holding/);
    assert.ok(!error.message.includes(NEW));
    return true;
  });
  assert.equal((await catalog.orders.get(orderId))?.state, 'queued');
});

test('results of newer nodes are read', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance('i-00000001', ['vol-00000001']);
  const { work } = world.deps;
  const { getJson } = work;
  let read = 0;
  work.getJson = async (key) => {
    const value = await getJson(key);
    if (!key.includes('/results/')) return value;
    read += 1;
    return withMore(value);
  };
  const job = await world.run(tenantId, backupOf({ instanceIds: ['i-00000001'] }));
  assert.deepEqual([job.state, job.error], ['completed', undefined]);
  assert.ok(read > 0);
});

test('an older node with a newer control plane: what only keeps an order going may say more', async () => {
  const isOrder = (value: unknown): boolean => (value as { readonly outcome?: string }).outcome === 'yours';
  const { node, said, catalog } = await open({ answers: (value) => (isOrder(value) ? value : withMore(value)) });
  const { broker, presence } = node();
  assert.deepEqual(await presence.register(description), { drain: false, heartbeatSeconds: 20 });
  await presence.heartbeat(0);
  const claim = await broker.claim({ orderId, taskToken });
  assert.ok(claim.outcome === 'yours');
  assert.deepEqual(await node('node-00000002').broker.claim({ orderId, taskToken }), { outcome: 'held' });
  const base = { orderId, taskToken, claim: 1 };
  const heard = await broker.heartbeat({ ...base, counters, blockRate: 0, wantCredentials: true });
  assert.deepEqual(heard.credentials, { tenant: session, library: session, workArea: session });
  const resultKey = `${claim.resultPrefix}${orderId}-1.json`;
  const done = { orderId, claim: 1, resultKey, counters };
  assert.deepEqual(await broker.complete({ ...base, counters, resultKey }), done);
  assert.deepEqual(await broker.claim({ orderId, taskToken }), { outcome: 'done', result: done });
  assert.equal((await catalog.orders.get(orderId))?.state, 'done');
  assert.ok(!said.includes('releaseOrder'));
});

test('an order’s message that says more still names its order: it is not taken for a stray one', async () => {
  const fakes = createFakes({ claim: { outcome: 'held' } });
  const handle = createMessageHandler({ ...fakes, log, now: Date.now, visibilitySeconds: 60 });
  const body = JSON.stringify(withMore(JSON.parse(message.body)));
  await handle(fakes.queue, { ...message, body }, new AbortController().signal);
  assert.deepEqual(fakes.effects(), ['claim', 'visibility 20']);
});

test('an order that says more is handed back by every older node, is nobody’s death, and waits for a newer one', async () => {
  let isNew = true;
  const more = (value: unknown): unknown =>
    isNew && (value as { readonly outcome?: string }).outcome === 'yours' ? { ...(value as object), [NEW]: 1 } : value;
  const { node, catalog, wait } = await open({ answers: more });
  const older = [node('node-00000001'), node('node-00000002'), node('node-00000003')];
  for (let round = 0; round < 4; round += 1)
    for (const { broker } of older) {
      await assert.rejects(broker.claim({ orderId, taskToken }), { name: 'BrokerRefused', refusal: 'NotUnderstood' });
      const order = await catalog.orders.get(orderId);
      assert.deepEqual([order?.state, order?.deaths], ['queued', undefined]);
      wait(60);
    }
  const { holders } = (await catalog.orders.get(orderId)) ?? {};
  assert.deepEqual(
    holders,
    [1, 2, 3].map((n) => ({ nodeId: `node-0000000${n}`, tokenHash: sha256(taskToken) })),
    'each of them may say what it has called',
  );
  isNew = false;
  const given = await node('node-00000004').broker.claim({ orderId, taskToken });
  assert.equal(given.outcome, 'yours');
});

test('an order’s document that says more fails by that name: nothing of it is passed over', async () => {
  const document = withMore({ kind: 'complete-snapshots', snapshots: [] });
  const tools = {
    order: { documentKey: 'order.json', orderId, resultPrefix: 'results/', claim: 1 },
    workArea: { getJson: async () => document, putJson: async () => assert.fail('it was performed') },
    signal: new AbortController().signal,
  } as unknown as OrderTools;
  const error = await performOrder(tools).then(
    () => assert.fail('it was performed'),
    (thrown: unknown) => asOrderError(thrown),
  );
  assert.equal(error.name, 'InvalidRequest');
  assert.match(error.message, new RegExp(`do not fit this node's version[^]*${NEW}`));
});
