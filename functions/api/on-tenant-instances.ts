import type { OnTenantRoutes } from '../../core/contracts/api.ts';
import { createListInstances } from '../../core/steps/api/list-instances.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { type OnTenant, type OnTenantDeps, pageOf } from './on-tenant-context.ts';

/** What there is to protect, and whether it is. */
export const instanceEndpoints = (routes: OnTenantRoutes, deps: OnTenantDeps): readonly Endpoint<OnTenant>[] => {
  const listInstances = createListInstances(deps);
  return [
    endpoint(routes.listInstances, ({ tenant, audience }: OnTenant, { query }) =>
      listInstances(tenant, audience, query, pageOf(query)),
    ),
  ];
};
