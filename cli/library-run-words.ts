/** A library run as people read it. */
import type { LibraryRunView } from '../core/contracts/library-runs.ts';
import type { Screen } from './screen.ts';

const ENDED: readonly LibraryRunView['state'][] = ['completed', 'failed', 'cancelled'];

export const hasEnded = ({ state }: LibraryRunView): boolean => ENDED.includes(state);

/** `prune (dry run)`, `check, everything` */
export const taskWords = ({ task, depth, planOnly }: Pick<LibraryRunView, 'task' | 'depth' | 'planOnly'>): string =>
  `${task}${depth === undefined ? '' : `, ${depth}`}${planOnly ? ' (dry run)' : ''}`;

/** Something is wrong with the library that this run has found, or has left. */
export const findsFault = ({ outcome }: LibraryRunView): boolean =>
  outcome !== undefined &&
  (('findingsInAll' in outcome && outcome.findingsInAll > 0) ||
    ('damagedInAll' in outcome && outcome.damagedInAll > 0));

export const paintRunState = ({ colors }: Screen, run: LibraryRunView): string => {
  const { state } = run;
  if (state === 'failed' || state === 'cancelled') return colors.red(state);
  if (state !== 'completed') return colors.cyan(state);
  return findsFault(run) ? colors.yellow('completed, with findings') : colors.green(state);
};
