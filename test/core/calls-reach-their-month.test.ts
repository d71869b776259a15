import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BilledCalls, noCalls } from '../../core/contracts/billed-calls.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import type { BrokerDeps } from '../../core/steps/broker/claim-order.ts';
import { createCompleteOrder } from '../../core/steps/broker/complete-order.ts';
import { createHeartbeatOrder } from '../../core/steps/broker/heartbeat-order.ts';
import { createReleaseOrder } from '../../core/steps/broker/release-order.ts';
import { createCloseLibraryRun } from '../../core/steps/library/close-library-run.ts';
import { aJob, anOrder } from '../adapters/records.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';
import { acme, libraryRun } from '../api/world-records.ts';
import { backupOf, openFlows } from './flows-world.ts';

const NOW = Date.UTC(2026, 10, 23);
const TENANT = 'hv-00000001';
const SERVICE = 'hv-0000000a';
const taskToken = 'token';
const calls = (s3Gets: number): BilledCalls => ({ ...noCalls, s3Gets });
const counters = noCounters;

/** An order in the hands of its second claim; the first was lost. */
const inHand = (state: 'claimed' | 'closed' = 'claimed') => {
  const { catalog, records } = createInMemoryCatalog();
  const order = {
    ...anOrder(aJob(TENANT), 'i-00000001'),
    ...({
      serviceId: SERVICE,
      kind: 'complete-snapshots',
      state,
      claim: 2,
      tokenHash: taskToken,
      heartbeatAt: NOW,
    } as const),
  };
  records.orders.set(order.orderId, order);
  const deps = {
    catalog,
    clock: { now: () => NOW },
    sha256: (text: string) => text,
    tokens: { heartbeat: async () => true, fail: async () => undefined },
  } as unknown as BrokerDeps;
  const { orderId } = order;
  const resultKey = (claim: number): string => `${order.resultPrefix}${orderId}-${claim}.json`;
  const said = (claim: number, of: BilledCalls) => ({
    orderId,
    nodeId: 'node-00000001',
    taskToken,
    claim,
    counters,
    calls: of,
  });
  const [complete, release, heartbeat] = [
    createCompleteOrder(deps),
    createReleaseOrder(deps),
    createHeartbeatOrder(deps),
  ];
  return {
    order,
    catalog,
    complete: (claim: number, of: BilledCalls, serviceId = SERVICE) =>
      complete({ operation: 'completeOrder', ...said(claim, of), resultKey: resultKey(claim) }, serviceId),
    release: (claim: number, of: BilledCalls, serviceId = SERVICE) =>
      release({ operation: 'releaseOrder', ...said(claim, of) }, serviceId),
    heartbeat: (claim: number, of: BilledCalls) =>
      heartbeat({ operation: 'heartbeatOrder', ...said(claim, of), blockRate: 0, wantCredentials: false }, SERVICE),
    month: async (): Promise<number> => (await catalog.usage.month(TENANT, '2026-11'))?.calls.s3Gets ?? 0,
  };
};

test('an order that is done and said so twice counts once; what its lost claim has cost counts too, when that says so', async () => {
  const { complete, release, month } = inHand();
  await complete(2, calls(7));
  assert.equal(await month(), 7);
  await complete(2, calls(7));
  assert.equal(await month(), 7, 'the answer was lost, and it was said again');
  await release(1, calls(12));
  assert.equal(await month(), 19);
  await complete(1, calls(12));
  assert.equal(await month(), 19);
});

test('of an order that was closed, failed or handed back counts what it has called', async () => {
  for (const state of ['claimed', 'closed'] as const) {
    const { release, month } = inHand(state);
    await release(2, calls(5));
    assert.equal(await month(), 5, state);
  }
});

test('a claim that never was, and the nodes of others, add nothing', async () => {
  const { release, month } = inHand();
  await release(3, calls(5));
  await release(2, calls(5), 'hv-0000000b');
  assert.equal(await month(), 0);
});

test('a heartbeat’s calls are noted, those of an order that is to be given up too', async () => {
  const { catalog, order, heartbeat, month } = inHand('closed');
  assert.equal((await heartbeat(2, calls(4))).cancelled, true);
  await heartbeat(2, calls(6));
  const [noted, ...others] = await catalog.usage.ofAttempt(order.jobId, 1);
  assert.deepEqual([noted?.calls, noted?.month, others], [calls(6), '2026-11', []]);
  assert.equal(await month(), 0, 'only what ends is added');
});

test('a sum that cannot be written holds no order up, and is made up for', async () => {
  const { catalog, order, complete, month } = inHand();
  const { replaceMonth } = catalog.usage;
  const usage = catalog.usage as { replaceMonth: typeof replaceMonth };
  usage.replaceMonth = () => Promise.reject(new Error('the table is away'));
  assert.equal((await complete(2, calls(7))).claim, 2);
  assert.equal(await month(), 0);
  usage.replaceMonth = replaceMonth;
  assert.equal((await complete(2, calls(7))).orderId, order.orderId);
  assert.equal(await month(), 7);
});

test('what is left of a library run’s orders is added when its pass is closed', async () => {
  const { catalog, records } = createInMemoryCatalog();
  const run = libraryRun(1, acme, { state: 'completed', pass: 1 });
  records.libraryRuns.set(run.runId, run);
  const { runId, tenantId } = run;
  const month = '2026-11';
  const claim = { jobId: runId, attempt: 1, orderId: 'ord-00000001', claim: 1, tenantId, month };
  await catalog.usage.note({ ...claim, calls: calls(8) });
  const deps = { catalog, clock: { now: () => NOW } } as Parameters<typeof createCloseLibraryRun>[0];
  await createCloseLibraryRun(deps)({ runId, tenantId, pass: 1 });
  assert.equal((await catalog.usage.month(tenantId, month))?.calls.s3Gets, 8);
});

test('what only heartbeats told of, because the node was killed, is added when its attempt is cleaned up', async (t) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance('i-00000001', ['vol-00000001']);
  world.node.isThere = false;
  const jobId = await world.start(tenantId, backupOf({ instanceIds: ['i-00000001'] }));
  await world.cloud.settle();
  const month = '2026-11';
  await world.catalog.usage.note({
    jobId,
    attempt: 1,
    orderId: 'ord-00000001',
    claim: 1,
    tenantId,
    month,
    calls: calls(9),
  });
  world.node.isThere = true;
  const job = await world.finish(jobId);
  assert.equal(job.endedAt !== undefined, true);
  assert.equal((await world.catalog.usage.month(tenantId, month))?.calls.s3Gets, 9);
});
