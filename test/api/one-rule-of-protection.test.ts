import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import type { ListedInstance } from '../../core/ports/tenant-instances.ts';
import { objectivesOf } from '../../core/steps/health/objectives.ts';
import { scheduledJobId } from '../../core/steps/schedule/start-scheduled-job.ts';
import { callAs } from './call-as.ts';
import { createWorld } from './world.ts';
import { ACME, acme, group, job, jobInstance, PROVIDER, plan, point, START } from './world-records.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Ten days on, at eleven: the plans are due at two every night. */
const NOW = START + 10 * DAY + 11 * HOUR;
const DUE = START + 10 * DAY + 2 * HOUR;
const KINDS = ['protected', 'late', 'waiting', 'unprotected', 'gone', 'unknown'] as const;
const PLANS = [1, 2, 3] as const;

interface APlan {
  readonly paused: boolean;
  readonly changedHoursAgo: number;
  /** Nights ago that its newest job came so far as to list instances; absent: none did. */
  readonly listedNightsAgo?: number | undefined;
  readonly listed: readonly number[];
}

interface APoint {
  readonly hoursAgo: number;
  readonly plan: number;
  readonly isSnapshot: boolean;
  readonly change: Partial<RecoveryPoint>;
}

interface AnInstance {
  readonly state: 'running' | 'terminated' | 'absent';
  readonly plans: readonly number[];
  readonly points: readonly APoint[];
}

interface AWorld {
  readonly plans: readonly APlan[];
  readonly instances: readonly AnInstance[];
  readonly isLost: boolean;
}

const aPlan: fc.Arbitrary<APlan> = fc.record({
  paused: fc.boolean(),
  changedHoursAgo: fc.constantFrom(1, 8, 20, 300),
  listedNightsAgo: fc.constantFrom(undefined, 0, 0, 1, 3),
  listed: fc.subarray([0, 1, 2, 3, 4, 5]),
});

const aPoint: fc.Arbitrary<APoint> = fc.record({
  hoursAgo: fc.constantFrom(1, 9, 29, 31, 60, 200),
  /** The fourth is not there any more. */
  plan: fc.constantFrom(...PLANS, 4),
  isSnapshot: fc.boolean(),
  change: fc.constantFrom<Partial<RecoveryPoint>[]>(
    {},
    {},
    { state: 'expired' },
    { state: 'pending' },
    { lostVolumes: ['vol-0000000001'] },
  ),
});

const anInstance: fc.Arbitrary<AnInstance> = fc.record({
  state: fc.constantFrom('running', 'running', 'terminated', 'absent'),
  plans: fc.subarray([...PLANS]),
  points: fc.array(aPoint, { maxLength: 3 }),
});

const aWorld: fc.Arbitrary<AWorld> = fc.record({
  plans: fc.array(aPlan, { minLength: 3, maxLength: 3 }),
  instances: fc.array(anInstance, { minLength: 6, maxLength: 6 }),
  isLost: fc.boolean(),
});

const id = (n: number): string => `i-0000000${n}`;

const build = ({ plans, instances, isLost }: AWorld) => {
  const world = createWorld();
  const { records, account } = world;
  world.advance(NOW - START);
  plans.forEach(({ paused, changedHoursAgo, listedNightsAgo, listed }, place) => {
    const n = place + 1;
    const own = plan(n, acme, { paused, createdAt: START - 30 * DAY, updatedAt: NOW - changedHoursAgo * HOUR });
    records.plans.set(own.planId, own);
    const covers = group(n, acme, { match: { tag: { key: `plan-${n}` } }, planId: own.planId });
    records.vmGroups.set(covers.groupId, covers);
    if (listedNightsAgo === undefined) return;
    const jobId = scheduledJobId(world.deps.sha256, own.planId, 'backup', DUE - listedNightsAgo * DAY);
    const ran = job(n, acme, { jobId, state: 'completed' });
    records.jobs.set(jobId, ran);
    for (const each of listed) records.instances.push(jobInstance(ran, { instanceId: id(each) }));
  });
  instances.forEach(({ state, plans: covered, points }, n) => {
    if (state !== 'absent') {
      const there: ListedInstance = {
        ...{ instanceId: id(n), state, platform: 'Linux/UNIX', availabilityZone: 'eu-central-1a', volumes: [] },
        tags: Object.fromEntries(covered.map((each) => [`plan-${each}`, ''])),
      };
      account.instances.push(there);
    }
    const oldestFirst = points.toSorted((a, b) => b.hoursAgo - a.hoursAgo);
    oldestFirst.forEach(({ hoursAgo, plan: by, isSnapshot, change }, place) => {
      const takenAt = NOW - hoursAgo * HOUR;
      const { planId } = plan(by, acme);
      const made = point(n * 10 + place, acme, { instanceId: id(n), takenAt, planId, ...change });
      records.points.set(made.recoveryPointId, made);
      const key = `${ACME_ID} ${id(n)}`;
      const known = records.protectedInstances.get(key) ?? { tenantId: ACME_ID, instanceId: id(n), fence: 1 };
      const heads = isSnapshot ? { snapshotHead: made.recoveryPointId } : { committed: made.recoveryPointId };
      records.protectedInstances.set(key, { ...known, ...heads });
    });
  });
  if (isLost) account.lost.add(ACME);
  return world;
};

const ACME_ID = acme.hypervisorId;

const asked = async (of: AWorld) => {
  const world = build(of);
  const operator = callAs(world, PROVIDER);
  const { body: list, text } = await callAs(world, ACME)('GET', '/instances', { query: { limit: '100' } });
  const { body: overview, text: all } = await operator('GET', '/operator/protection');
  assert.ok(list.items, text);
  assert.ok(overview.items, all);
  const objectives = await objectivesOf(world.deps, acme, NOW);
  return { items: list.items as { instanceId: string; protection: string; reason: string }[], overview, objectives };
};

test('a tenant’s list and the operators’ overview count the same, in any world', async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(aWorld, async (of) => {
      const { items, overview } = await asked(of);
      const mine = overview.items.find(({ tenantId }: { tenantId: string }) => tenantId === ACME_ID);
      for (const kind of KINDS) {
        const those = items.filter(({ protection }) => protection === kind).map(({ instanceId }) => instanceId);
        assert.equal(mine[kind], those.length, kind);
        if (those.length > 0) seen.add(`${kind}${of.isLost ? ', not asked' : ''}`);
        if (kind === 'late' || kind === 'unprotected')
          assert.deepEqual([...mine[`${kind}Ids`]].sort(), those.sort(), kind);
      }
    }),
    { numRuns: 100 },
  );
  const notAsked = ['protected', 'late', 'waiting', 'unprotected', 'unknown'].map((kind) => `${kind}, not asked`);
  const unseen = [...KINDS.filter((kind) => kind !== 'unknown'), ...notAsked].filter((kind) => !seen.has(kind));
  assert.deepEqual(unseen, [], 'the worlds have every kind');
});

test('what health finds missed is late in the list, as long as a group of the plan still covers it', async () => {
  let missed = 0;
  await fc.assert(
    fc.asyncProperty(aWorld, async (of) => {
      const { items, objectives } = await asked({ ...of, isLost: false });
      for (const { instanceId, planId, state } of objectives) {
        const n = PLANS.find((each) => plan(each, acme).planId === planId);
        const instance = of.instances.find((_, place) => id(place) === instanceId);
        if (instance?.state !== 'running' || n === undefined || !instance.plans.includes(n)) continue;
        const shown = items.find((each) => each.instanceId === instanceId);
        if (state === 'missed') {
          assert.equal(shown?.protection, 'late', shown?.reason);
          missed += 1;
        } else if (shown?.protection === 'protected') assert.equal(state, 'met');
      }
    }),
    { numRuns: 40 },
  );
  assert.ok(missed > 0);
});

const nightly: APlan = { paused: false, changedHoursAgo: 300, listed: [] };
const covered: AnInstance = { state: 'running', plans: [1], points: [] };
const only = (of: APlan, instance: AnInstance): AWorld => ({ plans: [of], instances: [instance], isLost: false });

test('never backed up is late once the time for it has passed, and waiting before that', async () => {
  const old: APoint = { hoursAgo: 60, plan: 1, isSnapshot: false, change: {} };
  const cases: [string, AWorld, string, RegExp][] = [
    ['its jobs failed for days', only(nightly, covered), 'late', /never backed up: plan plan 1 was due 9 h ago/],
    [
      'last night’s job found it',
      only({ ...nightly, listedNightsAgo: 0, listed: [0] }, covered),
      'late',
      /never backed up/,
    ],
    [
      'last night’s job did not find it',
      only({ ...nightly, listedNightsAgo: 0, listed: [5] }, covered),
      'waiting',
      /no recovery point yet, and its first backup by plan plan 1 has not had its time/,
    ],
    [
      'last night’s job did not come so far, the one before did not find it',
      only({ ...nightly, listedNightsAgo: 1, listed: [5] }, covered),
      'late',
      /never backed up/,
    ],
    ['the plan is new', only({ ...nightly, changedHoursAgo: 8 }, covered), 'waiting', /first backup/],
    [
      'the plan is new, an old point is there',
      only({ ...nightly, changedHoursAgo: 8 }, { ...covered, points: [old] }),
      'waiting',
      /newest recovery point is 2 days old; the next backup by plan plan 1/,
    ],
  ];
  for (const [name, world, protection, reason] of cases) {
    const { items, overview } = await asked(world);
    assert.equal(items[0]?.protection, protection, name);
    assert.match(items[0]?.reason ?? '', reason, name);
    assert.equal(overview.items[0][protection], 1, name);
  }
  const lost = { ...only({ ...nightly, listedNightsAgo: 0, listed: [0] }, covered), isLost: true };
  assert.equal((await asked(lost)).items[0]?.protection, 'late', 'the account cannot be asked');
});
