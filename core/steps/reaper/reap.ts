import type { BeatingTickDeps } from '../health/beating-tick.ts';
import type { ReaperDeps } from './reaper-deps.ts';
import { createSweep, type SweepOutcome } from './sweep.ts';

/** A function's own limit is 5 minutes; what is left over goes on with the next run. */
const BUDGET_MS = 4 * 60_000;
const KEPT_PROBLEMS = 10;

/**
 * By schedule, a round an hour: as far as the time lasts, behind where the last run came to. Notes that it has been, what did
 * not work and how much is left; a run that had nothing to look at yet leaves the last one's word.
 */
export const createReap = (deps: ReaperDeps & BeatingTickDeps) => {
  const { pulses, meter, clock } = deps;
  const sweep = createSweep(deps);
  return async (): Promise<SweepOutcome> => {
    const outcome = await sweep({ until: clock.now() + BUDGET_MS, rotating: true });
    if (outcome.idle) return outcome;
    const { problems, left } = outcome;
    await pulses.beat('reap', { at: clock.now(), problems: problems.slice(0, KEPT_PROBLEMS) });
    meter.emit({
      metrics: {
        SweepsDone: 1,
        ...(problems.length > 0 ? { SweepProblems: problems.length } : {}),
        ...(left > 0 ? { SweepPlacesLeft: left } : {}),
      },
    });
    return outcome;
  };
};
