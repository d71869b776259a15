/** A run by hand gets to every tenant, whatever one answer has time for; an old library run is ended too. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TenantAccessLost } from '../../core/domain/errors.ts';
import { accountIn, type RecordedFinding } from '../../core/domain/finding.ts';
import type { LibraryRun } from '../../core/domain/library-run.ts';
import { PLAN_ACTIONS, scheduleName } from '../../core/domain/plan-schedules.ts';
import type { OursPage } from '../../core/ports/tenant-scope.ts';
import { createPlanReaper, createRunReaper } from '../../core/steps/api/reaper.ts';
import { createPlanSweep } from '../../core/steps/reaper/plan-sweep.ts';
import type { ReaperDeps } from '../../core/steps/reaper/reaper-deps.ts';
import { createSweep } from '../../core/steps/reaper/sweep.ts';
import { aPlan, aPoint, aVolume } from '../adapters/records.ts';
import { HOME, HOUR, type ReaperWorld, reaperWorld } from './reaper-world.ts';

test('a plan that had no time for all tenants can be run as it is, and the others one by one', async () => {
  const world = reaperWorld();
  const { job, effect, thing, tagsOf } = world;
  for (const tenantId of ['hv-acme', 'hv-globex'])
    thing('volume', tagsOf(effect(job({ tenantId }), 'volume')), {}, tenantId);
  const { open } = world.deps.scopes;
  const slow = {
    ...world.deps,
    scopes: {
      open: async (...all: Parameters<typeof open>) => {
        world.later(11_000);
        return open(...all);
      },
    },
  };
  const plan = await createPlanReaper(slow)(undefined);
  assert.ok(plan.notLookedAt.some(({ place, tenantId }) => place === 'hv-globex' && tenantId === 'hv-globex'));
  assert.equal(plan.due, 1);
  // This time there would be time for more.
  const run = createRunReaper(world.deps);
  assert.deepEqual(await run('arn:ops', { token: plan.token }), {
    removed: 1,
    failed: 0,
    open: 0,
    left: 0,
    problems: [],
  });
  assert.deepEqual([world.ids().length, world.ids('hv-globex').length], [0, 1]);
  const { token } = await createPlanReaper(world.deps)('hv-globex');
  assert.equal((await run('arn:ops', { token, tenantId: 'hv-globex' })).removed, 1);
  await assert.rejects(run('arn:ops', { token: plan.token }), { name: 'Conflict' });
});

const libraryRun = (n: number, change: Partial<LibraryRun>): LibraryRun => ({
  ...{ runId: `run-${n}`, tenantId: 'hv-acme', serviceId: 'hv-s', task: 'check', planOnly: false, pass: 1 },
  ...{ acceptDamage: false, queueDeadlineSeconds: 60, trigger: 'schedule', requestedBy: 'x', state: 'completed' },
  ...{ createdAt: n },
  ...change,
});

test('a library run that died is ended, however many came after it', async () => {
  const world = reaperWorld();
  const { libraryRuns } = world.records;
  const dead = libraryRun(0, { state: 'running', createdAt: world.now() - 90 * HOUR });
  libraryRuns.set(dead.runId, dead);
  for (let n = 1; n <= 120; n++) libraryRuns.set(`run-${n}`, libraryRun(n, { createdAt: world.now() - 80 * HOUR + n }));
  world.executionStates.set(dead.runId, 'ABORTED');
  const outcome = await createSweep(world.deps)({});
  assert.deepEqual([outcome.removed, outcome.failed], [1, 0]);
  assert.equal(libraryRuns.get(dead.runId)?.state, 'failed');
  assert.equal((await createSweep(world.deps)({})).removed, 0);
});

test('what was found is settled, though one of the account’s lists could not be read; that is told', async () => {
  const world = reaperWorld();
  const { job, effect, thing, tagsOf, records } = world;
  thing('volume', tagsOf(effect(job(), 'volume')));
  const { open } = world.deps.scopes;
  let isDenied = true;
  const error = new TenantAccessLost('the role does not allow it');
  const scopes: ReaperDeps['scopes'] = {
    open: async (...all) => {
      const scope = await open(...all);
      const ours = async function* (): AsyncGenerator<OursPage> {
        yield* scope.ours();
        if (isDenied) yield { things: [], failed: { list: 'ec2:DescribeSnapshots', error } };
      };
      return { ...scope, ours };
    },
  };
  await world.catalog.findings.put(anEarlierFinding(world));
  const deps = { ...world.deps, scopes };
  assert.equal((await createSweep(deps)({ tenantId: 'hv-acme' })).removed, 1);
  const found = () => [...records.findings.values()].map(({ kind, reason }) => `${kind}: ${reason}`).sort();
  assert.equal(found().length, 2, 'what was found before and was not looked for stays on the list');
  assert.match(found()[0] ?? '', /account: .*ec2:DescribeSnapshots: TenantAccessLost/);
  const plan = await createPlanSweep(deps)('hv-acme', Number.POSITIVE_INFINITY);
  assert.match(plan.notLookedAt[0]?.reason ?? '', /DescribeSnapshots/);
  isDenied = false;
  await createSweep(deps)({ tenantId: 'hv-acme' });
  assert.deepEqual(found(), []);
});

const anEarlierFinding = (world: ReaperWorld): RecordedFinding => ({
  ...{
    findingId: 'find-earlier',
    place: accountIn('hv-acme', HOME),
    kind: 'snapshot',
    subject: 'snap-seen',
    reason: 'x',
  },
  ...{ action: 'show', dueAt: 0, tenantId: 'hv-acme', firstSeenAt: 0, lastSeenAt: world.now(), attempts: 0 },
});

test('a thing whose records cannot be read just now is shown, and the others are settled', async () => {
  const world = reaperWorld();
  const { job, effect, thing, tagsOf, catalog, records } = world;
  const unread = job();
  const there = thing('volume', tagsOf(effect(unread, 'volume')));
  for (let n = 0; n < 3; n++) thing('volume', tagsOf(effect(job(), 'volume')));
  const get: typeof catalog.jobs.get = (tenantId, jobId) =>
    jobId === unread.jobId ? Promise.reject(new Error('not now')) : catalog.jobs.get(tenantId, jobId);
  const deps = { ...world.deps, catalog: { ...catalog, jobs: { ...catalog.jobs, get } } };
  assert.equal((await createSweep(deps)({})).removed, 3);
  const of = () => [...records.findings.values()].find(({ subject }) => subject === there.id);
  assert.match(of()?.reason ?? '', /could not be read: Error: not now/);
  assert.deepEqual([world.ids(), of()?.action], [[there.id], 'show']);
  assert.equal((await createSweep(world.deps)({})).removed, 1);
});

test('of a plan that is there, the schedules of all its actions stay', async () => {
  const { deps, records, schedules } = reaperWorld();
  const plan = aPlan('hv-acme');
  records.plans.set(plan.planId, plan);
  for (const action of PLAN_ACTIONS) schedules.set(scheduleName(plan.planId, action), 0);
  assert.equal((await createSweep(deps)({})).removed, 0);
  assert.equal(schedules.size, PLAN_ACTIONS.length);
});

test('an operation whose last thing a sweep has removed is undone, as a cleanup would have noted it', async () => {
  const world = reaperWorld();
  const { restore, effect, thing, tagsOf, catalog, resists, later } = world;
  const failed = restore({ kind: 'new-instance' } as never);
  const launch = effect(failed, 'instance', { resourceIds: ['i-made'] });
  thing('instance', tagsOf(launch), { id: 'i-made' });
  thing('volume', tagsOf(launch), { id: 'vol-with-it', attachedTo: 'i-made' });
  const image = effect(failed, 'image', { resourceIds: ['ami-made'] });
  thing('image', tagsOf(image), { id: 'ami-made' });
  const taken = effect(world.job(), 'snapshots', { resourceIds: ['snap-1', 'snap-2'] });
  for (const id of taken.resourceIds) thing('snapshot', tagsOf(taken), { id });
  const surplus = effect(world.job(), 'snapshots', { resourceIds: ['snap-3'] });
  for (const id of ['snap-3', 'snap-4']) thing('snapshot', tagsOf(surplus), { id });
  const point = { ...aPoint('hv-acme', 'i-1', [{ ...aVolume(1, [1]), snapshotId: 'snap-3' }]), state: 'available' };
  world.records.points.set(point.recoveryPointId, point as never);
  const states = () =>
    Promise.all(
      [launch, image, taken, surplus].map(
        async ({ jobId, effectId }) =>
          (await catalog.effects.ofAttempt(jobId, 1)).find((each) => each.effectId === effectId)?.state,
      ),
    );
  resists.set('ami-made', new Error('it is used')).set('snap-2', new Error('it is used'));
  assert.equal((await createSweep(world.deps)({})).removed, 3);
  assert.deepEqual(await states(), ['undone', 'made', 'made', 'made']);
  resists.clear();
  later(HOUR);
  await createSweep(world.deps)({});
  assert.deepEqual(await states(), ['undone', 'undone', 'undone', 'made'], 'a recovery point has a part of the last');
});
