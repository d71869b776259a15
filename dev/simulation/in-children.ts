import { ChildEnded, runInChild } from './in-child.ts';

export interface Series<I> {
  /** One after another, a report each, in their order. */
  readonly items: readonly I[];
  /** What a process is told that is to do some of them. */
  readonly argumentOf: (items: readonly I[]) => unknown;
}

export interface Children<I> {
  readonly script: string;
  /** At once. */
  readonly processes: number;
  readonly priority?: number;
  readonly stop?: AbortSignal;
  /** The process ended by itself while it was at this one; the others of its series go on in another process. */
  readonly onLost: (item: I, error: ChildEnded) => void;
}

/** So many processes at a time, each with one series. */
export const runInChildren = async <I, T>(
  series: readonly Series<I>[],
  { script, processes, priority = 0, stop, onLost }: Children<I>,
  onReport: (report: T) => void,
): Promise<void> => {
  const waiting = [...series];
  const run = async ({ items, argumentOf }: Series<I>): Promise<void> => {
    let left = items;
    while (left.length > 0 && !stop?.aborted) {
      let reported = 0;
      try {
        const child = { script, argument: argumentOf(left), priority, ...(stop ? { stop } : {}) };
        await runInChild<T>(child, (report) => {
          reported += 1;
          onReport(report);
        });
        return;
      } catch (error) {
        const lost = left[reported];
        if (!(error instanceof ChildEnded) || lost === undefined) throw error;
        onLost(lost, error);
        left = left.slice(reported + 1);
      }
    }
  };
  const take = async (): Promise<void> => {
    for (let next = waiting.shift(); next && !stop?.aborted; next = waiting.shift()) await run(next);
  };
  await Promise.all(Array.from({ length: Math.min(processes, series.length) }, take));
};

/** Items of all sorts in each series, so that all end at about the same time. */
export const inSeries = <I>(
  items: readonly I[],
  most: number,
  argumentOf: Series<I>['argumentOf'],
): readonly Series<I>[] => {
  if (items.length === 0) return [];
  const count = Math.ceil(items.length / Math.max(1, most));
  return Array.from({ length: count }, (_, series) => ({
    items: items.filter((__, index) => index % count === series),
    argumentOf,
  }));
};
