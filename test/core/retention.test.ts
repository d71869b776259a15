import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PlanFields, Retention } from '../../core/contracts/plans.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import { planRetention, type RetentionQuestion } from '../../core/domain/retention.ts';
import { acme, point } from '../api/world-records.ts';

const DAY = 86_400_000;
const PLAN = 'plan-00000000000000000000000000000001';
const at = (text: string): number => Date.parse(text);

type PlanOf = Pick<PlanFields, 'name' | 'retention' | 'snapshotRetention' | 'copy'>;
const plan = (retention: Retention | undefined, change: Partial<PlanOf> = {}): PlanOf => ({
  name: 'p',
  retention,
  snapshotRetention: undefined,
  copy: { when: 'never' },
  ...change,
});
const make = (n: number, takenAt: number, change: Partial<RecoveryPoint> = {}): RecoveryPoint => {
  const base = point(n, acme, { takenAt, planId: PLAN });
  const [volume] = base.volumes;
  if (!volume) throw new Error('a point has a volume');
  return { ...base, volumes: [{ ...volume, snapshotId: `snap-${n}` }], ...change };
};
const ask = (points: readonly RecoveryPoint[], of: PlanOf, change: Partial<RetentionQuestion> = {}) =>
  planRetention({ points, plans: new Map([[PLAN, of]]), heads: new Map(), inUse: new Set(), ...change });
const idsOf = (verdicts: readonly { point: RecoveryPoint }[]): string[] =>
  verdicts.map((each) => each.point.recoveryPointId);
const removed = (...args: Parameters<typeof ask>): string[] => idsOf(ask(...args).remove);
const reasonOf = (id: string, ...args: Parameters<typeof ask>): string | undefined =>
  ask(...args).keep.find((each) => each.point.recoveryPointId === id)?.reason;

const start = at('2026-01-01T02:00Z');
const nightly = (count: number, change: Partial<RecoveryPoint> = {}) =>
  Array.from({ length: count }, (_, n) => make(n, start + n * DAY, change));

test('days are counted from the newest point: backups that stall expire nothing', () => {
  const points = nightly(10);
  // the ages of the ten are 0 to 9 days, whatever today is
  assert.deepEqual(removed(points, plan({ days: 7 })), idsOf(points.slice(0, 2).map((each) => ({ point: each }))));
  assert.deepEqual(removed(points.slice(0, 8), plan({ days: 7 })), []);
});

test('a count keeps the newest so many, and any rule that keeps a point is enough', () => {
  const points = nightly(10);
  assert.equal(removed(points, plan({ count: 3 })).length, 7);
  assert.equal(removed(points, plan({ count: 3, days: 7 })).length, 2);
});

test('grandfather, father, son: the last of each of the newest days, ISO weeks, months and years that have any', () => {
  const days = ['2025-12-28', '2025-12-29', '2025-12-31', '2026-01-01', '2026-01-04', '2026-01-05'];
  // 29 December is a Monday: the week that holds 1 January begins in the old year
  const points = days.flatMap((day, n) => [make(2 * n, at(`${day}T02:00Z`)), make(2 * n + 1, at(`${day}T14:00Z`))]);
  const kept = (gfs: object) =>
    ask(points, plan({ gfs: { daily: 0, weekly: 0, monthly: 0, yearly: 0, ...gfs } })).keep.map(({ point: p }) =>
      new Date(p.takenAt).toISOString().slice(0, 13),
    );
  assert.deepEqual(kept({ daily: 2 }), ['2026-01-04T14', '2026-01-05T14']);
  assert.deepEqual(kept({ weekly: 3 }), ['2025-12-28T14', '2026-01-04T14', '2026-01-05T14']);
  assert.deepEqual(kept({ monthly: 2 }), ['2025-12-31T14', '2026-01-05T14']);
  assert.deepEqual(kept({ yearly: 5 }), ['2025-12-31T14', '2026-01-05T14']);
  assert.deepEqual(kept({}), ['2026-01-05T14'], 'the newest stays, whatever the rules');
});

test('legal hold, no plan, a plan that is gone and a plan without retention keep a point, and say so', () => {
  const points = nightly(3);
  const [first] = points;
  if (!first) throw new Error('three points');
  const held = [
    { ...first, legalHold: { since: 0, by: 'someone', heldBy: 'operator' as const, reason: 'the court' } },
    ...points.slice(1),
  ];
  const id = first.recoveryPointId;
  assert.equal(reasonOf(id, held, plan({ count: 1 })), 'under legal hold: the court');
  const { planId: _, ...loose } = first;
  assert.equal(reasonOf(id, [loose, ...points.slice(1)], plan({ count: 1 })), 'it is under no plan');
  assert.equal(reasonOf(id, points, plan(undefined)), 'its plan has no retention');
  assert.equal(reasonOf(id, points, plan({ count: 1 }), { plans: new Map() }), 'its plan is not there any more');
});

test('library and snapshots are two places: the newest good point of each stays', () => {
  const snapshots = nightly(3, { kind: 'snapshot' });
  const copy = make(100, start - 400 * DAY, { kind: 'backup-copy' });
  const result = ask([...snapshots, copy], plan({ days: 1 }));
  assert.deepEqual(idsOf(result.remove), [snapshots[0]?.recoveryPointId]);
  // copies that stall: those in the library are not aged by the snapshots that go on
  const older = make(101, start - 400 * DAY - DAY / 2, { kind: 'backup-copy' });
  assert.deepEqual(removed([...snapshots, copy, older], plan({ days: 1 })), [snapshots[0]?.recoveryPointId]);
});

test('a snapshot waits for the copy that its plan wants, and for the next incremental that compares with it', () => {
  const points = nightly(3, { kind: 'snapshot' });
  const wants = plan({ count: 1 }, { copy: { when: 'at-once' } });
  assert.deepEqual(removed(points, wants), []);
  const copied = points.map((each) => ({ ...each, copiedTo: 'rp-0199aaaa-copy' }));
  assert.equal(removed(copied, wants).length, 2);
  assert.equal(removed(points, plan({ count: 1 }, { copy: { when: 'on-demand' } })).length, 2);

  const head = make(200, start, { kind: 'backup-copy', volumes: points[0]?.volumes ?? [] });
  const heads = new Map([[head.instanceId, head.recoveryPointId]]);
  const kept = reasonOf(points[0]?.recoveryPointId ?? '', [...copied, head], wants, { heads });
  assert.match(kept ?? '', /next incremental/);
});

test('what an open job reads from stays; snapshots have a retention of their own where the plan has one', () => {
  const points = nightly(4, { kind: 'snapshot' });
  const of = plan({ count: 4 }, { snapshotRetention: { count: 2 } });
  assert.equal(removed(points, of).length, 2);
  const inUse = new Set([points[0]?.recoveryPointId ?? '']);
  assert.deepEqual(removed(points, of, { inUse }), [points[1]?.recoveryPointId]);
});

test('points that are pending, abandoned or expired are neither kept nor removed, and count for nothing', () => {
  const gone = (['pending', 'abandoned', 'expired'] as const).map((state, n) =>
    make(50 + n, start + 99 * DAY, { state }),
  );
  const { keep, remove } = ask([...nightly(2), ...gone], plan({ days: 5 }));
  assert.deepEqual([keep.length, remove.length], [2, 0]);
});

// — Whatever the points and the plan —

const anyPoint = fc.record({
  hours: fc.integer({ min: 0, max: 3_000 }),
  kind: fc.constantFrom('snapshot', 'streaming', 'backup-copy'),
  instance: fc.integer({ min: 1, max: 2 }),
  held: fc.boolean(),
  planned: fc.boolean(),
  copied: fc.boolean(),
});
const anyPoints = fc.array(anyPoint, { maxLength: 40 }).map((all) =>
  all.map(({ hours, kind, instance, held, planned, copied }, n): RecoveryPoint => {
    const { planId, ...made } = make(n, start + hours * 3_600_000, { kind, instanceId: `i-0000000${instance}` });
    return {
      ...made,
      ...(planned && planId ? { planId } : {}),
      ...(held ? { legalHold: { since: 0, by: 'x', heldBy: 'operator' as const, reason: 'y' } } : {}),
      ...(copied ? { copiedTo: 'rp-0199aaaa-copy' } : {}),
    };
  }),
);
const anyRetention = fc.record({
  days: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
  count: fc.integer({ min: 1, max: 8 }),
  gfs: fc.option(
    fc.record({
      daily: fc.integer({ min: 0, max: 5 }),
      weekly: fc.integer({ min: 0, max: 5 }),
      monthly: fc.integer({ min: 0, max: 3 }),
      yearly: fc.integer({ min: 0, max: 2 }),
    }),
    { nil: undefined },
  ),
});
const property = (check: (points: readonly RecoveryPoint[], retention: Retention) => void) =>
  fc.assert(fc.property(anyPoints, anyRetention, check), { numRuns: 300 });

test('never removed, whatever the plan: the newest of an instance in a place, and what is under legal hold', () => {
  property((points, retention) => {
    const { keep, remove } = ask(points, plan(retention));
    assert.equal(keep.length + remove.length, points.length);
    for (const { point: gone } of remove) {
      assert.equal(gone.legalHold, undefined);
      const place = (each: RecoveryPoint) => `${each.instanceId} ${each.kind === 'snapshot'}`;
      assert.ok(points.some((each) => place(each) === place(gone) && each.takenAt >= gone.takenAt && each !== gone));
      assert.ok(keep.some(({ point: left }) => place(left) === place(gone)));
    }
  });
});

test('a run leaves nothing for a second one, and what it removes stays removed as newer points come', () => {
  property((points, retention) => {
    const first = ask(points, plan(retention));
    assert.deepEqual(
      removed(
        first.keep.map((each) => each.point),
        plan(retention),
      ),
      [],
    );
    const newest = Math.max(0, ...points.map(({ takenAt }) => takenAt));
    const more = (['snapshot', 'streaming'] as const).flatMap((kind, k) =>
      [1, 2].map((n) => make(900 + 10 * k + n, newest + 5 * DAY, { kind, instanceId: `i-0000000${n}` })),
    );
    const later = new Set(removed([...points, ...more], plan(retention)));
    for (const id of idsOf(first.remove)) assert.ok(later.has(id), `${id} came back`);
  });
});

test('the order of the question does not matter', () => {
  property((points, retention) => {
    const shuffled = points.toReversed();
    assert.deepEqual(removed(shuffled, plan(retention)).sort(), removed(points, plan(retention)).sort());
  });
});
