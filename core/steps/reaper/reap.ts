import type { ReaperDeps } from './reaper-deps.ts';
import { createSweep, type SweepOutcome } from './sweep.ts';

/** A function's own limit is 5 minutes; what is left over goes on with the next run. */
const BUDGET_MS = 4 * 60_000;

/** By schedule: as far as the time lasts, behind where the last one came to. */
export const createReap = (deps: ReaperDeps) => {
  const sweep = createSweep(deps);
  return (): Promise<SweepOutcome> => sweep({ until: deps.clock.now() + BUDGET_MS, rotating: true });
};
