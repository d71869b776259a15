/** A reaper that does nothing, or comes to no end, does not look healthy; a round an hour, however many tenants there are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sweepFact } from '../../core/steps/health/upkeep-facts.ts';
import { createReap } from '../../core/steps/reaper/reap.ts';
import { createSweep } from '../../core/steps/reaper/sweep.ts';
import { aTenant } from '../adapters/records.ts';
import { HOUR, type ReaperWorld, reaperWorld } from './reaper-world.ts';

const MINUTE = 60_000;

const leaveVolume = (world: ReaperWorld) => world.thing('volume', world.tagsOf(world.effect(world.job(), 'volume')));

test('a reaper that may not write the audit log says so, and what it found is told after two hours', async () => {
  const world = reaperWorld();
  const volume = leaveVolume(world);
  world.auditing.trouble.error = new Error('the audit table: AccessDenied');
  const reap = createReap({ ...world.deps, ...world.beating });
  await reap();
  assert.match(world.pulses.get('reap')?.problems.join() ?? '', /hv-acme: NotRecorded/);
  assert.deepEqual(world.metrics.at(-1), { SweepsDone: 1, SweepProblems: 1 });
  assert.equal((await sweepFact(world.catalog, world.now())).metrics.SweepFindings, 0, 'the next may do it');
  world.later(2 * HOUR + 1);
  await reap();
  const fact = await sweepFact(world.catalog, world.now());
  assert.deepEqual([fact.level, fact.metrics.SweepFindings], ['warn', 1]);
  assert.match(fact.about.join(), new RegExp(volume.id));
  assert.equal(world.ids().length, 1);
});

test('what is due and never has its turn is told after two hours', async () => {
  const world = reaperWorld();
  leaveVolume(world);
  const { catalog } = world.deps;
  const get: typeof catalog.jobs.get = async (...all) => {
    world.later(50_000);
    return catalog.jobs.get(...all);
  };
  const slow = { ...world.deps, catalog: { ...catalog, jobs: { ...catalog.jobs, get } } };
  for (let n = 0; n < 4; n++) {
    await createSweep(slow)({ until: world.now() + 40_000, tenantId: 'hv-acme' });
    world.later(HOUR);
  }
  assert.equal(world.ids().length, 1);
  assert.equal((await sweepFact(world.catalog, world.now())).level, 'warn');
});

test('a volume that stays attached is shown once it is a day past its grace; no alarm counts it', async () => {
  const world = reaperWorld();
  // to the instance of its own launch
  const made = world.effect(world.job(), 'instance');
  const volume = world.thing('volume', world.tagsOf(made), { attachedTo: 'i-0000000b' });
  await createSweep(world.deps)({});
  assert.equal(world.records.findings.size, 0);
  world.later(24 * HOUR);
  await createSweep(world.deps)({});
  const [finding] = [...world.records.findings.values()];
  assert.deepEqual([finding?.subject, finding?.action], [volume.id, 'wait']);
  const fact = await sweepFact(world.catalog, world.now());
  assert.deepEqual([fact.level, fact.metrics.SweepFindings, fact.metrics.SweepFindingsWaiting], ['ok', 0, 1]);
  assert.match(fact.about.join(), new RegExp(`${volume.id} .*attached to i-0000000b`));
  assert.equal(world.ids().length, 1);
});

test('one round an hour: a run before it is time looks at nothing, and leaves the last one’s word', async () => {
  const world = reaperWorld();
  const reap = createReap({ ...world.deps, ...world.beating });
  const looks = () => world.opened.filter(({ access }) => access.to === 'look').length;
  await reap();
  assert.equal(looks(), 2);
  const said = world.pulses.get('reap');
  for (let n = 0; n < 5; n++) {
    world.later(10 * MINUTE);
    assert.equal((await reap()).idle, true);
  }
  assert.deepEqual([looks(), world.pulses.get('reap'), world.metrics.length], [2, said, 1]);
  world.later(10 * MINUTE);
  assert.equal((await reap()).idle, undefined);
  assert.equal(looks(), 4);
});

test('many slow tenants: each has a turn in every round, none two; a round that takes hours is told of', async () => {
  const world = reaperWorld();
  for (let n = 0; n < 298; n++) {
    const id = `hv-more-${n}`;
    world.records.hypervisors.set(id, aTenant(id, `${444_444_440_000 + n}`));
  }
  const { open } = world.deps.scopes;
  const slow = {
    ...world.deps,
    scopes: {
      open: async (...all: Parameters<typeof open>) => {
        world.later(20_000);
        return open(...all);
      },
    },
  };
  const reap = createReap({ ...slow, ...world.beating });
  const begun = world.now();
  for (let left = 1; left > 0; ) {
    const start = world.now();
    ({ left } = await reap());
    world.later(Math.max(0, 10 * MINUTE - (world.now() - start)));
    if (left > 0 && world.now() - begun > 4 * HOUR)
      assert.match(world.pulses.get('reap')?.problems.join() ?? '', /begun \d+ h ago has \d+ places left/);
  }
  const looked = world.opened.map(({ tenantId }) => tenantId);
  assert.deepEqual([looked.length, new Set(looked).size], [300, 300]);
  assert.ok(world.now() - begun < 4.5 * HOUR, `300 tenants of 20 s each: ${(world.now() - begun) / HOUR} h`);
});
