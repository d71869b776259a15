/** Where a sweep might do harm it leaves things alone; where it could not help, it goes on saying so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REPLACED_BY, TAG } from '../../core/domain/effect.ts';
import { attemptName } from '../../core/domain/protected-instance.ts';
import type { ServiceIntent } from '../../core/domain/service-intent.ts';
import { beginNextAttempt } from '../../core/steps/jobs/next-attempt.ts';
import { createSweep } from '../../core/steps/reaper/sweep.ts';
import { undoServiceIntent } from '../../core/steps/reaper/undo-service-intent.ts';
import { anOrder, aPoint, aVolume } from '../adapters/records.ts';
import { GRACE, HOUR, OF_A_COPY, type ReaperWorld, reaperWorld } from './reaper-world.ts';

/** Something happens when the removal of such findings is being noted: the last call before it. */
const meanwhile = (world: ReaperWorld, kind: string, happens: () => void): ReaperWorld['deps'] => {
  const { audit } = world.deps;
  return {
    ...world.deps,
    audit: {
      ...audit,
      append: async (event) => {
        if (event.what.detail?.startsWith(kind)) happens();
        return audit.append(event);
      },
    },
  };
};

const suspended = (world: ReaperWorld) => {
  const failed = world.job({ type: 'snapshot', attempt: 2 });
  const made = world.thing('snapshot', world.tagsOf(world.effect(failed, 'snapshots', { state: 'suspended' })));
  const volumes = [{ ...aVolume(1, [1]), snapshotId: made.id }];
  const point = { ...aPoint('hv-acme', 'i-1', volumes), kind: 'snapshot', jobId: failed.jobId, attempt: 1 } as const;
  return { failed, made, point };
};

test('a job that was retried and has ended anew while it was looked at has its things back', async () => {
  const world = reaperWorld();
  const { failed, made } = suspended(world);
  const deps = meanwhile(world, 'snapshot', () => {
    world.records.jobs.set(failed.jobId, { ...failed, attempt: 3, state: 'completed', endedAt: world.now() });
  });
  const outcome = await createSweep(deps)({});
  assert.deepEqual([outcome.removed, outcome.failed, world.ids()], [0, 1, [made.id]]);
  assert.match([...world.records.findings.values()][0]?.error ?? '', /has ended anew/);
});

test('a snapshot that a recovery point has by now is not removed', async () => {
  const world = reaperWorld();
  const { made, point } = suspended(world);
  const deps = meanwhile(world, 'snapshot', () => {
    world.records.points.set(point.recoveryPointId, { ...point, state: 'available', attempt: 3 });
  });
  const outcome = await createSweep(deps)({});
  assert.deepEqual([outcome.removed, outcome.failed, world.ids()], [0, 1, [made.id]]);
  assert.match([...world.records.findings.values()][0]?.error ?? '', /a recovery point has it/);
});

test('what is older than its job, or a copy of what it made, is shown and left; what it made goes', async () => {
  const world = reaperWorld();
  const done = world.job({ state: 'completed' });
  const made = world.effect(done, 'snapshots', { state: 'kept', resourceIds: ['snap-recorded'] });
  const before = done.createdAt - 6 * 60_000;
  const stays = [
    world.thing('volume', world.tagsOf(world.effect(done, 'volume')), { createdAt: before }),
    world.thing('snapshot', world.tagsOf(made), { createdAt: before }),
    world.thing('snapshot', world.tagsOf(made), { sourceVolumeId: OF_A_COPY }),
  ];
  world.thing('snapshot', world.tagsOf(made), { id: 'snap-recorded', sourceVolumeId: OF_A_COPY });
  world.thing('snapshot', world.tagsOf(made));
  world.thing('snapshot', world.tagsOf(world.effect(done, 'pending-snapshot')), { sourceVolumeId: OF_A_COPY });
  world.thing('volume', world.tagsOf(world.effect(done, 'volume')), { createdAt: done.createdAt - 60_000 });
  assert.deepEqual(await createSweep(world.deps)({}), { removed: 4, failed: 0, open: 3, left: 0, problems: [] });
  assert.deepEqual(world.ids(), stays.map(({ id }) => id).sort());
});

test('a job that was retried just now is not ended before it is started; hours later it is', async () => {
  const world = reaperWorld();
  const { deps, records, acme } = world;
  const failed = world.job({ createdAt: world.now() - 20 * HOUR, startedAt: world.now() - 20 * HOUR });
  const executions = { ...deps.executions, start: () => Promise.reject(new Error('the process is gone')) };
  await assert.rejects(beginNextAttempt({ ...deps, executions }, acme, failed, ['failed']), /gone/);
  assert.deepEqual([records.jobs.get(failed.jobId)?.state, records.jobs.get(failed.jobId)?.attempt], ['queued', 2]);
  await createSweep(deps)({});
  assert.deepEqual(world.started, []);
  world.later(GRACE);
  await createSweep(deps)({});
  assert.deepEqual(world.started, [`${attemptName(failed.jobId, 2)}-cleanup`]);
});

test('a job that was started after it was looked at is left alone', async () => {
  const world = reaperWorld();
  const forgotten = world.job({ state: 'queued' });
  const deps = meanwhile(world, 'stuck-job', () => {
    world.executionStates.set(attemptName(forgotten.jobId, 1), 'RUNNING');
  });
  const outcome = await createSweep(deps)({});
  assert.deepEqual([outcome.removed, outcome.begun, outcome.failed, world.started], [0, undefined, 0, []]);
});

test('a cleanup that goes on failing stays on the list, is begun with longer pauses, and is told of', async () => {
  const world = reaperWorld();
  const over = world.job();
  const held = world.effect(over, 'guest-command', { resourceIds: ['cmd-1'] });
  const sweep = createSweep(world.deps);
  const finding = () => [...world.records.findings.values()][0];
  assert.deepEqual(await sweep({}), { removed: 0, begun: 1, failed: 0, open: 1, left: 0, problems: [] });
  assert.deepEqual([finding()?.attempts, finding()?.error], [1, undefined]);
  for (let hours = 0; hours < 40; hours++) {
    world.later(HOUR);
    await sweep({});
    assert.equal(finding()?.kind, 'unfinished-cleanup', `${hours} h later`);
  }
  assert.deepEqual([world.started.length, finding()?.attempts], [6, 6]);
  assert.match(finding()?.error ?? '', /started 5 times before, and has not done it/);
  world.effect(over, 'guest-command', { ...held, state: 'undone' });
  world.later(HOUR);
  await sweep({});
  assert.equal(finding(), undefined, 'once it is put back it is off the list');
});

test('a quarantined order is an operator’s: it is no finding', async () => {
  const world = reaperWorld();
  const order = { ...anOrder(world.job(), 'i-1'), state: 'quarantined' } as const;
  world.records.orders.set(order.orderId, order);
  assert.deepEqual(await createSweep(world.deps)({}), { removed: 0, failed: 0, open: 0, left: 0, problems: [] });
});

test('a tenant that tags thousands of its own things is shown a hundred, and takes no more than its time', async () => {
  const world = reaperWorld();
  const tags = { [TAG.job]: 'job-never' };
  for (let n = 0; n < 5_000; n++) world.thing('snapshot', tags, { id: `snap-${n}` });
  for (let n = 0; n < 150; n++) world.thing('volume', { [REPLACED_BY]: 'job-never' }, { id: `vol-${n}` });
  world.thing('volume', world.tagsOf(world.effect(world.job(), 'volume')));
  const { put } = world.catalog.findings;
  let puts = 0;
  const findings = {
    ...world.catalog.findings,
    put: async (finding: Parameters<typeof put>[0]) => {
      puts++;
      world.later(200);
      return put(finding);
    },
  };
  const slow = { ...world.deps, catalog: { ...world.catalog, findings } };
  const begun = world.now();
  const first = await createSweep(slow)({ until: begun + 20_000 });
  assert.equal(first.removed, 1);
  assert.ok(world.now() - begun < 25_000, `${world.now() - begun} ms, ${puts} writes`);
  for (let sweeps = 0; sweeps < 3; sweeps++) await createSweep(slow)({});
  const of = (kind: string) => [...world.records.findings.values()].filter((each) => each.kind === kind);
  assert.deepEqual([of('snapshot').length, of('replaced-volume').length], [100, 100]);
  const more = new Map(of('unlisted').map(({ subject, reason }) => [subject, reason]));
  assert.match(more.get('snapshot') ?? '', /^4900 more/);
  assert.match(more.get('replaced-volume') ?? '', /^50 more/);
});

test('what was found at a tenant that was removed since is forgotten', async () => {
  const world = reaperWorld();
  world.closed.add('hv-globex').add('hv-acme');
  await createSweep(world.deps)({});
  assert.equal(world.records.findings.size, 2);
  world.records.hypervisors.delete('hv-globex');
  await createSweep(world.deps)({});
  assert.deepEqual(
    [...world.records.findings.values()].map(({ tenantId }) => tenantId),
    ['hv-acme'],
  );
});

test('who has been a tenant is kept for thirteen months, and forgotten then', async () => {
  const world = reaperWorld();
  const [DAY, now] = [86_400_000, world.now()];
  for (const days of [1, 395, 401])
    world.records.removedTenants.set(`hv-${days}`, { tenantId: `hv-${days}`, name: 'x', removedAt: now - days * DAY });
  await createSweep(world.deps)({});
  assert.deepEqual([...world.records.removedTenants.keys()], ['hv-1', 'hv-395']);
});

const intent = (world: ReaperWorld): ServiceIntent => ({
  ...{ hypervisorId: 'hv-new', kind: 'service', accountId: '999999999999', region: 'eu-central-1' },
  ...{ auth: { method: 'iam-role' }, at: world.now() - 5 * HOUR, state: 'intended' },
});

test('of two sweeps that undo the same hypervisor, the slower removes nothing of one that was begun anew', async () => {
  const world = reaperWorld();
  const { serviceIntents } = world.catalog;
  await serviceIntents.intend(intent(world));
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const slow = {
    ...world.deps,
    nodeRoles: {
      ...world.deps.nodeRoles,
      remove: async () => {
        reached.resolve();
        return gate.promise;
      },
    },
  };
  const slower = undoServiceIntent(slow, intent(world));
  await reached.promise;
  const [there] = await serviceIntents.open();
  assert.ok(there);
  assert.equal(await undoServiceIntent(world.deps, there), 'left to others');
  assert.deepEqual(world.gone, []);
  // the first has died, as far as anybody can tell
  world.later(16 * 60_000);
  assert.equal(await undoServiceIntent(world.deps, there), 'undone');
  world.gone.length = 0;
  assert.equal(await serviceIntents.intend({ ...intent(world), at: world.now() }), true);
  gate.resolve();
  assert.equal(await slower, 'left to others');
  assert.deepEqual([world.gone, (await serviceIntents.open()).length], [[], 1]);
});

test('an intent that was begun anew after it was looked at counts as nothing', async () => {
  const world = reaperWorld();
  await world.catalog.serviceIntents.intend(intent(world));
  const deps = meanwhile(world, 'unfinished-hypervisor', () => {
    world.records.serviceIntents.set('hv-new', { ...intent(world), at: world.now() });
  });
  const outcome = await createSweep(deps)({});
  assert.deepEqual([outcome.removed, outcome.failed, world.gone], [0, 0, []]);
});

test('uploads in parts are left alone for as long as a job may last', async () => {
  const world = reaperWorld();
  world.uploads.push({ bucket: 'work', key: 'work/a', uploadId: 'u', begunAt: world.now() });
  world.later(7 * 24 * HOUR);
  assert.equal((await createSweep(world.deps)({})).removed, 0);
  world.later(25 * HOUR);
  assert.equal((await createSweep(world.deps)({})).removed, 1);
});
