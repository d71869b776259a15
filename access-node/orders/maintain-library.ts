import { type LibraryOutcome, SAMPLE_SLICES } from '../../core/contracts/library-runs.ts';
import { LostVolume } from '../../core/contracts/order-results.ts';
import { LibraryUnavailable } from '../../core/domain/errors.ts';
import { type CheckOptions, checkLibrary, dailySlice } from '../../library/check-library.ts';
import { extendLocks, type PointLock } from '../../library/extend-locks.ts';
import type { Library } from '../../library/library.ts';
import { libraryStats } from '../../library/library-stats.ts';
import { listPointsAndMaps } from '../../library/list-points.ts';
import { canLock } from '../../library/locked-objects.ts';
import type { MaintenanceOptions } from '../../library/maintenance.ts';
import { type PruneResult, prune } from '../../library/prune.ts';
import { planPrune } from '../../library/prune-plan.ts';
import { repairLibrary } from '../../library/repair-library.ts';
import type { OrderTools } from '../order-tools.ts';
import { lostAfterRepair, lostByCheck, ofOurPoints } from './lost-volumes.ts';
import { extendedIn, foundIn, plannedIn, prunedIn, reported, reportedPlan } from './maintenance-outcome.ts';
import type { MaintainLibrary, ResultOf } from './order-work.ts';

interface Done {
  readonly outcome: LibraryOutcome;
  /** All of it, for the work area. */
  readonly report: object;
  /** Milliseconds since 1970. */
  readonly deleteNotBefore?: number;
  readonly lockedPoints?: readonly string[];
  readonly lostVolumes?: LostVolume[];
}

/** How far clocks may be apart and a write may take: no more than a small part of the window that it is added to. */
const clockMargin = (windowMs: number): number => Math.min(15 * 60_000, Math.floor(windowMs / 10));

/** One pass of a library run. The whole report goes to the work area, as JSON; the result holds what is shown. */
export const maintainLibrary = async (
  work: MaintainLibrary,
  tools: OrderTools,
  reportKey: string,
): Promise<ResultOf<'maintain-library'>> => {
  const library = tools.library();
  const { outcome, report, deleteNotBefore, lockedPoints, lostVolumes = [] } = await perform(work, library, tools);
  await tools.workArea.putJson(reportKey, { runId: work.runId, task: work.task, ...report });
  return {
    kind: work.kind,
    outcome,
    ...(deleteNotBefore === undefined ? {} : { deleteNotBefore }),
    removedPoints: work.task === 'prune' && !work.planOnly ? await withoutTrace(library, work.expired) : [],
    ...(lockedPoints === undefined ? {} : { lockedPoints: [...lockedPoints] }),
    lostVolumes,
    reportKey,
    counters: tools.counters.read(),
  };
};

const perform = async (work: MaintainLibrary, library: Library, tools: OrderTools): Promise<Done> => {
  const { maintenance, signal, spread } = tools;
  const options: MaintenanceOptions = {
    signal,
    onProgress: (done, total, unit) => maintenance.tell({ done, total, unit }),
  };
  switch (work.task) {
    case 'check':
      return check(library, {
        ...options,
        committed: work.committed,
        notedGeneration: work.notedGeneration,
        depth: work.depth ?? 'sample',
        packReader: spread(),
        // a control plane of before it chose says nothing
        sample: work.slices ? { slices: work.slices, of: SAMPLE_SLICES } : dailySlice(library.now(), SAMPLE_SLICES),
      });
    case 'stats': {
      const { committed, expired, pending } = work;
      const locked = tools.order.lock !== undefined;
      const stats = await libraryStats(library, { ...options, committed, expired, pending, locked });
      return { outcome: { task: 'stats', ...stats }, report: stats };
    }
    case 'rotate-key': {
      // It was added as the library was opened, on the main thread: worker threads never see the wrapping key.
      const outcome = { task: 'rotate-key', keyNumber: library.keys.current } as const;
      return { outcome, report: outcome };
    }
    case 'repair':
      return repair(work, library, tools, options);
    case 'prune':
      if (work.planOnly) {
        const plan = await planPrune(library, { ...work, locked: tools.order.lock !== undefined }, options);
        return { outcome: { task: 'prune', plan: plannedIn(plan) }, report: { plan: reportedPlan(plan) } };
      }
      return pruneOnce(work, library, tools, options);
    case 'extend-locks':
      return extend(work, library, tools, options);
  }
};

const check = async (library: Library, options: CheckOptions): Promise<Done> => {
  const report = ofOurPoints(await checkLibrary(library, options));
  const { recoveryPoints, volumes, pages, packs, blocks, dataBlocks, packBytes, read } = report;
  const held = { recoveryPoints, volumes, pages, packs, blocks, dataBlocks, packBytes };
  const counts = { ...held, packsRead: read.packs, bytesRead: read.bytes };
  return {
    outcome: { task: 'check', ...foundIn(report), ...counts },
    report: reported(report),
    lostVolumes: lostByCheck(report.lost),
  };
};

const repair = async (
  { committed, notedGeneration, depth, runId, windowSeconds }: MaintainLibrary,
  library: Library,
  { maintenance, order, spread }: OrderTools,
  options: MaintenanceOptions,
): Promise<Done> => {
  const report = await repairLibrary(library, {
    ...options,
    locked: order.lock !== undefined,
    store: maintenance.store(),
    packReader: spread(),
    committed,
    notedGeneration,
    depth: depth === 'structure' ? 'structure' : 'everything',
    safetyMs: windowSeconds * 1_000,
    noteCondemned: maintenance.noteCondemned,
    ...lease(runId),
  });
  const { putBack, before, indexedPacks, salvaged, droppedPacks, removed } = report;
  const after = ofOurPoints(report.after);
  return {
    outcome: {
      task: 'repair',
      ...foundIn(after),
      findingsBefore: before.findings.length,
      indexedPacks,
      salvagedBlocks: salvaged.blocks,
      droppedPacks: droppedPacks.length,
      removedObjects: removed.length,
      putBackObjects: putBack.length,
    },
    report: { ...report, before: reported(before), after: reported(after), lost: after.lost },
    lostVolumes: lostAfterRepair(after.lost),
  };
};

const pruneOnce = async (
  { committed, notedGeneration, expired, pending, acceptDamage, runId, windowSeconds }: MaintainLibrary,
  library: Library,
  { maintenance, order }: OrderTools,
  options: MaintenanceOptions,
): Promise<Done> => {
  const safetyMs = windowSeconds * 1_000;
  const report: PruneResult = await prune(library, {
    ...options,
    committed,
    notedGeneration,
    expired,
    pending,
    acceptDamage,
    locked: order.lock !== undefined,
    store: maintenance.store(),
    safetyMs,
    clockMarginMs: clockMargin(safetyMs),
    noteCondemned: maintenance.noteCondemned,
    raiseFences: maintenance.raiseFences,
    ...lease(runId),
  });
  return {
    outcome: prunedIn(report),
    report: { ...report, plan: report.plan && reportedPlan(report.plan) },
    ...(report.outcome === 'waiting' ? { deleteNotBefore: report.deleteNotBefore } : {}),
  };
};

/** Those that are promised by now are kept as long as they were promised: what of it was left out is found and mended. */
const withPromised = ({ locks = [], promised = [] }: MaintainLibrary): PointLock[] => {
  const until = new Map<string, number>();
  for (const lock of [...locks, ...promised])
    until.set(lock.recoveryPointId, Math.max(lock.until, until.get(lock.recoveryPointId) ?? 0));
  return [...until].map(([recoveryPointId, latest]) => ({ recoveryPointId, until: latest }));
};

const extend = async (
  work: MaintainLibrary,
  library: Library,
  { order: { lock } }: OrderTools,
  options: MaintenanceOptions,
): Promise<Done> => {
  const { store } = library;
  if (!lock || !canLock(store)) throw new LibraryUnavailable('this library has no lock that could be extended');
  const report = await extendLocks(library, store, { mode: lock.mode, points: withPromised(work) }, options);
  const { done, damaged, unsure, lost } = report;
  const isSure = (id: string): boolean => !unsure.includes(id);
  const ofDamaged = damaged.map(({ recoveryPointId }) => recoveryPointId).filter(isSure);
  return {
    outcome: extendedIn(report),
    report,
    // A damaged point is noted as locked, too: what is left of it is, and it is not to be done again every day.
    lockedPoints: [...done, ...ofDamaged],
    lostVolumes: lost.filter((each) => LostVolume.safeParse(each).success) as LostVolume[],
  };
};

/**
 * The control plane gives a library to one run at a time: whoever holds its lease else has ended there, and may at most be
 * a node that does not know it yet, which the lease stops.
 */
const lease = (runId: string) => ({ holder: runId, takeOver: true }) as const;

const withoutTrace = async (library: Library, ids: readonly string[]): Promise<string[]> => {
  const { points, maps } = await listPointsAndMaps(library);
  return ids.filter((id) => !points.has(id) && !maps.has(id));
};
