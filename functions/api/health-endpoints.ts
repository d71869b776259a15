import { operatorRoutes } from '../../core/contracts/api.ts';
import { createReadHealth, type ReadHealthDeps } from '../../core/steps/health/read-health.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import type { Caller } from './router.ts';

export type HealthEndpointsDeps = ReadHealthDeps;

/** How the deployment is: operators only. */
export const healthEndpoints = (deps: HealthEndpointsDeps): readonly Endpoint<Caller>[] => {
  const readHealth = createReadHealth(deps);
  return [endpoint(operatorRoutes.getHealth, (_: Caller) => readHealth())];
};
