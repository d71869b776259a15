import { BLOCK_BYTES } from '../core/contracts/ids.ts';
import type { LibraryOutcome, LibraryRunView } from '../core/contracts/library-runs.ts';
import { paintRunState, taskWords } from './library-run-words.ts';
import type { Screen } from './screen.ts';
import { bytes, count, time } from './units.ts';

type Outcome<Task extends LibraryOutcome['task']> = Extract<LibraryOutcome, { task: Task }>;
type Field = readonly [string, string | undefined];

const times = (ratio: number): string => `${ratio.toFixed(2)} : 1`;
const share = (part: number): string => `${Math.round(part * 100)} %`;

const showFound = ({ line, table, colors }: Screen, found: Outcome<'check'> | Outcome<'repair'>): void => {
  const { findings, findingsInAll, lost, lostInAll } = found;
  if (findingsInAll === 0) {
    line(colors.green('Nothing is wrong.'));
    return;
  }
  line(`${colors.red(`${count(findingsInAll, 'object')} not as they must be:`)}`);
  table(
    ['object', 'damage', '>blocks lost', 'what is wrong'],
    findings.map(({ key, damage, lostBlocks, problem }) => [key, damage, String(lostBlocks), problem]),
  );
  if (findingsInAll > findings.length) line(`… and ${findingsInAll - findings.length} more, in the report.`);
  line();
  if (lostInAll === 0) {
    line(colors.green('No recovery point loses anything by it.'));
    return;
  }
  line(colors.red('Recovery points that lose blocks by it:'));
  table(
    ['recovery point', 'volume', '>blocks', '>bytes', 'which'],
    lost.map(({ recoveryPointId, volumeId, blocks, ranges, moreRanges }) => [
      recoveryPointId,
      volumeId ?? 'all of it',
      String(blocks),
      volumeId === undefined ? '' : bytes(blocks * BLOCK_BYTES),
      `${ranges.map(([from, to]) => (to === from + 1 ? `${from}` : `${from}–${to - 1}`)).join(', ')}${moreRanges ? ', …' : ''}`,
    ]),
  );
  if (lostInAll > lost.length) line(`… and ${lostInAll - lost.length} more, in the report.`);
};

const statsFields = (stats: Outcome<'stats'>): readonly Field[] => [
  ['Recovery points', `${stats.recoveryPoints}, of ${count(stats.volumes, 'volume')} in all`],
  ['Volumes hold', `${bytes(stats.logicalBytes)}, of which ${bytes(stats.dataBytes)} are not zero`],
  ['Different data', `${bytes(stats.uniqueBytes)} (dedup ${times(stats.dedupRatio)})`],
  ['Stored', `${bytes(stats.storedBytes)} (compression ${times(stats.compressionRatio)})`],
  ['Packs', `${stats.packs}, ${share(stats.livePackShare)} of them in use`],
  ['Index objects', `${stats.indexObjects}`],
  ['Prune would free', bytes(stats.reclaimableBytes)],
  ['Blocks lost', stats.lostBlocks === 0 ? 'none' : `${stats.lostBlocks}`],
];

const pruneFields = ({ plan, deleted }: Outcome<'prune'>, planOnly: boolean): readonly Field[] => [
  ...(plan
    ? ([
        [planOnly ? 'Would free' : 'To be freed', bytes(plan.bytesGivenBack)],
        ['Expired points', `${plan.expiredPoints}`],
        ['Left-overs of attempts', `${plan.unfinishedPoints}`],
        ['Packs to delete', `${plan.packsToDelete}`],
        ['Packs to rewrite', `${plan.packsToRewrite} (${bytes(plan.bytesToRewrite)})`],
        ['Points that stay', `${plan.recoveryPointsLeft}`],
      ] as const)
    : []),
  ...(deleted
    ? ([
        ['Freed', `${bytes(deleted.bytes)}, in ${count(deleted.objects, 'object')}`],
        ['Points deleted', `${deleted.recoveryPoints}`],
        ['Kept by Object Lock', deleted.retained === 0 ? undefined : count(deleted.retained, 'object')],
      ] as const)
    : []),
];

const showExtended = (screen: Screen, { damaged, damagedInAll, ...done }: Outcome<'extend-locks'>): void => {
  screen.fields([
    ['Kept for longer', count(done.recoveryPoints, 'recovery point')],
    ['Locks extended', `of ${count(done.packs, 'pack')}, ${count(done.pages, 'page')}, ${count(done.others, 'other')}`],
  ]);
  if (damagedInAll === 0) return;
  screen.line(`\n${screen.colors.red('Damaged')}: what is left of them is kept (check the library, then repair it):`);
  screen.table(
    ['recovery point', 'what is wrong'],
    damaged.map(({ recoveryPointId, problem }) => [recoveryPointId, problem]),
  );
};

const showOutcome = (screen: Screen, outcome: LibraryOutcome, planOnly: boolean): void => {
  switch (outcome.task) {
    case 'check':
      screen.fields([
        ['Looked at', `${count(outcome.recoveryPoints, 'recovery point')}, ${count(outcome.packs, 'pack')}`],
        ['Read whole', `${count(outcome.packsRead, 'pack')}, ${bytes(outcome.bytesRead)}`],
      ]);
      screen.line();
      showFound(screen, outcome);
      return;
    case 'stats':
      screen.fields(statsFields(outcome));
      return;
    case 'repair':
      screen.fields([
        ['Was wrong', count(outcome.findingsBefore, 'object')],
        ['Packs indexed again', `${outcome.indexedPacks}`],
        ['Blocks saved', `${outcome.salvagedBlocks}`],
        ['Packs given up', `${outcome.droppedPacks}`],
        ['Objects removed', `${outcome.removedObjects}`],
        [
          'Put back',
          outcome.putBackObjects ? `${count(outcome.putBackObjects, 'object')} that something hid` : undefined,
        ],
      ]);
      screen.line('\nStill wrong:');
      showFound(screen, outcome);
      if (outcome.lostInAll > 0)
        screen.line('\nTake a full backup of what is lost as long as the guests have it, then check again.');
      return;
    case 'rotate-key':
      screen.fields([['Data key', `number ${outcome.keyNumber} seals what is written from now on`]]);
      return;
    case 'prune':
      screen.fields(pruneFields(outcome, planOnly));
      return;
    case 'extend-locks':
      showExtended(screen, outcome);
      return;
  }
};

export const showLibraryRun = (screen: Screen, run: LibraryRunView): void => {
  const { outcome, error, waitUntil, startedAt, endedAt, reportKey } = run;
  screen.fields([
    ['Run', run.runId],
    ['Task', taskWords(run)],
    ['State', paintRunState(screen, run)],
    ['Waits until', waitUntil && time(waitUntil)],
    ['Started by', `${run.requestedBy} (${run.trigger})`],
    ['Created', time(run.createdAt)],
    ['Started', startedAt && time(startedAt)],
    ['Ended', endedAt && time(endedAt)],
    ['Report', reportKey],
  ]);
  if (error) {
    screen.line(`\n${screen.colors.red(error.name)}: ${error.message}`);
    if (error.remedy) screen.line(error.remedy);
  }
  if (!outcome) return;
  screen.line();
  showOutcome(screen, outcome, run.planOnly);
};
