/** The library-run machine as it deploys, with its steps, on virtual time; what a node does is scripted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LibraryOutcome } from '../../core/contracts/library-runs.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { OrderSessions } from '../../core/ports/tenant-scope.ts';
import { createCancelLibraryRun } from '../../core/steps/api/library-runs.ts';
import { createStartLibraryRun } from '../../core/steps/api/start-library-run.ts';
import { createNoteCondemned } from '../../core/steps/broker/note-condemned.ts';
import { issueCredentials } from '../../core/steps/broker/order-credentials.ts';
import { createRaiseFences } from '../../core/steps/broker/raise-fences.ts';
import { createCloseLibraryRun } from '../../core/steps/library/close-library-run.ts';
import { createScheduleLibraryRuns, tasksDue } from '../../core/steps/schedule/schedule-library-runs.ts';
import { freshId } from '../adapters/records.ts';
import { backupOf, openFlows, type World } from './flows-world.ts';

const WEB = 'i-00000001';
const DAY = 86_400_000;

const plan = {
  expiredPoints: 1,
  unfinishedPoints: 0,
  pages: 3,
  packsToDelete: 2,
  packsToRewrite: 0,
  bytesGivenBack: 4_000,
  bytesToRewrite: 0,
  recoveryPointsLeft: 1,
  lostBlocks: 0,
};
const deleted = { recoveryPoints: 1, pages: 3, packs: 2, objects: 9, bytes: 4_000, retained: 0 };
const pruned = (more: object): LibraryOutcome => ({ task: 'prune', ...more });
const stats: LibraryOutcome = {
  task: 'stats',
  recoveryPoints: 1,
  volumes: 1,
  logicalBytes: 1,
  dataBytes: 1,
  uniqueBytes: 1,
  storedBytes: 1,
  storedBytesOf: { packs: 1 },
  dedupRatio: 1,
  compressionRatio: 1,
  packs: 1,
  livePackShare: 1,
  indexObjects: 1,
  reclaimableBytes: 0,
  lostBlocks: 0,
};

const openLibraryFlows = async (t: Parameters<typeof openFlows>[0], options = {}) => {
  const world = await openFlows(t, options);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  const tenant = (await world.catalog.hypervisors.get(tenantId)) as TenantHypervisor;
  const deps = { ...world.deps, ids: { uuid: () => freshId('x').slice(2) } };
  const start = createStartLibraryRun(deps);
  const ask = (body: Partial<Parameters<typeof start>[2]>, requestedBy = 'arn:aws:iam::1:user/ops') =>
    start(
      tenant,
      { requestedBy },
      { task: 'check', planOnly: false, acceptDamage: false, queueDeadlineSeconds: 60, ...body },
    );
  const finish = async (runId: string) => {
    await world.cloud.finish(world.executionOf('library-run', runId));
    return world.catalog.libraryRuns.get(tenantId, runId);
  };
  const settle = () => world.cloud.clock.advance(10_000);
  const runOf = (runId: string) => world.catalog.libraryRuns.get(tenantId, runId);
  return { world, tenant, tenantId, deps, ask, finish, settle, runOf };
};

const documentOf = (world: World) => {
  const order = world.node.orders.at(-1);
  assert.equal(order?.kind, 'maintain-library');
  return order;
};

for (const twice of [false, true]) {
  test(`a prune condemns, waits, deletes and says so${twice ? ', though every answer is lost once' : ''}`, async (t) => {
    const { world, tenantId, ask, finish, settle, runOf } = await openLibraryFlows(t, { twice });
    for (const _ of [1, 2]) await world.run(tenantId, backupOf({ instanceIds: [WEB] }));
    const [old] = world.pointsOf(tenantId, WEB);
    const expired = old?.recoveryPointId ?? '';
    assert.ok(await world.catalog.points.expire(tenantId, expired, world.deps.clock.now()));
    const begunAt = world.deps.clock.now();
    const until = begunAt + 7 * DAY;
    world.node.maintains.push(
      { outcome: pruned({ plan }), deleteNotBefore: until },
      // what has become superfluous meanwhile is condemned for the next prune
      {
        outcome: pruned({ plan: { ...plan, pages: 1 }, deleted }),
        deleteNotBefore: until + 7 * DAY,
        removedPoints: [expired],
      },
    );
    const { runId } = await ask({ task: 'prune' });
    await settle();
    const first = documentOf(world);
    assert.deepEqual([first.expired, first.pending, first.windowSeconds], [[expired], [], 7 * 86_400]);
    const waiting = await runOf(runId);
    assert.deepEqual([waiting?.state, waiting?.waitUntil], ['waiting', until]);
    const run = await finish(runId);
    assert.deepEqual([run?.state, run?.pass, run?.outcome], ['completed', 2, { task: 'prune', plan, deleted }]);
    assert.ok((run?.endedAt ?? 0) >= until);
    const point = await world.catalog.points.get(tenantId, expired);
    assert.deepEqual([point?.state, (point?.dataRemovedAt ?? 0) >= until], ['expired', true]);
    assert.deepEqual([...world.records.libraryHolders], []);

    world.node.maintains.push({ outcome: pruned({ plan: { ...plan, expiredPoints: 0 } }) });
    await finish((await ask({ task: 'prune' })).runId);
    assert.deepEqual(documentOf(world).expired, [], 'what is gone is not asked for again');
  });
}

test('a prune that finds an earlier plan waiting takes a third pass, for its own', async (t) => {
  const { world, ask, finish } = await openLibraryFlows(t);
  const at = world.deps.clock.now();
  world.node.maintains.push(
    { outcome: pruned({}), deleteNotBefore: at + DAY },
    { outcome: pruned({ plan, deleted }), deleteNotBefore: at + 8 * DAY },
    { outcome: pruned({ deleted }) },
  );
  const run = await finish((await ask({ task: 'prune' })).runId);
  const twice = Object.fromEntries(Object.entries(deleted).map(([name, count]) => [name, 2 * count]));
  assert.deepEqual([run?.state, run?.pass, run?.outcome], ['completed', 3, { task: 'prune', plan, deleted: twice }]);
});

test('a prune whose second pass finds that a repair has come between waits on, and ends when it has deleted', async (t) => {
  const { world, ask, finish } = await openLibraryFlows(t);
  const at = world.deps.clock.now();
  world.node.maintains.push(
    { outcome: pruned({ plan }), deleteNotBefore: at + DAY },
    { outcome: pruned({}), deleteNotBefore: at + 2 * DAY },
    { outcome: pruned({ deleted }), deleteNotBefore: at + 3 * DAY },
  );
  const run = await finish((await ask({ task: 'prune' })).runId);
  assert.deepEqual([run?.state, run?.pass, run?.outcome], ['completed', 3, { task: 'prune', plan, deleted }]);
});

test('a close of an earlier pass that comes late changes nothing, and takes nobody’s hold', async (t) => {
  const { world, tenantId, deps, ask, settle, runOf } = await openLibraryFlows(t);
  world.node.maintains.push({ outcome: pruned({ plan }), deleteNotBefore: deps.clock.now() + DAY });
  const { runId } = await ask({ task: 'prune' });
  await settle();
  world.node.isThere = false;
  await world.cloud.clock.advance(DAY);
  const working = await runOf(runId);
  assert.deepEqual([working?.state, working?.pass], ['queued', 2]);
  const close = createCloseLibraryRun({ ...deps, catalog: world.catalog });
  assert.equal((await close({ runId, tenantId, pass: 1 })).state, 'queued');
  assert.deepEqual(await runOf(runId), working);
  assert.deepEqual([...world.records.libraryHolders.values()], [runId]);
});

test('one run changes a library at a time; beside a prune that waits a repair may, and checks always may', async (t) => {
  const { world, tenant, deps, ask, settle, runOf } = await openLibraryFlows(t);
  world.node.isThere = false;
  const repair = await ask({ task: 'repair' });
  await settle();
  await assert.rejects(ask({ task: 'prune' }), { name: 'Conflict', message: new RegExp(repair.runId) });
  await assert.rejects(ask({ task: 'repair' }), { name: 'Conflict' });
  for (const other of [{ task: 'check' }, { task: 'stats' }, { task: 'prune', planOnly: true }] as const)
    await ask(other);
  await createCancelLibraryRun(deps)(tenant, repair.runId);
  assert.equal((await runOf(repair.runId))?.state, 'cancelled');

  await settle();
  world.node.isThere = true;
  world.node.maintains.push({ outcome: pruned({ plan }), deleteNotBefore: deps.clock.now() + DAY });
  const prune = await ask({ task: 'prune' });
  await settle();
  assert.equal((await runOf(prune.runId))?.state, 'waiting');
  await assert.rejects(ask({ task: 'prune' }), { name: 'Conflict', message: /is waiting/ });
  await ask({ task: 'repair' });
  const cancel = createCancelLibraryRun(deps);
  await cancel(tenant, prune.runId);
  assert.equal((await cancel(tenant, prune.runId)).state, 'cancelled', 'asked again, it is cancelled');
});

test('a run that nobody takes, or that fails, says so by name; one whose execution vanished does not hold the library', async (t) => {
  const { world, tenantId, ask, finish, runOf } = await openLibraryFlows(t);
  world.node.isThere = false;
  const lonely = await finish((await ask({ task: 'check' })).runId);
  assert.deepEqual([lonely?.state, lonely?.error?.name], ['failed', 'NoAccessNode']);
  world.node.isThere = true;
  world.node.maintains.push({ error: 'LibraryDamaged' });
  const damaged = await finish((await ask({ task: 'prune' })).runId);
  assert.deepEqual([damaged?.state, damaged?.error?.name], ['failed', 'LibraryDamaged']);
  assert.deepEqual([...world.records.libraryHolders], []);

  // a node of another version, or one that was taken over
  world.node.maintains.push({ outcome: stats, lostVolumes: [{ recoveryPointId: 'rp-x' }] });
  const strange = await finish((await ask({ task: 'prune' })).runId);
  assert.deepEqual([strange?.state, strange?.error?.name], ['failed', 'InvalidRequest']);
  assert.deepEqual([...world.records.libraryHolders], [], 'it keeps no other run from the library');

  world.node.isThere = false;
  const { runId } = await ask({ task: 'repair' });
  await world.cloud.api('StopExecution', { executionArn: world.executionOf('library-run', runId) });
  assert.equal((await runOf(runId))?.state, 'queued');
  await ask({ task: 'repair' });
  assert.deepEqual([(await runOf(runId))?.state, (await runOf(runId))?.error?.name], ['failed', 'Error']);
  assert.equal(world.records.libraryRuns.get(runId)?.tenantId, tenantId);
});

test('stats and checks take no hold of the library, and another tenant’s runs are not to be seen', async (t) => {
  const { world, ask, finish } = await openLibraryFlows(t);
  world.node.maintains.push({ outcome: stats });
  const run = await finish((await ask({ task: 'stats' })).runId);
  assert.deepEqual([run?.state, run?.outcome], ['completed', stats]);
  const [, other] = world.tenants;
  assert.equal(await world.catalog.libraryRuns.get(other.tenantId, run?.runId ?? ''), undefined);
  assert.deepEqual((await world.catalog.libraryRuns.list(other.tenantId, { limit: 9 })).items, []);
});

/** An order of a prune that a node works on, by whose claim it may speak. */
const addPruneOrder = async ({ catalog, deps, service }: World, tenantId: string) => {
  const order = {
    orderId: freshId('ord'),
    jobId: freshId('run'),
    attempt: 1,
    tenantId,
    serviceId: service.hypervisorId,
    instanceId: '',
    kind: 'maintain-library',
    snapshotIds: [],
    maintains: true,
    documentKey: 'd',
    resultPrefix: 'r',
    state: 'claimed',
    claim: 1,
    tokenHash: deps.sha256('token'),
  } as const;
  await catalog.orders.add([order]);
  await catalog.libraryRuns.add({
    runId: order.jobId,
    tenantId,
    serviceId: order.serviceId,
    task: 'prune',
    planOnly: false,
    acceptDamage: false,
    queueDeadlineSeconds: 60,
    state: 'running',
    pass: 1,
    trigger: 'api',
    requestedBy: 'ops',
    createdAt: 1,
  });
  return { orderId: order.orderId, taskToken: 'token', nodeId: 'node-00000001', claim: 1 } as const;
};

test('whatever a node’s clock says, what was begun before the control plane heard of the generation is not committed', async (t) => {
  const { world, tenantId } = await openLibraryFlows(t);
  const { catalog, deps } = world;
  await world.run(tenantId, backupOf({ instanceIds: [WEB] }));
  const base = await addPruneOrder(world, tenantId);
  const barrier = async () => (await catalog.instances.get(tenantId, WEB))?.libraryBarrier;
  const { hypervisorId: nodesOf } = world.service;
  const noteCondemned = createNoteCondemned(deps);
  const raiseFences = createRaiseFences(deps);
  const note = (asked: Parameters<typeof noteCondemned>[0]) => noteCondemned(asked, nodesOf);
  const raise = (asked: Parameters<typeof raiseFences>[0]) => raiseFences(asked, nodesOf);
  await assert.rejects(note({ operation: 'noteCondemned', ...base, claim: 2, generation: 1 }), { name: 'FenceRaised' });
  await note({ operation: 'noteCondemned', ...base, generation: 1 });
  const noted = deps.clock.now();
  await world.hour();
  await note({ operation: 'noteCondemned', ...base, generation: 1 });
  await raise({ operation: 'raiseFences', ...base, before: 1, generation: 1 });
  assert.equal(await barrier(), noted, 'of a node whose clock is behind');
  await raise({ operation: 'raiseFences', ...base, before: noted + 5, generation: 1 });
  assert.equal(await barrier(), noted + 5, 'of a node whose clock is ahead');
  await raise({ operation: 'raiseFences', ...base, before: 1, generation: 2 });
  assert.equal(await barrier(), deps.clock.now(), 'of a generation that the control plane has never heard of');
});

test('a backup that was begun before a prune deleted is not committed, and is made anew when it is retried', async (t) => {
  const { world, tenantId } = await openLibraryFlows(t);
  const { catalog, records, deps } = world;
  await world.run(tenantId, backupOf({ instanceIds: [WEB] }));
  const head = (await catalog.instances.get(tenantId, WEB))?.head;
  await world.hour();
  // while the data moves, a prune raises the fences
  const base = await addPruneOrder(world, tenantId);
  const raise = createRaiseFences(deps);
  const asked = {
    operation: 'raiseFences',
    ...base,
    before: deps.clock.now() + 60_000,
    generation: 2,
  } as const;
  await assert.rejects(raise(asked, freshId('hv')), { name: 'FenceRaised' });
  await assert.rejects(raise({ ...asked, taskToken: 'another' }, world.service.hypervisorId), { name: 'FenceRaised' });
  await assert.rejects(raise({ ...asked, claim: 2 }, world.service.hypervisorId), { name: 'FenceRaised' });
  const send = world.cloud.handlers.get('sqs:SendMessage');
  assert.ok(send);
  world.cloud.handlers.set('sqs:SendMessage', async (...message) => {
    await raise(asked, world.service.hypervisorId);
    return send(...message);
  });
  const job = await world.run(tenantId, backupOf({ instanceIds: [WEB] }));
  world.cloud.handlers.set('sqs:SendMessage', send);
  assert.equal(job.state, 'failed');
  const [child] = await world.instancesOf(job.jobId);
  assert.equal(child?.error?.name, 'LibraryPruned');
  assert.equal((await catalog.instances.get(tenantId, WEB))?.head, head);
  const abandoned = records.points.get(child?.recoveryPointId ?? '');
  assert.equal(abandoned?.state, 'abandoned');
  const [, other] = world.tenants;
  assert.equal(
    (await catalog.instances.list(other.tenantId)).some(({ libraryBarrier }) => libraryBarrier),
    false,
  );
  await world.hour();
  const again = await world.retry(job.jobId);
  assert.equal(again.state, 'completed', JSON.stringify(again));
});

test('the schedule checks each tenant’s library once a day and prunes it once a week, whoever delivers twice', async (t) => {
  const { world, tenantId, deps } = await openLibraryFlows(t);
  const schedule = createScheduleLibraryRuns(deps);
  world.node.isThere = false;
  const midnight = Math.floor(deps.clock.now() / DAY) * DAY;
  const hours = Array.from({ length: 7 * 24 }, (_, hour) => midnight + hour * 3_600_000);
  const due = hours.flatMap((at) =>
    tasksDue(deps.sha256, tenantId, at).map((task) => [task, new Date(at).getUTCHours()] as const),
  );
  assert.equal(due.filter(([task]) => task === 'check').length, 7);
  assert.equal(due.filter(([task]) => task === 'prune').length, 1);
  assert.equal(new Set(due.map(([, hour]) => hour)).size, 1, 'at the same hour each day');
  const at = hours.find((hour) => tasksDue(deps.sha256, tenantId, hour).includes('prune')) ?? 0;
  const scheduledTime = new Date(at).toISOString();
  assert.deepEqual(await schedule({ scheduledTime }), { started: 0, problems: [] }, 'there is no library yet');
  world.node.isThere = true;
  await world.run(tenantId, backupOf({ instanceIds: [WEB] }));
  world.node.isThere = false;
  assert.deepEqual(await schedule({ scheduledTime }), { started: 2, problems: [] });
  assert.deepEqual(await schedule({ scheduledTime }), { started: 0, problems: [] });
  const next = new Date(at + 7 * DAY).toISOString();
  assert.deepEqual(await schedule({ scheduledTime: next }), { started: 0, problems: [] }, 'both are still open');
  assert.deepEqual([...world.records.libraryRuns.values()].map(({ task, trigger }) => `${task} ${trigger}`).sort(), [
    'check schedule',
    'prune schedule',
  ]);
});

test('a rotation of the data key is a run of its own: its order writes and deletes nothing else, and it has the library alone', async (t) => {
  const { world, tenant, tenantId, ask, finish, settle } = await openLibraryFlows(t);
  const outcome = { task: 'rotate-key', keyNumber: 2 } as const;
  world.node.maintains.push({ outcome });
  const { runId } = await ask({ task: 'rotate-key' });
  await assert.rejects(ask({ task: 'prune' }), { name: 'Conflict', message: /The rotate-key run-/ });
  await assert.rejects(ask({ task: 'rotate-key' }), { name: 'Conflict' });
  const run = await finish(runId);
  assert.deepEqual([run?.state, run?.outcome], ['completed', outcome]);
  const order = [...world.records.orders.values()].find(({ jobId }) => jobId === runId);
  assert.deepEqual([order?.rotatesKey, order?.maintains], [true, undefined]);
  const asked: string[] = [];
  const none = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c', expiresAt: 0 };
  const sessions: OrderSessions = {
    tenant: async () => assert.fail('no session in the tenant’s account'),
    library: async (_, __, ___, mode) => {
      asked.push(mode);
      return none;
    },
    workArea: async () => none,
  };
  assert.ok(order);
  await issueCredentials(sessions, order, tenant);
  assert.deepEqual(asked, ['write'], 'the role of writers, which may not delete');
  assert.deepEqual([...world.records.libraryHolders], [], 'it holds the library no more');

  world.node.maintains.push(
    { outcome: pruned({}), deleteNotBefore: world.deps.clock.now() + DAY },
    { outcome: pruned({}) },
  );
  await ask({ task: 'prune' });
  await settle();
  world.node.maintains.unshift({ outcome: { task: 'rotate-key', keyNumber: 3 } });
  assert.equal((await finish((await ask({ task: 'rotate-key' })).runId))?.state, 'completed', 'while a prune waits');
  assert.ok(await world.catalog.hypervisors.bind(tenantId, undefined, tenant.binding));
  const elsewhere = createStartLibraryRun({ ...world.deps, ids: { uuid: () => freshId('x').slice(2) } });
  const unbound = (await world.catalog.hypervisors.get(tenantId)) as TenantHypervisor;
  await assert.rejects(
    elsewhere(
      unbound,
      { requestedBy: 'ops' },
      {
        task: 'rotate-key',
        planOnly: false,
        acceptDamage: false,
        queueDeadlineSeconds: 60,
        serviceId: tenant.binding?.serviceId,
      },
    ),
    { name: 'Conflict', message: /is not bound to/ },
  );
});
