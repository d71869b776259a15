import assert from 'node:assert/strict';
import { test } from 'node:test';
import { within } from '../../adapters/system.ts';
import { type BilledCalls, noCalls } from '../../core/contracts/billed-calls.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import type { BrokerDeps } from '../../core/steps/broker/claim-order.ts';
import { createCompleteOrder } from '../../core/steps/broker/complete-order.ts';
import { createHeartbeatOrder } from '../../core/steps/broker/heartbeat-order.ts';
import { createReleaseOrder } from '../../core/steps/broker/release-order.ts';
import { createCleanUp } from '../../core/steps/jobs/clean-up.ts';
import { createCloseLibraryRun } from '../../core/steps/library/close-library-run.ts';
import { countAttempt } from '../../core/steps/usage/count-attempt.ts';
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

const telling = () => {
  const told: unknown[] = [];
  return { told, tellUncounted: (error: unknown, about: object): void => void told.push([String(error), about]) };
};

/** An order in the hands of its second claim, another node's; the first was lost. */
const inHand = (state: 'claimed' | 'closed' = 'claimed', inTime: BrokerDeps['inTime'] = (work) => work) => {
  const { catalog, records } = createInMemoryCatalog();
  const holders = [
    { nodeId: 'node-00000001', tokenHash: taskToken },
    { nodeId: 'node-00000002', tokenHash: taskToken },
  ];
  const job = { ...aJob(TENANT), state: 'running' as const, attempt: 1 };
  records.jobs.set(job.jobId, job);
  const { fence: _, ...queued } = anOrder(job, 'i-00000001');
  const order = {
    ...queued,
    ...({ serviceId: SERVICE, kind: 'complete-snapshots', state, claim: 2, heartbeatAt: NOW, holders } as const),
    ...holders[1],
  };
  records.orders.set(order.orderId, order);
  const clock = { now: () => NOW };
  const { told, tellUncounted } = telling();
  const deps = {
    ...{ catalog, clock, tellUncounted, inTime },
    sha256: (text: string) => text,
    tokens: { heartbeat: async () => true, fail: async () => undefined },
  } as unknown as BrokerDeps;
  const { orderId, jobId } = order;
  const resultKey = (claim: number): string => `${order.resultPrefix}${orderId}-${claim}.json`;
  const said = (claim: number, of: BilledCalls, by: object) => ({
    ...{ orderId, nodeId: `node-0000000${claim}`, taskToken, claim, counters, calls: of },
    ...by,
  });
  const [complete, release, heartbeat] = [
    createCompleteOrder(deps),
    createReleaseOrder(deps),
    createHeartbeatOrder(deps),
  ];
  return {
    order,
    catalog,
    told,
    complete: (claim: number, of: BilledCalls, serviceId = SERVICE, by = {}) =>
      complete({ operation: 'completeOrder', ...said(claim, of, by), resultKey: resultKey(claim) }, serviceId),
    release: (claim: number, of: BilledCalls, serviceId = SERVICE, by = {}) =>
      release({ operation: 'releaseOrder', ...said(claim, of, by) }, serviceId),
    heartbeat: (claim: number, of: BilledCalls, by = {}) =>
      heartbeat({ operation: 'heartbeatOrder', ...said(claim, of, by), blockRate: 0, wantCredentials: false }, SERVICE),
    cleanUp: () => countAttempt({ catalog, clock, tellUncounted }, { jobId, attempt: 1, tenantId: TENANT }),
    month: async (): Promise<number> => (await catalog.usage.month(TENANT, '2026-11'))?.calls.s3Gets ?? 0,
  };
};

/** No claim's calls can be noted until they are back. */
const withoutCalls = ({ usage }: Pick<Catalog, 'usage'>) => {
  const { note } = usage;
  const faulty = usage as { note: typeof note };
  faulty.note = () => Promise.reject(new Error('the records are away'));
  return {
    back(): void {
      faulty.note = note;
    },
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

test('nobody adds to an order that it has never held, whatever of it is known', async () => {
  const { catalog, order, complete, release, heartbeat, month } = inHand();
  for (const by of [{ nodeId: 'node-00000003' }, { taskToken: 'another' }])
    for (const claim of [1, 2]) {
      await release(claim, calls(5), SERVICE, { nodeId: 'node-00000002', ...by });
      await complete(claim, calls(5), SERVICE, { nodeId: 'node-00000002', ...by }).catch(() => undefined);
      await heartbeat(claim, calls(5), { nodeId: 'node-00000002', ...by }).catch(() => undefined);
    }
  assert.equal(await month(), 0);
  assert.deepEqual(await catalog.usage.ofAttempt(order.jobId, 1), []);
});

test('a claim that was lost is refused, and what it has called counts all the same', async () => {
  const { catalog, complete, release, heartbeat, month } = inHand();
  await assert.rejects(heartbeat(1, calls(3)), { name: 'FenceRaised' });
  await assert.rejects(complete(1, calls(5)), { name: 'FenceRaised' });
  assert.equal(await month(), 5);
  await release(1, calls(6));
  assert.equal(await month(), 6);
  withoutCalls(catalog);
  await assert.rejects(complete(1, calls(7)), { name: 'FenceRaised' });
});

test('a sum that cannot be written holds no order up, is told, and is made up for', async () => {
  const { catalog, order, told, complete, month } = inHand();
  const { replaceMonth } = catalog.usage;
  const usage = catalog.usage as { replaceMonth: typeof replaceMonth };
  usage.replaceMonth = () => Promise.reject(new Error('the table is away'));
  assert.equal((await complete(2, calls(7))).claim, 2);
  assert.equal(await month(), 0);
  const { orderId, jobId } = order;
  assert.deepEqual(told, [['Error: the table is away', { orderId, jobId, attempt: 1, tenantId: TENANT }]]);
  usage.replaceMonth = replaceMonth;
  assert.equal((await complete(2, calls(7))).orderId, order.orderId);
  assert.equal(await month(), 7);
  assert.equal(told.length, 1);
});

for (const fault of ['fail', 'never answer'] as const)
  test(`though the records of calls ${fault}, orders go on: each is told, and the cleanup finds what ends have said`, {
    timeout: 10_000,
  }, async () => {
    const { catalog, order, told, ...asks } = inHand('claimed', fault === 'fail' ? undefined : within(5));
    const records = withoutCalls(catalog);
    if (fault === 'never answer') (catalog.usage as { note: unknown }).note = () => new Promise(() => undefined);
    assert.equal((await asks.heartbeat(2, calls(4))).cancelled, false);
    assert.equal((await catalog.orders.get(order.orderId))?.heartbeatAt, NOW);
    await asks.complete(2, calls(7));
    assert.equal((await catalog.orders.get(order.orderId))?.state, 'done');
    assert.equal(told.length, 2);
    if (fault === 'fail') await asks.cleanUp();
    assert.equal(await asks.month(), 0);
    records.back();
    await asks.cleanUp();
    assert.equal(await asks.month(), 7);
    await asks.cleanUp();
    assert.equal(await asks.month(), 7);
  });

test('an order that is given up is free before its cost is noted; the broker may end in between', async () => {
  for (const [error, state] of [
    [undefined, 'queued'],
    [{ name: 'VolumeFailed', message: 'gone' }, 'failed'],
  ] as const) {
    const { catalog, order, release, cleanUp, month } = inHand();
    const records = withoutCalls(catalog);
    const seen: unknown[] = [];
    (catalog.usage as { note: unknown }).note = async () => {
      seen.push((await catalog.orders.get(order.orderId))?.state);
      throw new Error('the broker ends');
    };
    await release(2, calls(9), SERVICE, error ? { error } : {});
    assert.deepEqual(seen, [state]);
    records.back();
    await cleanUp();
    assert.equal(await month(), 9);
  }
});

test('a cleanup closes though calls cannot be added, and tells it once', async () => {
  const { catalog, order, told, cleanUp, heartbeat, month } = inHand();
  await heartbeat(2, calls(4));
  const { replaceMonth, ofAttempt } = catalog.usage;
  const { jobId } = order;
  for (const method of ['replaceMonth', 'ofAttempt'] as const) {
    told.length = 0;
    Object.assign(catalog.usage, { [method]: () => Promise.reject(new Error('the table is away')) });
    await cleanUp();
    assert.deepEqual(told, [['Error: the table is away', { jobId, attempt: 1, tenantId: TENANT }]], method);
    Object.assign(catalog.usage, { replaceMonth, ofAttempt });
  }
  await cleanUp();
  assert.equal(await month(), 4);
});

test('what is left of a library run’s orders is added when its pass is closed', async () => {
  const { catalog, records } = createInMemoryCatalog();
  const run = libraryRun(1, acme, { state: 'completed', pass: 1 });
  records.libraryRuns.set(run.runId, run);
  const { runId, tenantId } = run;
  const month = '2026-11';
  const claim = { jobId: runId, attempt: 1, orderId: 'ord-00000001', claim: 1, tenantId, month };
  await catalog.usage.note({ ...claim, calls: calls(8) });
  const { told, tellUncounted } = telling();
  const deps = { catalog, clock: { now: () => NOW }, tellUncounted } as Parameters<typeof createCloseLibraryRun>[0];
  const close = () => createCloseLibraryRun(deps)({ runId, tenantId, pass: 1 });
  const { replaceMonth } = catalog.usage;
  Object.assign(catalog.usage, { replaceMonth: () => Promise.reject(new Error('the table is away')) });
  assert.equal((await close()).state, 'completed');
  assert.deepEqual(told, [['Error: the table is away', { jobId: runId, tenantId, attempt: 1 }]]);
  Object.assign(catalog.usage, { replaceMonth });
  await close();
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

  // once more, as it may be: it closes though nothing of that can be read
  const { told, tellUncounted } = telling();
  Object.assign(world.catalog.usage, { ofAttempt: () => Promise.reject(new Error('the table is away')) });
  const cleanUp = createCleanUp({ ...world.deps, catalog: world.catalog, tellUncounted });
  assert.equal((await cleanUp({ jobId, tenantId, attempt: 1, pass: 1 })).state, 'closed');
  assert.deepEqual(told, [['Error: the table is away', { jobId, tenantId, attempt: 1 }]]);
});
