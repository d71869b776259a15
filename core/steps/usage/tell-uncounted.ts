import type { HypervisorId, JobId, LibraryRunId, OrderId } from '../../contracts/ids.ts';
import type { Meter } from '../../ports/health.ts';

export interface Uncounted {
  readonly tenantId: HypervisorId;
  readonly jobId: JobId | LibraryRunId;
  readonly attempt: number;
  readonly orderId?: OrderId;
}

/** Told of what orders have called, and could not be noted or added to their tenant's month: nothing waits for it. */
export type TellUncounted = (error: unknown, about: Uncounted) => void;

export interface TellingUncounted {
  readonly meter: Meter;
  readonly report: (error: unknown, about: Uncounted) => void;
  /** What the broker could not note, the cleanup of the attempt makes up for; after that nobody does by himself. */
  readonly metric: 'CallsNotNotedYet' | 'CallsNotCounted';
}

/** A line of the function's log, and a metric. */
export const createTellUncounted =
  ({ meter, report, metric }: TellingUncounted): TellUncounted =>
  (error, about) => {
    report(error, about);
    meter.emit({ metrics: { [metric]: 1 }, about: { ...about } });
  };
