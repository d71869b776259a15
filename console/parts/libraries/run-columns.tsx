import type { TableProps } from '@cloudscape-design/components/table';
import { taskWords } from '../../../cli/library-run-words.ts';
import { bytes, count, duration, secondsBetween } from '../../../cli/units.ts';
import type { LibraryRunView } from '../../../core/contracts/library-runs.ts';
import { libraryRunAddress } from '../../addresses.ts';
import { texts } from '../../texts.ts';
import { Go } from '../go.tsx';
import { Id } from '../id.tsx';
import { When } from '../when.tsx';
import { RunState } from './run-state.tsx';

const words = texts.library.columns;

export const taskTitle = (run: Pick<LibraryRunView, 'task' | 'depth' | 'planOnly'>): string => {
  const said = taskWords(run);
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}`;
};

export const runTook = ({ startedAt, endedAt }: LibraryRunView): string | undefined =>
  startedAt && endedAt ? duration(secondsBetween(startedAt, endedAt)) : undefined;

/** The outcome in some words. */
const found = ({ outcome, error, planOnly, progress }: LibraryRunView): string | undefined => {
  if (error) return error.name;
  switch (outcome?.task) {
    case 'check':
    case 'repair':
      return outcome.findingsInAll === 0 ? texts.libraryRun.right : count(outcome.findingsInAll, 'finding');
    case 'stats':
      return `${texts.libraryRun.stats.stored} ${bytes(outcome.storedBytes)}`;
    case 'prune': {
      const { deleted, plan } = outcome;
      if (deleted) return `${texts.libraryRun.pruned.freed} ${bytes(deleted.bytes)}`;
      const { wouldFree, toFree } = texts.libraryRun.pruned;
      return plan && `${planOnly ? wouldFree : toFree} ${bytes(plan.bytesGivenBack)}`;
    }
    case 'extend-locks':
      return count(outcome.recoveryPoints, 'recovery point');
    case 'rotate-key':
      return `${texts.libraryRun.rotated.key} ${outcome.keyNumber}`;
    default:
      return progress && texts.libraryRun.of(progress.done, progress.total, progress.unit);
  }
};

export const runColumns: TableProps.ColumnDefinition<LibraryRunView>[] = [
  {
    id: 'task',
    header: words.task,
    isRowHeader: true,
    cell: (run) => <Go href={libraryRunAddress(run.tenantId, run.runId)}>{taskTitle(run)}</Go>,
  },
  { id: 'state', header: words.state, cell: (run) => <RunState run={run} /> },
  { id: 'found', header: words.found, cell: (run) => found(run) ?? texts.none },
  { id: 'trigger', header: words.trigger, cell: ({ trigger }) => texts.library.triggers[trigger] },
  { id: 'created', header: words.created, cell: ({ createdAt }) => <When at={createdAt} /> },
  { id: 'took', header: words.took, cell: (run) => <Id>{runTook(run)}</Id> },
];
