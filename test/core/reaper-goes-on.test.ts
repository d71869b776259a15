/** A run by hand gets to every tenant, whatever one answer has time for; an old library run is ended too. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LibraryRun } from '../../core/domain/library-run.ts';
import { createPlanReaper, createRunReaper } from '../../core/steps/api/reaper.ts';
import { createSweep } from '../../core/steps/reaper/sweep.ts';
import { HOUR, reaperWorld } from './reaper-world.ts';

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
