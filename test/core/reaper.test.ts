/** Sweeps of tenants' accounts and of the records: what goes, what stays and why, and what resists. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REPLACED_BY, TAG } from '../../core/domain/effect.ts';
import { TransientFailure } from '../../core/domain/errors.ts';
import { attemptName } from '../../core/domain/protected-instance.ts';
import { createPlanSweep } from '../../core/steps/reaper/plan-sweep.ts';
import { createReap } from '../../core/steps/reaper/reap.ts';
import { createSweep } from '../../core/steps/reaper/sweep.ts';
import { anOrder, aPlan, aPoint, aVolume } from '../adapters/records.ts';
import { GRACE, HOUR, reaperWorld } from './reaper-world.ts';

const FOREVER = Number.POSITIVE_INFINITY;

test('what a job that ended has left goes: instances, volumes, images, snapshots, here and in another region', async () => {
  const world = reaperWorld();
  const { job, effect, thing, tagsOf, deps, things } = world;
  const failed = job();
  const makes = [
    ['snapshot', 'snapshots'],
    ['snapshot', 'pending-snapshot'],
    ['image', 'image'],
    ['instance', 'instance'],
    ['volume', 'instance'],
    ['volume', 'volume'],
  ] as const;
  for (const [kind, by] of makes) thing(kind, tagsOf(effect(failed, by)));
  for (const state of ['intended', 'undone'] as const) thing('volume', tagsOf(effect(failed, 'volume', { state })));
  const copy = effect(failed, 'region-copy', { region: 'us-east-1' });
  const elsewhere = { kind: 'snapshot', id: 'snap-us', tags: tagsOf(copy), createdAt: world.now() - 9 * HOUR } as const;
  things('hv-acme', 'us-east-1').set('snap-us', elsewhere);
  await world.catalog.sweeps.setLastLook('hv-acme', { at: world.now() - 9 * HOUR, regions: ['us-east-1'] });
  const plan = await createPlanSweep(deps)(undefined, FOREVER);
  assert.deepEqual(
    plan.findings.map(({ kind, action }) => `${kind} ${action}`),
    [
      'instance remove',
      ...Array(4).fill('volume remove'),
      'image remove',
      ...Array(2).fill('snapshot remove'),
      'snapshot remove',
    ],
  );
  assert.equal(world.ids().length, 8, 'a plan removes nothing');
  const outcome = await createSweep(deps)({});
  assert.deepEqual(outcome, { removed: 9, failed: 0, open: 0, left: 0, problems: [] });
  assert.deepEqual([world.ids(), world.ids('hv-acme', 'us-east-1')], [[], []]);
  const removing = world.opened.filter(({ access }) => access.to !== 'look');
  assert.ok(removing.every(({ jobId, access }) => jobId === failed.jobId && access.to === 'clean-up'));
  const [asked, done] = world.auditing.written().filter(({ what }) => what.operation === 'remove what was left behind');
  assert.deepEqual([asked?.outcome, done?.outcome, asked?.what.tenantId], ['Asked', 'Done', 'hv-acme']);
  assert.ok(asked?.what.subjects.length);
  assert.equal((await createSweep(deps)({})).removed, 0, 'a second sweep finds nothing');
});

test('what is in use, was asked for, is young, or is part of a recovery point stays', async () => {
  const world = reaperWorld();
  const { job, restore, child, effect, thing, tagsOf, deps, records } = world;
  for (const state of ['queued', 'running', 'waiting', 'cancelling', 'suspended'] as const) {
    const open = job({ state });
    world.executionStates.set(attemptName(open.jobId, 1), 'RUNNING');
    thing('snapshot', tagsOf(effect(open, 'snapshots')));
  }
  thing('volume', tagsOf(effect(job({ endedAt: world.now() - GRACE + 1 }), 'volume')));
  const done = restore({ kind: 'new-instance' } as never, { state: 'completed' });
  const launched = thing('instance', tagsOf(effect(done, 'instance')));
  const volume = thing('volume', tagsOf(effect(done, 'instance')), { attachedTo: launched.id });
  thing('volume', tagsOf(effect(done, 'instance', { state: 'kept' })));
  const volumes = [{ device: '/dev/sda', volumeId: volume.id, sourceVolumeId: 'vol-1' }];
  const result = { instanceId: launched.id, volumes, volumeTagsLeftOut: 0, awsTagsLeftOut: 0 };
  child(done, { phase: 'done', result });
  // recovery points: available, and expired but not removed yet
  const backup = job({ state: 'completed' });
  for (const [kind, state] of [
    ['snapshot', 'available'],
    ['snapshot', 'expired'],
    ['streaming', 'available'],
  ] as const) {
    const made = thing('snapshot', tagsOf(effect(backup, 'snapshots', { state: 'kept' })));
    const point = { ...aPoint('hv-acme', 'i-0000000a', [{ ...aVolume(1, [1]), snapshotId: made.id }]), kind, state };
    records.points.set(point.recoveryPointId, point);
  }
  const before = world.ids();
  const outcome = await createSweep(deps)({});
  assert.deepEqual(outcome, { removed: 0, failed: 0, open: 0, left: 0, problems: [] });
  assert.deepEqual(world.ids(), before);
  assert.equal(records.findings.size, 0);
});

test('a snapshot of a point that retention has expired and emptied goes, if it is there still', async () => {
  const world = reaperWorld();
  const backup = world.job({ state: 'completed' });
  const made = world.thing('snapshot', world.tagsOf(world.effect(backup, 'snapshots', { state: 'kept' })));
  const volumes = [{ ...aVolume(1, [1]), snapshotId: made.id }];
  const point = { ...aPoint('hv-acme', 'i-1', volumes), kind: 'snapshot', state: 'expired', dataRemovedAt: 1 } as const;
  world.records.points.set(point.recoveryPointId, point);
  assert.equal((await createSweep(world.deps)({})).removed, 1);
});

test('what carries our tags by copying is shown, and never removed', async () => {
  const world = reaperWorld();
  const { job, effect, thing, tagsOf, deps, things } = world;
  const failed = job();
  const made = effect(failed, 'volume');
  const other = job({ tenantId: 'hv-globex' });
  const foreign: [string, RegExp][] = [
    [thing('volume', { [TAG.job]: 'job-never' }).id, /not known/],
    [thing('volume', { [TAG.job]: 'whatever' }).id, /not known/],
    // another tenant's job is as good as none
    [thing('volume', tagsOf(effect(other, 'volume'))).id, /not known/],
    [thing('volume', { ...tagsOf(made), [TAG.operation]: 'op-never' }).id, /no operation/],
    [thing('volume', { [TAG.job]: failed.jobId }).id, /no operation/],
    // a backup tool copies a restored volume's tags to its snapshots
    [thing('snapshot', tagsOf(made)).id, /copied/],
    // a console copies an instance's tags to the next
    [thing('volume', tagsOf(made), { createdAt: world.now() - HOUR }).id, /after its job had ended/],
    [thing('volume', { [REPLACED_BY]: 'job-never' }).id, /not known/],
  ];
  const copied = { kind: 'volume', id: 'vol-us', tags: tagsOf(made), createdAt: world.now() - 9 * HOUR } as const;
  things('hv-acme', 'us-east-1').set('vol-us', copied);
  await world.catalog.sweeps.setLastLook('hv-acme', { at: world.now(), regions: ['us-east-1'] });
  const before = world.ids();
  for (let sweeps = 0; sweeps < 3; sweeps++) {
    assert.deepEqual(await createSweep(deps)({ eager: true }), {
      ...{ removed: 0, failed: 0, open: foreign.length + 1, left: 0, problems: [] },
    });
    world.later(24 * HOUR);
  }
  assert.deepEqual(world.ids(), before);
  const found = new Map([...world.records.findings.values()].map((each) => [each.subject, each]));
  for (const [id, reason] of foreign) {
    assert.match(found.get(id)?.reason ?? '', reason);
    assert.equal(found.get(id)?.action, 'show');
  }
  assert.match(found.get('vol-us')?.reason ?? '', /made nothing in us-east-1/);
});

test('an attached volume is left alone, and goes once nothing holds it', async () => {
  const world = reaperWorld();
  const made = world.effect(world.job(), 'instance');
  const volume = world.thing('volume', world.tagsOf(made), { attachedTo: 'i-0000000b' });
  assert.equal((await createSweep(world.deps)({})).removed, 0);
  const { attachedTo: _, ...free } = volume;
  world.things('hv-acme').set(volume.id, free);
  assert.equal((await createSweep(world.deps)({})).removed, 1);
});

test('replaced volumes: removed only if the restore was asked to, and finished', async () => {
  const world = reaperWorld();
  const { restore, child, thing, deps } = world;
  const inPlace = (replacedVolumes: 'keep' | 'remove') =>
    ({ kind: 'in-place', overwrite: true, replacedVolumes }) as const;
  const replaced = (of: ReturnType<typeof restore>, isDone: boolean) => {
    const { id } = thing('volume', { [REPLACED_BY]: of.jobId });
    const replacedVolumes = [{ device: '/dev/sda', volumeId: id, kept: true }];
    const result = { volumes: [], replacedVolumes, volumeTagsLeftOut: 0, awsTagsLeftOut: 0 };
    child(of, isDone ? { phase: 'done', result } : { phase: 'failed' });
    return id;
  };
  const asked = replaced(restore(inPlace('remove'), { state: 'completed' }), true);
  const kept = replaced(restore(inPlace('keep'), { state: 'completed' }), true);
  const lost = replaced(restore(inPlace('remove')), false);
  const open = replaced(restore(inPlace('remove'), { state: 'running' }), false);
  for (const { jobId, attempt } of world.records.jobs.values())
    world.executionStates.set(attemptName(jobId, attempt), 'RUNNING');
  const outcome = await createSweep(deps)({});
  assert.deepEqual([outcome.removed, outcome.open], [1, 1]);
  assert.deepEqual(world.ids(), [kept, lost, open].sort());
  const { access } = world.opened.find(({ access: { to } }) => to === 'replace') ?? {};
  assert.equal(access?.instanceId, 'i-0000000a', `${asked} was deleted by its mark, for that one instance`);
  const results = world.records.instances.flatMap(({ result }) => result?.replacedVolumes ?? []);
  assert.deepEqual(
    results.map((volume) => [volume.volumeId, volume.kept]),
    [
      [asked, false],
      [kept, true],
    ],
    'and the result of its restore says so',
  );
});

test('messages that named no order are kept for 30 days', async () => {
  const world = reaperWorld();
  const { quarantine } = world.catalog;
  const message = { serviceId: 'hv-service', nodeId: 'node-1', bytes: 1, sha256: 'ab'.repeat(32), receiveCount: 1 };
  await quarantine.addMessage({ messageId: 'msg-old', at: world.now() - 31 * 24 * HOUR, ...message }, 100);
  await quarantine.addMessage({ messageId: 'msg-new', at: world.now() - 29 * 24 * HOUR, ...message }, 100);
  await createSweep(world.deps)({ tenantId: 'hv-acme' });
  assert.equal(
    (await quarantine.countMessages('hv-service')).kept,
    2,
    'a sweep of one tenant leaves the service side alone',
  );
  await createSweep(world.deps)({});
  assert.deepEqual([await quarantine.get('msg-old'), (await quarantine.get('msg-new'))?.kind], [undefined, 'message']);
});

test('one that resists stops nothing; it is recorded, tried again with longer pauses, and off the list once gone', async () => {
  const world = reaperWorld();
  const { job, effect, thing, tagsOf, deps, records } = world;
  const bad = thing('volume', tagsOf(effect(job(), 'volume')));
  world.resists.set(bad.id, new TransientFailure('it is being looked at'));
  for (let n = 0; n < 5; n++) thing('volume', tagsOf(effect(job(), 'volume')));
  const sweep = createSweep(deps);
  assert.deepEqual(await sweep({}), { removed: 5, failed: 1, open: 1, left: 0, problems: [] });
  const recorded = () => [...records.findings.values()].find(({ subject }) => subject === bad.id);
  assert.equal(recorded()?.attempts, 1);
  assert.match(recorded()?.error ?? '', /TransientFailure: it is being looked at/);
  assert.equal((await sweep({})).failed, 0, 'not tried again at once');
  assert.equal(recorded()?.attempts, 1);
  assert.equal((await sweep({ eager: true })).failed, 1, 'but if an operator asks');
  world.later(HOUR);
  assert.equal((await sweep({})).failed, 0, 'two hours after the second time');
  world.later(HOUR);
  assert.equal((await sweep({})).failed, 1);
  assert.equal(recorded()?.attempts, 3);
  world.resists.clear();
  world.later(4 * HOUR);
  assert.deepEqual([(await sweep({})).removed, records.findings.size, world.ids()], [1, 0, []]);
});

test('an account that lets nobody in is a finding; the others are swept, and it is forgotten once it opens', async () => {
  const world = reaperWorld();
  const { job, effect, thing, tagsOf, deps, records } = world;
  thing('volume', tagsOf(effect(job(), 'volume')));
  thing('volume', tagsOf(effect(job({ tenantId: 'hv-globex' }), 'volume')), {}, 'hv-globex');
  world.closed.add('hv-acme');
  const plan = await createPlanSweep(deps)(undefined, FOREVER);
  assert.deepEqual(
    plan.notLookedAt.map(({ tenantId }) => tenantId),
    ['hv-acme'],
  );
  assert.equal((await createSweep(deps)({})).removed, 1);
  assert.deepEqual([world.ids('hv-globex'), world.ids().length], [[], 1]);
  const [finding] = [...records.findings.values()];
  assert.deepEqual([finding?.kind, finding?.action, finding?.region], ['account', 'show', 'eu-central-1']);
  world.closed.clear();
  assert.equal((await createSweep(deps)({})).removed, 1);
  assert.equal(records.findings.size, 0);
});

test('records: leases, points, orders of attempts that are over; a committed point is not given up', async () => {
  const world = reaperWorld();
  const { job, effect, deps, records } = world;
  const over = job();
  const owner = attemptName(over.jobId, 1);
  records.protectedInstances.set('hv-acme i-1', { tenantId: 'hv-acme', instanceId: 'i-1', fence: 1, owner });
  const order = anOrder(over, 'i-1');
  records.orders.set(order.orderId, order);
  const of = (jobId: string) => ({ ...aPoint('hv-acme', 'i-1', []), jobId });
  const [pending, committed] = [of(over.jobId), of(over.jobId)];
  const running = job({ state: 'running' });
  world.executionStates.set(attemptName(running.jobId, 1), 'RUNNING');
  const working = of(running.jobId);
  for (const point of [pending, committed, working]) records.points.set(point.recoveryPointId, point);
  const held = { tenantId: 'hv-acme', instanceId: 'i-2', fence: 1, owner: attemptName(running.jobId, 1) };
  records.protectedInstances.set('hv-acme i-2', held);
  const lease = records.protectedInstances.get('hv-acme i-1');
  if (lease) records.protectedInstances.set('hv-acme i-1', { ...lease, committed: committed.recoveryPointId });
  effect(over, 'guest-command', { resourceIds: ['cmd-1'] });
  const outcome = await createSweep(deps)({});
  assert.deepEqual([outcome.removed, outcome.begun, outcome.failed], [4, 1, 0]);
  assert.equal(records.protectedInstances.get('hv-acme i-1')?.owner, undefined);
  assert.equal(records.protectedInstances.get('hv-acme i-2')?.owner, held.owner);
  const states = [pending, committed, working].map(({ recoveryPointId }) => records.points.get(recoveryPointId)?.state);
  assert.deepEqual(states, ['abandoned', 'available', 'pending']);
  assert.equal(records.orders.get(order.orderId)?.state, 'closed');
  assert.deepEqual(world.started, [`${owner}-cleanup`], 'a guest that holds still is told to go on by the cleanup');
});

test('a job that is open without an execution is cleaned up, under another name where its cleanup has run before', async () => {
  const world = reaperWorld();
  const stopped = world.job({ state: 'running' });
  const name = attemptName(stopped.jobId, 1);
  world.executionStates.set(name, 'ABORTED');
  await createSweep(world.deps)({});
  assert.deepEqual(world.started, [`${name}-cleanup`]);
  // it has failed: the job is open as before
  world.later(HOUR);
  await createSweep(world.deps)({});
  assert.deepEqual(world.started.slice(1), [`${name}-cleanup-${Math.floor(world.now() / HOUR)}`]);
  const forgotten = world.job({ state: 'queued', createdAt: world.now() });
  await createSweep(world.deps)({});
  assert.equal(world.started.length, 2, 'one that was just asked for may be about to be started');
  world.later(GRACE);
  await createSweep(world.deps)({});
  assert.ok(world.started.includes(`${attemptName(forgotten.jobId, 1)}-cleanup`));
});

test('the service side: schedules without a plan, uploads that never ended, each past its grace', async () => {
  const world = reaperWorld();
  const { deps, records, schedules, uploads } = world;
  const plan = aPlan('hv-acme');
  records.plans.set(plan.planId, plan);
  schedules.set(`${plan.planId}-backup`, 0).set('plan-gone-backup', 0).set('plan-new-copy', world.now());
  const upload = (uploadId: string, begunAt: number) =>
    uploads.push({ bucket: 'work', key: 'work/a b', uploadId, begunAt });
  upload('old', 0);
  upload('young', world.now());
  assert.equal((await createSweep(deps)({})).removed, 2);
  assert.deepEqual([...schedules.keys()], [`${plan.planId}-backup`, 'plan-new-copy']);
  assert.deepEqual(
    uploads.map(({ uploadId }) => uploadId),
    ['young'],
  );
});

test('a hypervisor whose removal was interrupted is shown, and left to a person', async () => {
  const world = reaperWorld();
  world.records.hypervisors.set('hv-globex', { ...world.globex, removing: true });
  assert.deepEqual(await createSweep(world.deps)({}), { removed: 0, failed: 0, open: 1, left: 0, problems: [] });
  const [finding] = [...world.records.findings.values()];
  assert.deepEqual([finding?.subject, finding?.action], ['hv-globex', 'show']);
});

test('10,000 things are looked through page by page and removed, whatever is among them', {
  timeout: 60_000,
}, async () => {
  const world = reaperWorld();
  const { job, effect, thing, tagsOf, deps } = world;
  const made = effect(job(), 'volume');
  const keep = [];
  for (let n = 0; n < 10_000; n++) {
    if (n % 100 === 0) keep.push(thing('volume', { [TAG.job]: 'job-never' }).id);
    else thing('volume', tagsOf(made));
  }
  const outcome = await createSweep(deps)({});
  assert.deepEqual(outcome, { removed: 9_900, failed: 0, open: 100, left: 0, problems: [] });
  assert.deepEqual(world.ids(), keep.sort());
  assert.ok(world.pages() >= 10);
});

test('out of time a sweep goes on where it stopped: every tenant has its turn', async () => {
  const world = reaperWorld();
  const { deps, job, effect, thing, tagsOf } = world;
  for (const tenantId of ['hv-acme', 'hv-globex'])
    thing('volume', tagsOf(effect(job({ tenantId }), 'volume')), {}, tenantId);
  // Each turn takes all of the time.
  const { open } = deps.scopes;
  const slow = {
    ...deps,
    scopes: {
      open: async (...all: Parameters<typeof open>) => {
        world.later(10 * 60_000);
        return open(...all);
      },
    },
  };
  const reap = createReap({ ...slow, ...world.beating });
  assert.equal((await reap()).left, 1, 'the service side and one tenant');
  assert.equal((await reap()).left, 0);
  assert.equal(world.opened.filter(({ access }) => access.to === 'look').length, 2);
  assert.deepEqual(new Set(world.opened.map(({ tenantId }) => tenantId)), new Set(['hv-acme', 'hv-globex']));
});

test('records that take longer than a turn are looked through by the next sweeps', async () => {
  const world = reaperWorld();
  const { job, deps, records, catalog } = world;
  const orders: string[] = [];
  for (let n = 0; n < 40; n++) {
    const order = anOrder(job({ endedAt: world.now() - (200 - n) * HOUR, createdAt: world.now() - 201 * HOUR }), 'i-1');
    records.orders.set(order.orderId, order);
    orders.push(order.orderId);
  }
  const slow = {
    ...deps,
    catalog: {
      ...catalog,
      orders: {
        ...catalog.orders,
        ofAttempt: async (jobId: string, attempt: number) => {
          world.later(2_000);
          return catalog.orders.ofAttempt(jobId, attempt);
        },
      },
    },
  };
  const closed = () => orders.filter((id) => records.orders.get(id)?.state === 'closed').length;
  const counts = [];
  for (let sweeps = 0; sweeps < 10 && closed() < 40; sweeps++) {
    await createSweep(slow)({ until: world.now() + 20_000, tenantId: 'hv-acme', eager: true });
    counts.push(closed() + records.findings.size);
  }
  assert.ok((counts[0] ?? 0) < 40, `${counts}`);
  assert.equal(counts.at(-1), 40, `${counts}`);
  await createSweep(deps)({ eager: true });
  assert.deepEqual([closed(), records.findings.size], [40, 0]);
});

test('where the audit log cannot be written nothing is removed, and it is said', async () => {
  const world = reaperWorld();
  world.thing('volume', world.tagsOf(world.effect(world.job(), 'volume')));
  world.auditing.trouble.error = new Error('the table is gone');
  const outcome = await createSweep(world.deps)({});
  assert.equal(outcome.removed, 0);
  assert.match(outcome.problems.join(), /NotRecorded/);
  assert.equal(world.ids().length, 1);
});

test('a job that was retried after the look has its things back', async () => {
  const world = reaperWorld();
  const over = world.job();
  world.thing('volume', world.tagsOf(world.effect(over, 'volume')));
  const { append } = world.deps.audit;
  const audit = {
    ...world.deps.audit,
    append: async (event: Parameters<typeof append>[0]) => {
      world.records.jobs.set(over.jobId, { ...over, state: 'running', attempt: 2 });
      return append(event);
    },
  };
  const outcome = await createSweep({ ...world.deps, audit })({});
  assert.deepEqual([outcome.removed, outcome.failed, world.ids().length], [0, 1, 1]);
});

test('two sweeps at once remove the same once, and neither fails', async () => {
  const world = reaperWorld();
  for (let n = 0; n < 20; n++) world.thing('volume', world.tagsOf(world.effect(world.job(), 'volume')));
  const both = await Promise.all([createSweep(world.deps)({}), createSweep(world.deps)({})]);
  assert.deepEqual(
    both.map(({ failed, problems }) => [failed, problems]),
    [
      [0, []],
      [0, []],
    ],
  );
  assert.deepEqual(world.ids(), []);
});
