import { operatorRoutes } from '../../core/contracts/api.ts';
import { createPlanReaper, createRunReaper } from '../../core/steps/api/reaper.ts';
import type { ReaperDeps } from '../../core/steps/reaper/reaper-deps.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import type { Caller } from './router.ts';

/** What was left behind, and removing it: operators only. */
export const reaperEndpoints = (deps: ReaperDeps): readonly Endpoint<Caller>[] => {
  const planReaper = createPlanReaper(deps);
  const runReaper = createRunReaper(deps);
  return [
    endpoint(operatorRoutes.planReaper, (_: Caller, { query }) => planReaper(query.tenantId)),
    endpoint(operatorRoutes.runReaper, ({ arn }: Caller, { body }) => runReaper(arn, body)),
  ];
};
