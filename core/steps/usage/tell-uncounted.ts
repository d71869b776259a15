import type { HypervisorId, JobId, LibraryRunId, OrderId } from '../../contracts/ids.ts';
import type { Meter } from '../../ports/health.ts';

export interface Uncounted {
  readonly tenantId: HypervisorId;
  readonly jobId: JobId | LibraryRunId;
  readonly attempt: number;
  readonly orderId?: OrderId;
}

/**
 * Told of what an order has called, and could not be noted or added to its tenant's month now: nothing waits for it. Told
 * by the broker, the cleanup of the attempt may make up for it; told by that, nobody does by itself.
 */
export type TellUncounted = (error: unknown, about: Uncounted) => void;

export interface TellingUncounted {
  readonly meter: Meter;
  readonly report: (error: unknown, about: Uncounted) => void;
}

/** A line of the function's log, and a metric that an alarm watches. */
export const createTellUncounted =
  ({ meter, report }: TellingUncounted): TellUncounted =>
  (error, about) => {
    report(error, about);
    meter.emit({ metrics: { CallsNotCounted: 1 }, about: { ...about } });
  };
