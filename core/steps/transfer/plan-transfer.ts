import type { PlanTransferInput, PlanTransferOutput } from '../../contracts/steps.ts';
import { type PlanDeps, planToLibrary } from './plan-to-library.ts';
import { planToSnapshots } from './plan-to-snapshots.ts';

/** One call of planning; the transfer machine calls until it answers `done`. */
export const createPlanTransfer =
  (deps: PlanDeps) =>
  async (input: PlanTransferInput): Promise<PlanTransferOutput> =>
    input.direction === 'to-library' ? planToLibrary(deps, input) : planToSnapshots(deps, input);
