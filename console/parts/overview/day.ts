/** The last day's jobs by hour and by how they ended: what the chart shows. */
import type { JobView } from '../../../core/contracts/api.ts';

export type Ending = 'completed' | 'errors' | 'stopped' | 'open';
export const ENDINGS: readonly Ending[] = ['completed', 'errors', 'stopped', 'open'];

const ENDING: Readonly<Record<JobView['state'], Ending>> = {
  completed: 'completed',
  'completed with errors': 'errors',
  failed: 'errors',
  cancelled: 'stopped',
  suspended: 'stopped',
  queued: 'open',
  running: 'open',
  waiting: 'open',
  cancelling: 'open',
};

export const endingOf = ({ state }: Pick<JobView, 'state'>): Ending => ENDING[state];

const HOUR_MS = 3_600_000;

export interface Day {
  /** When each hour begins, oldest first; what was started before all of them counts to the first. */
  readonly hours: readonly Date[];
  /** Jobs by ending, for each of the hours. */
  readonly counts: Readonly<Record<Ending, readonly number[]>>;
}

/** `since` and `now` in ms since 1970. */
export const dayOf = (
  jobs: readonly Pick<JobView, 'state' | 'createdAt' | 'startedAt'>[],
  since: number,
  now: number,
): Day => {
  // each hour of the clock once: two of the same name would be one in the chart
  const length = Math.max(1, Math.round((now - since) / HOUR_MS));
  const first = (Math.floor(now / HOUR_MS) - length + 1) * HOUR_MS;
  const hours = Array.from({ length }, (_, n) => new Date(first + n * HOUR_MS));
  const counts = Object.fromEntries(ENDINGS.map((ending) => [ending, hours.map(() => 0)])) as Record<Ending, number[]>;
  for (const job of jobs) {
    const at = Date.parse(job.startedAt ?? job.createdAt);
    const hour = Math.min(hours.length - 1, Math.max(0, Math.floor((at - first) / HOUR_MS)));
    const ofEnding = counts[endingOf(job)];
    ofEnding[hour] = (ofEnding[hour] ?? 0) + 1;
  }
  return { hours, counts };
};
