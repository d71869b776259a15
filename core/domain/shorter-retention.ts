/** Whether a changed plan keeps less than it promised. */
import type { PlanFields, Retention } from '../contracts/plans.ts';

type Kept = Pick<PlanFields, 'retention' | 'snapshotRetention'> & Partial<Pick<PlanFields, 'copy'>>;

const PERIODS = ['daily', 'weekly', 'monthly', 'yearly'] as const;

const less = (of: string, before: Retention | undefined, after: Retention | undefined): string[] => {
  if (after === undefined) {
    // Kept for good from then on; but nothing is promised any more, and Object Lock is set by what is promised.
    return before === undefined ? [] : [`${of}: no retention any more, so no lock is certain for what comes`];
  }
  if (before === undefined) return [`${of}: kept for good until now, and only as long as the new retention says then`];
  const found: string[] = [];
  const compare = (what: string, was: number | undefined, is: number | undefined): void => {
    if ((is ?? 0) < (was ?? 0)) found.push(`${of}: ${what} ${was} becomes ${is ?? 'none'}`);
  };
  compare('days', before.days, after.days);
  compare('count', before.count, after.count);
  for (const period of PERIODS) compare(period, before.gfs?.[period], after.gfs?.[period]);
  return found;
};

const ofSnapshots = ({ retention, snapshotRetention }: Kept): Retention | undefined => snapshotRetention ?? retention;

/** Retention waits for these copies, and for no other: domain/retention.ts. */
const waitsForCopies = ({ copy }: Kept): boolean => copy?.when === 'at-once' || copy?.when === 'on-schedule';

/** Snapshots that no rule keeps any more are there only because their copy is not. Without a retention none goes. */
const copiesAreWaitedForNoMore = (before: Kept, after: Kept): string[] =>
  waitsForCopies(before) && !waitsForCopies(after) && ofSnapshots(after) !== undefined
    ? ['snapshots: those that have not been copied to the library are kept for their copy no more']
    : [];

/**
 * What a change of a plan makes shorter, in words; empty: nothing. A dimension counts by itself, for what it keeps is
 * added to what others keep: 30 days that become "the newest 1,000" may keep less on the day that matters.
 */
export const shorterRetention = (before: Kept, after: Kept): readonly string[] => [
  ...less('backups in the library', before.retention, after.retention),
  ...less('snapshots', ofSnapshots(before), ofSnapshots(after)),
  ...copiesAreWaitedForNoMore(before, after),
];
