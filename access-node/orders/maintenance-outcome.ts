/** What is shown of a library run's report: counts, and the first of what may be many. */
import { type LibraryOutcome, MOST_SHOWN } from '../../core/contracts/library-runs.ts';
import type { CheckReport } from '../../library/check-library.ts';
import type { Deleted } from '../../library/deletions.ts';
import type { ExtendedLocks } from '../../library/extend-locks.ts';
import type { PruneResult } from '../../library/prune.ts';
import type { PrunePlan } from '../../library/prune-plan.ts';
import { lossesOf } from '../../library/repair-library.ts';

type Outcome<Task extends LibraryOutcome['task']> = Extract<LibraryOutcome, { task: Task }>;
type Found = Pick<Outcome<'check'>, 'depth' | 'findings' | 'findingsInAll' | 'lost' | 'lostInAll'>;
type Pruned = Outcome<'prune'>;

const MOST_RANGES = 32;

/** Findings that cost blocks come first. */
export const foundIn = (report: CheckReport): Found => {
  const lost = lossesOf(report);
  const findings = report.findings.map(({ key, kind, damage, problem, losses }) => ({
    key,
    kind,
    damage,
    problem,
    lostBlocks: losses.reduce((sum, { blocks }) => sum + blocks, 0),
  }));
  return {
    depth: report.depth,
    findingsInAll: findings.length,
    findings: findings.toSorted((a, b) => b.lostBlocks - a.lostBlocks).slice(0, MOST_SHOWN),
    lostInAll: lost.length,
    lost: lost.slice(0, MOST_SHOWN).map(({ recoveryPointId, volumeId, blocks, ranges }) => ({
      recoveryPointId,
      ...(volumeId === undefined ? {} : { volumeId }),
      blocks,
      ranges: ranges.slice(0, MOST_RANGES).map(([from, to]): [number, number] => [from, to]),
      ...(ranges.length > MOST_RANGES ? { moreRanges: ranges.length - MOST_RANGES } : {}),
    })),
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
