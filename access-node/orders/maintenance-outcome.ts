/** What is shown of a library run's report: counts, and the first of what may be many. */
import { type LibraryOutcome, MOST_SHOWN } from '../../core/contracts/library-runs.ts';
import type { CheckReport } from '../../library/check-library.ts';
import type { Deleted } from '../../library/deletions.ts';
import type { ExtendedLocks } from '../../library/extend-locks.ts';
import type { PruneResult } from '../../library/prune.ts';
import type { PrunePlan } from '../../library/prune-plan.ts';

type Outcome<Task extends LibraryOutcome['task']> = Extract<LibraryOutcome, { task: Task }>;
type Found = Pick<Outcome<'check'>, 'depth' | 'findings' | 'findingsInAll' | 'lost' | 'lostInAll'>;
type Pruned = Outcome<'prune'>;

const MOST_RANGES = 32;

/** Findings that cost blocks come first. */
export const foundIn = (report: CheckReport): Found => {
  const { findings, lost } = report;
  const first = findings.toSorted((a, b) => b.lostBlocks - a.lostBlocks).slice(0, MOST_SHOWN);
  return {
    depth: report.depth,
    findingsInAll: findings.length,
    findings: first.map(({ key, kind, damage, problem, lostBlocks }) => ({ key, kind, damage, problem, lostBlocks })),
    lostInAll: lost.length,
    lost: lost.slice(0, MOST_SHOWN).map(({ recoveryPointId, volumeId, blocks, ranges, moreRanges = 0 }) => ({
      recoveryPointId,
      ...(volumeId === undefined ? {} : { volumeId }),
      blocks,
      ranges: ranges.slice(0, MOST_RANGES).map(([from, to]): [number, number] => [from, to]),
      ...(ranges.length + moreRanges > MOST_RANGES
        ? { moreRanges: Math.max(0, ranges.length - MOST_RANGES) + moreRanges }
        : {}),
    })),
  };
};

/** Some 30 MB as JSON: where nearly all packs are gone, a report of all of them would be longer than a string may be. */
const MOST_REPORTED = 100_000;

/** A check's report as it is kept: `moreFindings` are counted only. */
export const reported = ({ findings, ...report }: CheckReport) => ({
  ...report,
  findings: findings.slice(0, MOST_REPORTED),
  ...(findings.length > MOST_REPORTED && { moreFindings: findings.length - MOST_REPORTED }),
});

const first = <T>(list: readonly T[]): readonly T[] => list.slice(0, MOST_REPORTED);

/** A prune's plan as it is kept; `more` counts what there was no room for, list by list. */
export const reportedPlan = (plan: PrunePlan) => {
  const { expired, unfinished, unnamed, pages, damaged, packs } = plan;
  const { delete: dead, rewrite, gone } = packs;
  const left = Object.entries({ expired, unfinished, unnamed, pages, damaged, delete: dead, rewrite, gone })
    .map(([name, { length }]) => [name, length - MOST_REPORTED] as const)
    .filter(([, count]) => count > 0);
  return {
    ...plan,
    expired: first(expired),
    unfinished: first(unfinished),
    unnamed: first(unnamed),
    pages: first(pages),
    damaged: first(damaged),
    packs: { ...packs, delete: first(dead), rewrite: first(rewrite), gone: first(gone) },
    more: Object.fromEntries(left),
  };
};

export const plannedIn = (plan: PrunePlan): NonNullable<Pruned['plan']> => ({
  expiredPoints: plan.expired.length,
  unfinishedPoints: plan.unfinished.length,
  pages: plan.pages.length,
  packsToDelete: plan.packs.delete.length,
  packsToRewrite: plan.packs.rewrite.length,
  bytesGivenBack: plan.bytesGivenBack,
  bytesToRewrite: plan.bytesToRewrite,
  recoveryPointsLeft: plan.recoveryPoints,
  lostBlocks: plan.lostBlocks,
});

export const prunedIn = ({ plan, swept }: PruneResult): Pruned => ({
  task: 'prune',
  ...(plan ? { plan: plannedIn(plan) } : {}),
  ...(swept.length > 0
    ? {
        deleted: {
          recoveryPoints: sum(swept, 'recoveryPoints'),
          pages: sum(swept, 'pages'),
          packs: sum(swept, 'packs'),
          objects: sum(swept, 'objects'),
          bytes: sum(swept, 'bytes'),
          retained: sum(swept, 'retained'),
        },
      }
    : {}),
});

export const extendedIn = ({ done, damaged, packs, pages, others }: ExtendedLocks): Outcome<'extend-locks'> => ({
  task: 'extend-locks',
  recoveryPoints: done.length,
  packs,
  pages,
  others,
  damaged: damaged.slice(0, MOST_SHOWN),
  damagedInAll: damaged.length,
});

const sum = <Name extends keyof Deleted | 'recoveryPoints' | 'pages' | 'packs'>(
  items: readonly Readonly<Record<Name, number>>[],
  name: Name,
): number => items.reduce((total, item) => total + item[name], 0);
