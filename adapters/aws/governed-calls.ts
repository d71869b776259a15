import { gapAt, throttledAt, waitOf } from '../../core/domain/pacing.ts';
import type { Throttles } from '../../core/ports/throttles.ts';
import { awsName, isThrottled } from './classify.ts';
import { presentPatience } from './patience.ts';
import { noteThrottle } from './throttles.ts';

export interface Governing {
  readonly throttles: Throttles;
  readonly hypervisorId: string;
  readonly region: string;
  readonly now: () => number;
  readonly random: () => number;
  wait(ms: number): Promise<void>;
  /** How long these calls wait together. Absent: what is left of the step's patience. */
  readonly patienceMs?: number | undefined;
}

/** Says that one volume, not the account, has had too many snapshots: no reason for others to wait. */
const OF_ONE_VOLUME = 'SnapshotCreationPerVolumeRateExceeded';

/**
 * Calls in an account, at a pace that all callers find together (core/domain/pacing.ts). What AWS throttled did nothing,
 * so that it may be sent again here; once the step's patience is at its end, the answer goes to the state machine. That the
 * notes cannot be read or written holds nothing up.
 */
export const createGovernedCalls = (governing: Governing) => {
  const { throttles, hypervisorId, region, now, random, wait, patienceMs } = governing;
  const patience = patienceMs === undefined ? presentPatience() : { leftMs: patienceMs };

  const pause = async (gapMs: number): Promise<boolean> => {
    const ms = Math.min(patience.leftMs, waitOf(gapMs, random()));
    patience.leftMs -= ms;
    if (ms > 0) await wait(ms);
    return patience.leftMs > 0;
  };
  const noted = async (action: string) =>
    (await throttles.of(hypervisorId, region).catch(() => undefined))?.get(action);

  return async <T>(action: string, run: () => Promise<T>): Promise<T> => {
    await pause(gapAt(await noted(action), now()));
    for (;;) {
      try {
        return await run();
      } catch (error) {
        if (!isThrottled(error) || awsName(error) === OF_ONE_VOLUME) throw error;
        const before = await noted(action);
        const change = throttledAt(before, now());
        if (change) await throttles.note(hypervisorId, region, action, before, change).catch(() => undefined);
        if (!(await pause(gapAt(change ?? before, now())))) throw error;
        // the last one is noted by whoever names it
        noteThrottle(action);
      }
    }
  };
};
