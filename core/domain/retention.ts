/**
 * What retention removes and keeps, and why. Ages are counted from the instance's newest good point, never from today:
 * backups that stall expire nothing. Those of points in the library from the newest one there, so that copies that stall
 * while snapshots go on expire nothing either. Calendar periods are UTC's.
 */
import type { PlanId, RecoveryPointId } from '../contracts/ids.ts';
import type { PlanFields, Retention } from '../contracts/plans.ts';
import { isLocked } from './library-lock.ts';
import type { RecoveryPoint } from './recovery-point.ts';

export interface RetentionQuestion {
  /** Of one tenant, in any order; only those that are available are looked at. */
  readonly points: readonly RecoveryPoint[];
  readonly plans: ReadonlyMap<PlanId, Pick<PlanFields, 'name' | 'retention' | 'snapshotRetention' | 'copy'>>;
  /** By instance: the point that its next incremental compares with. */
  readonly heads: ReadonlyMap<string, RecoveryPointId>;
  /** What jobs that are open read from. */
  readonly inUse: ReadonlySet<RecoveryPointId>;
}

export interface Verdict {
  readonly point: RecoveryPoint;
  readonly reason: string;
}

export interface RetentionPlan {
  readonly keep: readonly Verdict[];
  readonly remove: readonly Verdict[];
}

const DAY = 86_400_000;

const inLibrary = ({ kind }: RecoveryPoint): boolean => kind !== 'snapshot';

/** The Monday of its week: ISO weeks begin there, so one of them names its week across a turn of the year. */
const weekOf = (time: Date): string => {
  const monday = new Date(time.getTime() - ((time.getUTCDay() + 6) % 7) * DAY);
  return monday.toISOString().slice(0, 10);
};
const PERIODS = {
  daily: { unit: 'day', of: (time: Date) => time.toISOString().slice(0, 10) },
  weekly: { unit: 'week', of: weekOf },
  monthly: { unit: 'month', of: (time: Date) => time.toISOString().slice(0, 7) },
  yearly: { unit: 'year', of: (time: Date) => time.toISOString().slice(0, 4) },
} as const;
type Period = keyof typeof PERIODS;

/** Newest first; two of one millisecond in the order of their ids, so that the answer never depends on the question's order. */
const newestFirst = (a: RecoveryPoint, b: RecoveryPoint): number =>
  b.takenAt - a.takenAt || (a.recoveryPointId < b.recoveryPointId ? 1 : -1);

const grouped = <T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> =>
  Map.groupBy(items, keyOf);

/** The newest of each of the newest `count` periods that have any. `points`: newest first. */
const ofPeriods = (points: readonly RecoveryPoint[], period: Period, count: number): ReadonlyMap<string, string> => {
  const { unit, of } = PERIODS[period];
  const kept = new Map<string, string>();
  for (const [name, [newest]] of [...grouped(points, ({ takenAt }) => of(new Date(takenAt)))].slice(0, count)) {
    if (newest) kept.set(newest.recoveryPointId, `the last of the ${unit} ${unit === 'week' ? `of ${name}` : name}`);
  }
  return kept;
};

/** By id, why a plan's retention keeps a point. `points`: of one instance, place and plan, newest first. */
const keptByPlan = (
  points: readonly RecoveryPoint[],
  newestAt: number,
  { days, count, gfs }: Retention,
): ReadonlyMap<string, string> => {
  const kept = new Map<string, string>();
  const note = (id: string, reason: string): void => {
    if (!kept.has(id)) kept.set(id, reason);
  };
  points.forEach(({ recoveryPointId, takenAt }, rank) => {
    if (days !== undefined && newestAt - takenAt <= days * DAY) note(recoveryPointId, `not older than ${days} days`);
    if (count !== undefined && rank < count) note(recoveryPointId, `one of the newest ${count}`);
  });
  for (const period of Object.keys(PERIODS) as Period[]) {
    for (const [id, reason] of ofPeriods(points, period, gfs?.[period] ?? 0)) note(id, reason);
  }
  return kept;
};

/** The snapshots that an instance's next incremental compares with, wherever they are recorded. */
const baseSnapshots = ({ points, heads }: RetentionQuestion): ReadonlySet<string> => {
  const ids = new Set(heads.values());
  return new Set(
    points
      .filter(({ recoveryPointId }) => ids.has(recoveryPointId))
      .flatMap(({ volumes }) => volumes.map(({ snapshotId }) => snapshotId)),
  );
};

/** In the order of `points`. */
export const planRetention = (question: RetentionQuestion): RetentionPlan => {
  const { plans, inUse } = question;
  const good = question.points.filter(({ state }) => state === 'available').toSorted(newestFirst);
  const placeOf = (point: RecoveryPoint): string => `${point.instanceId} ${inLibrary(point) ? 'library' : 'snapshot'}`;
  const newest = new Map([...grouped(good, placeOf)].map(([place, [first]]) => [place, first]));
  const newestOf = new Map([...grouped(good, ({ instanceId }) => instanceId)].map(([id, [first]]) => [id, first]));
  const bases = baseSnapshots(question);

  const byPlan = new Map<string, string>();
  for (const points of grouped(good, (point) => `${placeOf(point)} ${point.planId}`).values()) {
    const [first] = points;
    if (!first) continue;
    const plan = first.planId === undefined ? undefined : plans.get(first.planId);
    const retention = plan && (inLibrary(first) ? plan.retention : (plan.snapshotRetention ?? plan.retention));
    const newestAt = (inLibrary(first) ? newest.get(placeOf(first)) : newestOf.get(first.instanceId))?.takenAt ?? 0;
    if (retention) for (const [id, reason] of keptByPlan(points, newestAt, retention)) byPlan.set(id, reason);
    else {
      const reason = retentionMissing(first, plan !== undefined);
      for (const { recoveryPointId } of points) byPlan.set(recoveryPointId, reason);
    }
  }

  const keepReason = (point: RecoveryPoint): string | undefined => {
    const id = point.recoveryPointId;
    if (point.legalHold) return `under legal hold: ${point.legalHold.reason}`;
    if (newest.get(placeOf(point)) === point)
      return `the newest ${inLibrary(point) ? 'backup' : 'snapshot'} of its instance`;
    if (byPlan.has(id)) return byPlan.get(id);
    if (inUse.has(id)) return 'a job that is open reads from it';
    if (inLibrary(point)) return undefined;
    if (point.volumes.some(({ snapshotId }) => bases.has(snapshotId)))
      return 'the next incremental backup of its instance compares with it';
    const copy = point.planId === undefined ? undefined : plans.get(point.planId)?.copy.when;
    if (point.copiedTo === undefined && (copy === 'at-once' || copy === 'on-schedule'))
      return 'its plan wants a backup copy of it, which is not there yet';
    return undefined;
  };

  const verdicts = question.points
    .filter(({ state }) => state === 'available')
    .map((point) => ({ point, kept: keepReason(point) }));
  return {
    keep: verdicts.flatMap(({ point, kept }) => (kept === undefined ? [] : [{ point, reason: kept }])),
    remove: verdicts.flatMap(({ point, kept }) =>
      kept === undefined ? [{ point, reason: 'nothing of its plan’s retention keeps it' }] : [],
    ),
  };
};

/** What is locked stays, whatever its plan says by now: until then it was promised. */
export const withLocks = ({ keep, remove }: RetentionPlan, now: number): RetentionPlan => {
  const locked = remove.filter(({ point }) => isLocked(point, now));
  const reasonOf = ({ lockedUntil = 0 }: RecoveryPoint): string =>
    `locked until ${new Date(lockedUntil).toISOString().slice(0, 10)}`;
  return {
    keep: [...keep, ...locked.map(({ point }) => ({ point, reason: reasonOf(point) }))],
    remove: remove.filter(({ point }) => !isLocked(point, now)),
  };
};

const retentionMissing = ({ planId }: RecoveryPoint, planFound: boolean): string => {
  if (planId === undefined) return 'it is under no plan';
  return planFound ? 'its plan has no retention' : 'its plan is not there any more';
};
