/** What the control plane promises of a library with a lock, and what keeps it to its word. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LibraryOutcome } from '../../core/contracts/library-runs.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import {
  EPOCH_MS,
  epochEnd,
  extensionsDue,
  LEAD_MS,
  LONGEST_LOCK_MS,
  type LockMode,
  promisedUntil,
} from '../../core/domain/library-lock.ts';
import { withLocks } from '../../core/domain/retention.ts';
import { createStartLibraryRun } from '../../core/steps/api/start-library-run.ts';
import { createUnbindHypervisor } from '../../core/steps/api/unbind-hypervisor.ts';
import { pointsInLibrary } from '../../core/steps/library/points-in-library.ts';
import { createScheduleLibraryRuns, tasksDue } from '../../core/steps/schedule/schedule-library-runs.ts';
import { A, aPlan, aPoint, freshId } from '../adapters/records.ts';
import { backupOf, openFlows } from './flows-world.ts';

const WEB = 'i-00000001';
const DAY = 86_400_000;

test('a promise covers the days of the plan and at least ten, ends with an epoch, and never passes ten years', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 40_000 * DAY }),
      fc.integer({ min: 0, max: 400 * DAY }),
      fc.option(fc.integer({ min: 1, max: 36_500 }), { nil: undefined }),
      (now, age, days) => {
        const takenAt = now - age;
        const until = promisedUntil(takenAt, days === undefined ? { count: 7 } : { days }, now);
        assert.equal(until % EPOCH_MS, 0);
        assert.ok(until > now + LEAD_MS);
        assert.ok(until <= now + LONGEST_LOCK_MS);
        const wanted = takenAt + (days ?? 0) * DAY;
        if (wanted <= now + LONGEST_LOCK_MS - 2 * EPOCH_MS) assert.ok(until > wanted);
        assert.ok(until <= Math.max(wanted, now + LEAD_MS) + EPOCH_MS, 'and no longer than the epoch makes it');
      },
    ),
  );
});

test('an extension is due ten days before a lock ends, of points in a library, once', () => {
  const now = epochEnd(100 * EPOCH_MS) - 5 * DAY;
  const point = (lockedUntil: number) => ({ ...aPoint(A, WEB, []), lockedUntil });
  const [soon, later] = [point(epochEnd(now)), point(epochEnd(now + LEAD_MS))];
  const due = extensionsDue([soon, later, { ...soon, kind: 'snapshot' }], now);
  assert.deepEqual(due, [{ recoveryPointId: soon.recoveryPointId, until: later.lockedUntil }]);
  assert.deepEqual(extensionsDue([{ ...soon, lockedUntil: due[0]?.until ?? 0 }], now), []);
});

test('retention removes nothing that is locked, and says until when', () => {
  const point = { ...aPoint(A, WEB, []), lockedUntil: 50 * DAY };
  const plan = { keep: [], remove: [{ point, reason: 'nothing keeps it' }] };
  assert.deepEqual(withLocks(plan, 49 * DAY), { keep: [{ point, reason: 'locked until 1970-02-20' }], remove: [] });
  assert.deepEqual(withLocks(plan, 50 * DAY), plan);
});

const openLocked = async (t: Parameters<typeof openFlows>[0], lock: LockMode | undefined) => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  const service = { ...world.service, mediaAgent: { ...world.service.mediaAgent, ...(lock ? { lock } : {}) } };
  world.records.hypervisors.set(service.hypervisorId, service);
  const deps = { ...world.deps, ids: { uuid: () => freshId('x').slice(2) } };
  const tenant = (await world.catalog.hypervisors.get(tenantId)) as TenantHypervisor;
  const plan = { ...aPlan(tenantId), fullEvery: 0, consistency: { kind: 'crash' as const }, retention: { days: 90 } };
  await world.catalog.plans.add(plan);
  const backUp = async () => {
    const job = await world.run(tenantId, backupOf({ instanceIds: [WEB], planId: plan.planId }));
    assert.equal(job.state, 'completed', JSON.stringify(job));
    const [child] = await world.instancesOf(job.jobId);
    const point = world.records.points.get(child?.recoveryPointId ?? '');
    assert.ok(point);
    return point;
  };
  return { world, deps, tenant, tenantId, service, backUp };
};

test('a backup’s point is promised the days of its plan, and its orders carry the promise; without a lock neither', async (t) => {
  const { world, backUp, deps } = await openLocked(t, 'compliance');
  const point = await backUp();
  assert.equal(point.lockedUntil, promisedUntil(point.takenAt, { days: 90 }, deps.clock.now()));
  const orders = [...world.records.orders.values()].filter(({ instanceId }) => instanceId === WEB);
  assert.deepEqual(new Set(orders.map(({ lockedUntil }) => lockedUntil)), new Set([point.lockedUntil]));
  const plain = await openLocked(t, undefined);
  assert.equal((await plain.backUp()).lockedUntil, undefined);
});

test('a prune is told to leave locked points alone, abandoned and expired ones too', async (t) => {
  const { world, tenantId, service, backUp, deps } = await openLocked(t, 'governance');
  const { recoveryPointId, lockedUntil = 0 } = await backUp();
  const lost = {
    ...aPoint(tenantId, WEB, []),
    serviceId: service.hypervisorId,
    state: 'abandoned' as const,
    lockedUntil,
  };
  world.records.points.set(lost.recoveryPointId, lost);
  const told = (now: number) => pointsInLibrary(world.catalog, tenantId, service.hypervisorId, now);
  const kept = [recoveryPointId];
  const promised = [{ recoveryPointId, until: lockedUntil }];
  const [now, later] = [await told(deps.clock.now()), await told(lockedUntil)];
  assert.deepEqual(now, { committed: kept, expired: [], pending: [lost.recoveryPointId], lockedUntil, promised });
  const over = { expired: [lost.recoveryPointId], pending: [], lockedUntil, promised: [] };
  assert.deepEqual(later, { committed: kept, ...over });
  assert.notEqual(recoveryPointId, lost.recoveryPointId);
});

test('locks are extended by a run of its own, which begins by itself when they end soon, and notes what was done', async (t) => {
  const { world, tenant, tenantId, backUp, deps } = await openLocked(t, 'compliance');
  const { recoveryPointId, lockedUntil = 0 } = await backUp();
  const schedule = createScheduleLibraryRuns(deps);
  const outcome: LibraryOutcome = {
    task: 'extend-locks',
    recoveryPoints: 1,
    packs: 3,
    pages: 1,
    others: 4,
    damaged: [],
    damagedInAll: 0,
  };
  const hour = async (from: number): Promise<string> => {
    for (let at = from; ; at += 3_600_000)
      if (tasksDue(deps.sha256, tenantId, at).join() === 'check') return new Date(at).toISOString();
  };
  world.node.isThere = false;
  assert.deepEqual(await schedule({ scheduledTime: await hour(deps.clock.now()) }), { started: 1, problems: [] });
  await world.cloud.clock.advance(lockedUntil - 5 * DAY - deps.clock.now());
  world.node.isThere = true;
  // what stays is only what retention keeps: here the newest of its instance, whose 90 days are over
  world.node.maintains.push({ outcome, lockedPoints: [recoveryPointId] });
  const start = createStartLibraryRun(deps);
  const asked = { task: 'extend-locks', planOnly: false, acceptDamage: false, queueDeadlineSeconds: 60 } as const;
  const { runId } = await start(tenant, { requestedBy: 'ops' }, asked);
  await world.cloud.finish(world.executionOf('library-run', runId));
  const document = world.node.orders.at(-1);
  const until = epochEnd(deps.clock.now() + LEAD_MS);
  assert.ok(document?.kind === 'maintain-library');
  assert.deepEqual(document.locks, [{ recoveryPointId, until }]);
  const order = [...world.records.orders.values()].find(({ jobId }) => jobId === runId);
  assert.deepEqual([order?.extendsLocks, order?.maintains], [true, undefined], 'its role may delete nothing');
  assert.deepEqual((await world.catalog.libraryRuns.get(tenantId, runId))?.outcome, outcome);
  assert.equal(world.records.points.get(recoveryPointId)?.lockedUntil, until);

  const plain = await openLocked(t, undefined);
  await assert.rejects(createStartLibraryRun(plain.deps)(plain.tenant, { requestedBy: 'ops' }, asked), {
    name: 'Conflict',
  });
});

test('a check and an extension are told what was promised, so that a lock that was left out is found, and mended', async (t) => {
  const { world, tenant, backUp, deps } = await openLocked(t, 'compliance');
  const { recoveryPointId, lockedUntil = 0 } = await backUp();
  const start = createStartLibraryRun(deps);
  for (const task of ['check', 'extend-locks', 'stats'] as const) {
    const asked = { task, planOnly: false, acceptDamage: false, queueDeadlineSeconds: 60 };
    const { runId } = await start(tenant, { requestedBy: 'ops' }, asked);
    await world.cloud.finish(world.executionOf('library-run', runId));
    const document = world.node.orders.at(-1);
    assert.ok(document?.kind === 'maintain-library' && document.task === task);
    const promised = task === 'stats' ? undefined : [{ recoveryPointId, until: lockedUntil }];
    assert.deepEqual(document.promised, promised, task);
    assert.deepEqual(document.locks, task === 'extend-locks' ? [] : undefined, 'none of them ends soon');
  }
  assert.equal(world.records.points.get(recoveryPointId)?.lockedUntil, lockedUntil);
});

test('a backup is told how long the one before it is kept, unless that has lost blocks', async (t) => {
  const { world, tenantId, backUp } = await openLocked(t, 'compliance');
  const parentOf = (point: Awaited<ReturnType<typeof backUp>>) =>
    world.node.orders
      .filter((document) => document.kind === 'assemble-maps')
      .find((document) => document.recoveryPointId === point.recoveryPointId)?.volumes[0];
  const first = await backUp();
  assert.equal(parentOf(first)?.parentLockedUntil, undefined, 'a full builds on nothing');
  const second = await backUp();
  assert.deepEqual(
    [parentOf(second)?.parent?.recoveryPointId, parentOf(second)?.parentLockedUntil],
    [first.recoveryPointId, first.lockedUntil],
  );
  await world.catalog.points.update(tenantId, second.recoveryPointId, { lostVolumes: ['vol-00000002'] });
  const third = await backUp();
  assert.deepEqual(
    [parentOf(third)?.parent?.recoveryPointId, parentOf(third)?.parentLockedUntil],
    [second.recoveryPointId, undefined],
  );
});

test('the schedule adds an extension on the days on which a lock ends soon', async (t) => {
  const { world, tenantId, backUp, deps } = await openLocked(t, 'governance');
  const { lockedUntil = 0 } = await backUp();
  await world.cloud.clock.advance(lockedUntil - 8 * DAY - deps.clock.now());
  world.node.isThere = false;
  let at = deps.clock.now();
  while (tasksDue(deps.sha256, tenantId, at).join() !== 'check') at += 3_600_000;
  const scheduledTime = new Date(at).toISOString();
  const { started, problems } = await createScheduleLibraryRuns(deps)({ scheduledTime });
  assert.deepEqual([started, problems], [2, []]);
  const tasks = [...world.records.libraryRuns.values()].map(({ task }) => task);
  assert.deepEqual(tasks.sort(), ['check', 'extend-locks']);
});

test('in vault mode a tenant stays bound while it has locked points; in governance it may go', async (t) => {
  for (const lock of ['compliance', 'governance'] as const) {
    const { tenantId, backUp, deps } = await openLocked(t, lock);
    await backUp();
    const unbind = createUnbindHypervisor(deps);
    if (lock === 'compliance') await assert.rejects(unbind(tenantId, true), { name: 'Conflict', message: /vault/ });
    else assert.equal((await unbind(tenantId, true)).boundTo, undefined);
  }
});
