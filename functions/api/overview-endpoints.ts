import { operatorRoutes } from '../../core/contracts/api.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { type CostsDeps, createListCosts } from '../../core/steps/overview/list-costs.ts';
import { createListLibraryGrowth } from '../../core/steps/overview/list-library-growth.ts';
import { createListProtection, type ProtectionDeps } from '../../core/steps/overview/list-protection.ts';
import { createListRecentJobs, type RecentJobsDeps } from '../../core/steps/overview/list-recent-jobs.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { pageOf } from './on-tenant-context.ts';
import type { Caller } from './router.ts';

export interface OverviewEndpointsDeps extends ProtectionDeps, RecentJobsDeps, CostsDeps {
  readonly catalog: Catalog;
}

/** All tenants at once: operators only. */
export const overviewEndpoints = (deps: OverviewEndpointsDeps): readonly Endpoint<Caller>[] => {
  const listProtection = createListProtection(deps);
  const listRecentJobs = createListRecentJobs(deps);
  const listLibraryGrowth = createListLibraryGrowth(deps);
  const listCosts = createListCosts(deps);
  return [
    endpoint(operatorRoutes.listProtection, (_: Caller, { query }) => listProtection(pageOf(query))),
    endpoint(operatorRoutes.listRecentJobs, (_: Caller, { query }) => listRecentJobs(query)),
    endpoint(operatorRoutes.listLibraryGrowth, (_: Caller, { query }) => listLibraryGrowth(pageOf(query))),
    endpoint(operatorRoutes.listCosts, (_: Caller, { query }) => listCosts(query.month, pageOf(query))),
  ];
};
