/** What nobody asks for: the libraries of a tenant, wherever it is bound by now; and what is believed of who does it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../adapters/system.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../core/domain/hypervisor.ts';
import { LONGEST_LOCK_MS } from '../../core/domain/library-lock.ts';
import type { LibraryRun } from '../../core/domain/library-run.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import { createCloseLibraryRun } from '../../core/steps/library/close-library-run.ts';
import { libraryOrder } from '../../core/steps/library/library-order.ts';
import { createOpenLibraryRun } from '../../core/steps/library/open-library-run.ts';
import { createScheduleLibraryRuns, tasksDue } from '../../core/steps/schedule/schedule-library-runs.ts';
import { callAs } from '../api/call-as.ts';
import { createWorld } from '../api/world.ts';
import { acme, libraryRun, PROVIDER, point, service, tenant } from '../api/world-records.ts';
import { uncountedFails } from './uncounted.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HOLD = { since: 1, by: 'eve', heldBy: 'operator', reason: 'court' } as const;
const vault: ServiceHypervisor = { ...service, mediaAgent: { ...service.mediaAgent, lock: 'compliance' } };
const plain: ServiceHypervisor = {
  ...service,
  hypervisorId: `${service.hypervisorId.slice(0, -1)}1`,
  name: 'plain',
  mediaAgent: {
    ...service.mediaAgent,
    library: { kind: 's3', bucket: 'vault-bucket', prefix: 'plain', region: 'eu-central-1' },
  },
};

const hourOf = (owner: TenantHypervisor, now: number): number => {
  let at = Math.ceil(now / DAY) * DAY;
  while (tasksDue(sha256, owner.hypervisorId, at).length !== 1) at += HOUR;
  return at;
};

/** The tenants' points are in the vault, under legal hold, and locked for `left` more. */
const openWorld = (left: number, owners: readonly TenantHypervisor[] = [acme]) => {
  const world = createWorld();
  const { records, deps } = world;
  for (const each of [vault, plain, ...owners]) records.hypervisors.set(each.hypervisorId, each);
  owners.forEach((owner, n) => {
    const kept = point(n + 1, owner, { lockedUntil: deps.clock.now() + left, legalHold: HOLD });
    records.points.set(kept.recoveryPointId, kept);
  });
  const schedule = createScheduleLibraryRuns(deps);
  const run = (at: number) => schedule({ scheduledTime: new Date(at).toISOString() });
  const tasks = () => [...records.libraryRuns.values()].map((each) => `${each.task} ${each.serviceId}`);
  return { world, records, deps, run, tasks };
};
const daily = ['extend-locks', 'check'].map((task) => `${task} ${vault.hypervisorId}`);

for (const [how, binding] of [
  ['bound there', acme.binding],
  ['bound to another service hypervisor', { serviceId: plain.hypervisorId, boundAt: 7 }],
  ['bound to none', undefined],
] as const) {
  test(`locks of held points are extended, and their library is checked, though the tenant is ${how}`, async () => {
    const { binding: _, ...unbound } = acme;
    const { deps, run, tasks } = openWorld(8 * DAY, [{ ...unbound, ...(binding ? { binding } : {}) }]);
    assert.deepEqual(await run(hourOf(acme, deps.clock.now())), { started: 2, problems: [] });
    assert.deepEqual(tasks(), daily);
  });
}

test('a tenant with points in two libraries has both looked after; emptied ones are left alone, snapshots are in none', async () => {
  const { records, deps, run, tasks } = openWorld(80 * DAY);
  const others: Partial<RecoveryPoint>[] = [
    { serviceId: plain.hypervisorId, state: 'expired' },
    { serviceId: `${plain.hypervisorId.slice(0, -1)}2`, state: 'expired', dataRemovedAt: 5 },
    { serviceId: `${plain.hypervisorId.slice(0, -1)}3`, kind: 'snapshot' },
  ];
  others.forEach((change, n) => {
    const other = point(20 + n, acme, change);
    records.points.set(other.recoveryPointId, other);
  });
  assert.deepEqual(await run(hourOf(acme, deps.clock.now())), { started: 2, problems: [] });
  assert.deepEqual(tasks().sort(), [service, plain].map(({ hypervisorId }) => `check ${hypervisorId}`).sort());
});

test('a lock that ends within five days although it is to be kept is reported, and so is a library without its service hypervisor', async () => {
  const { records, deps, run, tasks } = openWorld(4 * DAY);
  const lost = point(9, acme, { serviceId: `${plain.hypervisorId.slice(0, -1)}2` });
  records.points.set(lost.recoveryPointId, lost);
  const { problems } = await run(hourOf(acme, deps.clock.now()));
  assert.equal(problems.length, 2);
  assert.match(problems.join('\n'), new RegExp(`there is no service hypervisor ${lost.serviceId}`));
  assert.match(problems.join('\n'), new RegExp(`less than five days.*${point(1, acme).recoveryPointId}`));
  assert.deepEqual(tasks(), daily);
});

test('where no lock ends soon, neither plans nor jobs are read', async () => {
  const { deps, run, tasks } = openWorld(11 * DAY);
  deps.catalog.jobs.list = () => assert.fail('all jobs ever');
  deps.catalog.plans.list = () => assert.fail('all plans');
  assert.deepEqual(await run(hourOf(acme, deps.clock.now())), { started: 1, problems: [] });
  assert.deepEqual(tasks(), daily.slice(1));
});

/** Tenants of one hour. */
const owners = (() => {
  const at = hourOf(acme, createWorld().deps.clock.now());
  const found = [acme];
  for (let n = 10; found.length < 6; n += 1) {
    const each = tenant(n, String(600_000_000_000 + n));
    if (tasksDue(sha256, each.hypervisorId, at).length === 1) found.push(each);
  }
  return found;
})();

test('the locks of all tenants come before any check; what there was no time for is said, and is not always the same', async () => {
  const all = openWorld(8 * DAY, owners);
  const at = hourOf(acme, all.deps.clock.now());
  assert.deepEqual(await all.run(at), { started: 12, problems: [] });
  assert.deepEqual(
    all.tasks().map((each) => each.split(' ')[0]),
    [...Array(6).fill('extend-locks'), ...Array(6).fill('check')],
  );

  const first = new Set<string>();
  for (let day = 0; day < 12; day += 1) {
    const slow = openWorld(8 * DAY, owners);
    const { list } = slow.deps.catalog.points;
    slow.deps.catalog.points.list = async (...args) => {
      slow.world.advance(50_000);
      return list(...args);
    };
    slow.deps.catalog.jobs.list = async () => ({ items: [] });
    const { started, problems } = await slow.run(at + day * DAY);
    const extended = [...slow.records.libraryRuns.values()].filter(({ task }) => task === 'extend-locks');
    first.add(extended[0]?.tenantId ?? '');
    assert.ok(extended.length > 0 && extended.length < 6 && started >= extended.length);
    assert.match(
      problems.join('\n'),
      new RegExp(`no time left for the locks and checks of tenants of ${6 - extended.length} of 6`),
    );
  }
  assert.ok(first.size > 2, [...first].join(' '));
});

test('a check that hangs is seen behind a hundred and fifty others that came after it: no second one is begun', async () => {
  const { records, deps, run, tasks } = openWorld(80 * DAY);
  const old = libraryRun(1, acme, { serviceId: vault.hypervisorId });
  records.libraryRuns.set(old.runId, old);
  for (let n = 2; n <= 151; n++) {
    const ended = libraryRun(n, acme, { serviceId: vault.hypervisorId, state: 'completed' });
    records.libraryRuns.set(ended.runId, ended);
  }
  assert.deepEqual(await run(hourOf(acme, deps.clock.now())), { started: 0, problems: [] });
  assert.equal(tasks().length, 151);
});

test('one tenant’s trouble does not stop the others', async () => {
  const { deps, run, tasks } = openWorld(80 * DAY, owners);
  const { list } = deps.catalog.points;
  deps.catalog.points.list = async (tenantId, ...rest) => {
    if (tenantId === acme.hypervisorId) throw new Error('its points cannot be read');
    return list(tenantId, ...rest);
  };
  const { started, problems } = await run(hourOf(acme, deps.clock.now()));
  assert.deepEqual([started, problems], [5, [`${acme.hypervisorId}: its points cannot be read`]]);
  assert.equal(tasks().length, 5);
});

test('a tenant leaves no vault by way of another service hypervisor: it stays bound to something while points are locked', async () => {
  const { world, records } = openWorld(40 * DAY);
  const call = callAs(world, PROVIDER);
  const binding = `/operator/hypervisors/${acme.hypervisorId}/binding`;
  const unbind = () => call('DELETE', binding, { query: { leavePoints: 'true' } });
  assert.equal((await unbind()).status, 409);
  assert.equal((await call('PUT', binding, { body: { serviceHypervisorId: plain.hypervisorId } })).status, 200);
  const { status, body } = await unbind();
  assert.deepEqual([status, body.code], [409, 'Conflict']);
  assert.match(body.detail, /in a vault, and locked: 1/);
  world.advance(41 * DAY);
  assert.equal((await unbind()).status, 200);
  assert.equal((records.hypervisors.get(acme.hypervisorId) as TenantHypervisor).binding, undefined);
});

/** A pass of a run whose node says `result`, and may write `document` where its order's was. */
const closed = async (
  run: Partial<LibraryRun>,
  points: readonly RecoveryPoint[],
  result: object,
  forged?: (document: object) => object,
  slow = 0,
) => {
  const world = createWorld();
  const { records, deps } = world;
  records.hypervisors.set(vault.hypervisorId, vault);
  for (const each of points) records.points.set(each.recoveryPointId, each);
  const { depth: _, ...base } = libraryRun(1, acme);
  const begun: LibraryRun = { ...base, state: 'queued', ...run };
  records.libraryRuns.set(begun.runId, begun);
  const files = new Map<string, unknown>();
  const work = {
    bucket: 'work',
    getJson: async (key: string) => files.get(key),
    putJson: async (key: string, value: unknown) => void files.set(key, structuredClone(value)),
    copy: async () => false,
  };
  const { catalog, clock, audit } = deps;
  const input = { runId: begun.runId, tenantId: acme.hypervisorId, pass: 1 };
  await createOpenLibraryRun({ catalog, work, clock, sha256, heartbeatSeconds: 20, pruneWindowSeconds: 60 })(input);
  const { orderId, documentKey, resultPrefix } = libraryOrder(sha256, begun.runId, 1);
  const order = records.orders.get(orderId);
  assert.ok(order);
  const resultKey = `${resultPrefix}${orderId}-1.json`;
  records.orders.set(orderId, { ...order, outcome: { orderId, claim: 1, resultKey, counters: noCounters } });
  files.set(resultKey, {
    kind: 'maintain-library',
    removedPoints: [],
    lostVolumes: [],
    reportKey: 'report',
    counters: noCounters,
    ...result,
  });
  if (forged) files.set(documentKey, forged(files.get(documentKey) as object));
  let atOnce = 0;
  let most = 0;
  const { lockUntil } = catalog.points;
  catalog.points.lockUntil = async (...args) => {
    most = Math.max(most, ++atOnce);
    await new Promise(setImmediate);
    world.advance(slow);
    atOnce -= 1;
    return lockUntil(...args);
  };
  catalog.points.get = () => assert.fail('it is not read for that');
  await createCloseLibraryRun({ catalog, audit, work, clock, sha256, tellUncounted: uncountedFails })(input);
  return { run: records.libraryRuns.get(begun.runId), points: [...records.points.values()], most, now: clock.now() };
};

const check = {
  task: 'check',
  depth: 'structure',
  findingsInAll: 0,
  findings: [],
  lostInAll: 0,
  lost: [],
  recoveryPoints: 1,
  volumes: 1,
  pages: 1,
  packs: 1,
  blocks: 1,
  packsRead: 0,
  bytesRead: 0,
};
const extended = {
  task: 'extend-locks',
  recoveryPoints: 1,
  packs: 0,
  pages: 0,
  others: 0,
  damaged: [],
  damagedInAll: 0,
};
const pruned = { task: 'prune', deleted: { recoveryPoints: 1, pages: 0, packs: 0, objects: 0, bytes: 0, retained: 0 } };
const [a, b] = [point(1, acme, { legalHold: HOLD }), point(2, acme, { state: 'expired' })];
const both = {
  removedPoints: [a.recoveryPointId, b.recoveryPointId],
  lockedPoints: [a.recoveryPointId, b.recoveryPointId],
};

test('a node that was taken over, with a check’s order, can say what it likes: no point is gone or locked by that', async () => {
  const said = await closed({ task: 'check', depth: 'structure' }, [a, b], { outcome: check, ...both });
  assert.deepEqual([said.run?.state, said.points], ['completed', [a, b]]);
  for (const outcome of [extended, pruned]) {
    const { run, points } = await closed({ task: 'check', depth: 'structure' }, [a, b], { outcome, ...both });
    assert.deepEqual(
      [run?.state, run?.error?.name, run?.outcome, points],
      ['failed', 'InvalidRequest', undefined, [a, b]],
    );
  }
});

test('an order’s document that is not as it was written is believed in nothing', async () => {
  const until = Date.UTC(2_099, 0, 1);
  const locks = [{ recoveryPointId: a.recoveryPointId, until }];
  const forged = await closed({ task: 'extend-locks' }, [a, b], { outcome: extended, ...both }, (document) => ({
    ...document,
    locks,
  }));
  assert.deepEqual([forged.run?.state, forged.points], ['failed', [a, b]]);
  assert.match(forged.run?.error?.message ?? '', /not the one that was written/);
  const emptied = await closed({ task: 'prune' }, [a, b], { outcome: pruned, ...both }, (document) => ({
    ...document,
    expired: [a.recoveryPointId],
  }));
  assert.deepEqual([emptied.run?.state, emptied.points], ['failed', [a, b]]);
});

test('of a prune only points that were to go are noted as gone, of an extension only those that were to be locked', async () => {
  const gone = await closed({ task: 'prune' }, [a, b], { outcome: pruned, ...both });
  assert.deepEqual(gone.points, [a, { ...b, dataRemovedAt: gone.now }]);
  const shown = await closed({ task: 'prune', planOnly: true }, [a, b], { outcome: { task: 'prune' }, ...both });
  assert.deepEqual(shown.points, [a, b]);
  const locked = await closed({ task: 'extend-locks' }, [a, b], { outcome: extended, ...both });
  const [first, second] = locked.points;
  assert.deepEqual([first?.dataRemovedAt, second], [undefined, b]);
  assert.ok((first?.lockedUntil ?? 0) > locked.now && (first?.lockedUntil ?? 0) < locked.now + LONGEST_LOCK_MS);
});

test('what a newer node says more of a run is passed over, and nothing else of it', async () => {
  const finding = { key: 'k', kind: 'pack', damage: 'missing', problem: 'it is gone', lostBlocks: 0 };
  const outcome = { ...check, findingsInAll: 1, findings: [{ ...finding, more: 1 }], more: { and: 'more' } };
  const { run } = await closed({ task: 'check', depth: 'structure' }, [a], { outcome, more: [1] });
  const known = { ...check, findingsInAll: 1, findings: [finding] };
  assert.deepEqual([run?.state, run?.outcome], ['completed', known]);
  const wrong = await closed({ task: 'check', depth: 'structure' }, [a], { outcome: { ...outcome, packs: -1 } });
  assert.deepEqual([wrong.run?.state, wrong.run?.error?.name], ['failed', 'InvalidRequest']);
});

test('thousands of locks are noted eight at a time, and what there is no time for is left to the next run', async () => {
  const many = Array.from({ length: 1_000 }, (_, n) => point(n + 1, acme, { legalHold: HOLD }));
  const result = { outcome: extended, lockedPoints: many.map(({ recoveryPointId }) => recoveryPointId) };
  const quick = await closed({ task: 'extend-locks' }, many, result);
  assert.deepEqual([quick.most, quick.points.every(({ lockedUntil = 0 }) => lockedUntil > 0)], [8, true]);
  const slow = await closed({ task: 'extend-locks' }, many, result, undefined, 1_000);
  const noted = slow.points.filter(({ lockedUntil = 0 }) => lockedUntil > 0).length;
  assert.deepEqual([slow.run?.state, noted >= 150 && noted < 170], ['completed', true], `${noted}`);
});
