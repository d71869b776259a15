import type { OnTenantRoutes } from '../../core/contracts/api.ts';
import type { Endpoint } from './endpoint.ts';
import { approvalReadEndpoints } from './on-tenant-approvals.ts';
import type { OnTenant, OnTenantDeps } from './on-tenant-context.ts';
import { groupEndpoints } from './on-tenant-groups.ts';
import { instanceEndpoints } from './on-tenant-instances.ts';
import { jobEndpoints } from './on-tenant-jobs.ts';
import { pointEndpoints } from './on-tenant-points.ts';

/** What is done on one tenant: by the tenant itself, or by an operator who names it. */
export const onTenantEndpoints = (routes: OnTenantRoutes, deps: OnTenantDeps): readonly Endpoint<OnTenant>[] => [
  ...jobEndpoints(routes, deps),
  ...instanceEndpoints(routes, deps),
  ...pointEndpoints(routes, deps),
  ...groupEndpoints(routes, deps),
  ...approvalReadEndpoints(routes, deps),
];
