import type { CrashScenario } from './crash-scenario.ts';
import { jobScenarios } from './scenarios/jobs.ts';
import { restoreScenarios } from './scenarios/restores.ts';
import { serviceScenarios } from './scenarios/service.ts';
import { upkeepScenarios } from './scenarios/upkeep.ts';

/** By the name that `npm run sim -- --crash --scenario` takes. */
export const crashScenarios: Readonly<Record<string, CrashScenario>> = {
  ...jobScenarios,
  ...restoreScenarios,
  ...serviceScenarios,
  ...upkeepScenarios,
};
