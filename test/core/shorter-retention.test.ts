import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Retention } from '../../core/contracts/plans.ts';
import { personOf } from '../../core/domain/approval.ts';
import type { Plan } from '../../core/domain/plan.ts';
import { planRetention } from '../../core/domain/retention.ts';
import { shorterRetention } from '../../core/domain/shorter-retention.ts';
import { acme, plan, point, START } from '../api/world-records.ts';

const gfs = { daily: 7, weekly: 5, monthly: 12, yearly: 1 };
const full: Retention = { days: 30, count: 10, gfs };

test('each dimension that falls is named, and nothing that stays or rises', () => {
  for (const [after, words] of [
    [{ ...full, days: 29 }, /library: days 30 becomes 29/],
    [{ count: 10, gfs }, /days 30 becomes none/],
    [{ ...full, count: 9 }, /count 10 becomes 9/],
    [{ days: 30, gfs }, /count 10 becomes none/],
    [{ ...full, gfs: { ...gfs, weekly: 4 } }, /weekly 5 becomes 4/],
    [{ days: 3_000, count: 1_000 }, /daily 7 becomes none/],
  ] as const)
    assert.match(shorterRetention({ retention: full }, { retention: after }).join('; '), words);
  const more = { days: 31, count: 11, gfs: { ...gfs, yearly: 2 } };
  for (const after of [full, more]) assert.deepEqual(shorterRetention({ retention: full }, { retention: after }), []);
});

test('snapshots that have no retention of their own follow the other’s', () => {
  const both = { retention: { days: 30 }, snapshotRetention: { days: 60 } };
  assert.deepEqual(shorterRetention(both, { retention: { days: 60 } }), []);
  assert.match(shorterRetention(both, { retention: { days: 30 } }).join(), /^snapshots: days 60 becomes 30$/);
  assert.match(
    shorterRetention({ retention: { days: 30 } }, { ...both, snapshotRetention: { days: 7 } }).join(),
    /^snap/,
  );
});

test('what was kept for good gets an end, or what was promised is promised no more: shorter', () => {
  assert.equal(shorterRetention({}, { retention: { days: 36_500 } }).length, 2);
  assert.equal(shorterRetention({ retention: full }, {}).length, 2);
  assert.deepEqual(shorterRetention({}, {}), []);
});

test('a plan that waits for its backup copies no more lets go what is not copied yet', () => {
  const on = (when: 'never' | 'on-demand' | 'at-once', kept: object = { retention: full }) =>
    ({ ...kept, copy: { when } }) as const;
  for (const after of [on('never'), on('on-demand')])
    assert.match(shorterRetention(on('at-once'), after).join(), /copied/);
  assert.deepEqual(shorterRetention(on('never'), on('at-once')), []);
  assert.deepEqual(shorterRetention(on('at-once', {}), on('never', {})), [], 'without a retention all of them stay');
});

test('1,000 changes that are not called shorter let no point go that was kept before', () => {
  const DAY = 86_400_000;
  const some = (most: number) => fc.option(fc.integer({ min: 1, max: most }), { nil: undefined });
  const none = fc.integer({ min: 0, max: 4 });
  const retention = fc
    .record({
      days: some(60),
      count: some(8),
      gfs: fc.option(fc.record({ daily: none, weekly: none, monthly: none, yearly: none }), { nil: undefined }),
    })
    .filter((each) => Object.values(each).some((value) => value !== undefined))
    .map((each) => Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined)) as Retention);
  const ages = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 12 });
  const schedule = { expression: 'cron(0 3 * * ? *)' };
  const copy = fc.constantFrom(
    { when: 'never' } as const,
    { when: 'on-demand' } as const,
    { when: 'at-once' } as const,
    { when: 'on-schedule', schedule } as const,
  );
  const maybe = fc.option(retention, { nil: undefined });
  const kept = fc.record({ retention: maybe, snapshotRetention: maybe, copy }).map(({ copy: when, ...rest }) => ({
    copy: when,
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
  })) as fc.Arbitrary<Pick<Plan, 'retention' | 'snapshotRetention' | 'copy'>>;
  /** A longer one of the same, else hardly any pair is left to judge. */
  const longer = ({ days, count, gfs: periods }: Retention, by: number): Retention => ({
    ...(days === undefined ? {} : { days: days + by }),
    ...(count === undefined ? {} : { count: count + by }),
    ...(periods === undefined ? {} : { gfs: periods }),
  });
  const pair = fc
    .record({
      before: kept,
      after: kept,
      by: fc.integer({ min: 0, max: 3 }),
      isLonger: fc.constantFrom(true, true, true, true, false),
    })
    .map(({ before, after, by, isLonger }) => ({
      before,
      after: isLonger
        ? {
            ...before,
            copy: after.copy,
            ...(before.retention ? { retention: longer(before.retention, by) } : {}),
            ...(before.snapshotRetention ? { snapshotRetention: longer(before.snapshotRetention, by) } : {}),
          }
        : after,
    }));
  const sorts = fc.array(fc.constantFrom('streaming', 'uncopied', 'copied'), { minLength: 12, maxLength: 12 });
  let judged = 0;
  let uncopied = 0;
  fc.assert(
    fc.property(pair, ages, sorts, ({ before, after }, days, sort) => {
      fc.pre(shorterRetention(before, after).length === 0);
      judged += 1;
      const own = plan(1, acme);
      const points = days.map((age, n) =>
        point(n + 1, acme, {
          planId: own.planId,
          takenAt: START - age * DAY,
          kind: sort[n] === 'streaming' ? 'streaming' : 'snapshot',
          ...(sort[n] === 'copied' ? { copiedTo: 'rp-0199aaaa-0000-7000-8000-0000000000ff' } : {}),
        }),
      );
      if (before.copy.when !== after.copy.when && sort.includes('uncopied')) uncopied += 1;
      const removed = (terms: typeof before) =>
        planRetention({
          points,
          plans: new Map([[own.planId, { ...own, ...terms }]]),
          heads: new Map(),
          inUse: new Set(),
        }).remove.map((each) => each.point.recoveryPointId);
      const were = new Set(removed(before));
      assert.ok(removed(after).every((id) => were.has(id)));
    }),
    { numRuns: 1_000, maxSkipsPerRun: 10_000 },
  );
  assert.equal(judged, 1_000);
  assert.ok(uncopied > 100, `${uncopied} with another copy, and snapshots that are not copied`);
});

test('a person is the same behind a user and a session of that name, and another in another account', () => {
  const eve = personOf('arn:aws:iam::999999999999:user/people/Eve');
  assert.equal(personOf('arn:aws:sts::999999999999:assumed-role/holdfast-dev-approver/eve'), eve);
  assert.notEqual(personOf('arn:aws:sts::111111111111:assumed-role/holdfast-dev-approver/eve'), eve);
  assert.notEqual(personOf('arn:aws:sts::999999999999:assumed-role/holdfast-dev-approver/eve2'), eve);
});
