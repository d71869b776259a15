import { operatorTenantRoutes } from '../../core/contracts/api.ts';
import {
  createCancelLibraryRun,
  createGetLibraryRun,
  createListLibraryRuns,
} from '../../core/steps/api/library-runs.ts';
import { createStartLibraryRun, type StartLibraryRunDeps } from '../../core/steps/api/start-library-run.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { guardOnTenant } from './guarded.ts';
import { askedOf, type OnTenant, pageOf } from './on-tenant-context.ts';

const routes = operatorTenantRoutes;

type LibraryRunEndpointsDeps = StartLibraryRunDeps & Parameters<typeof guardOnTenant>[0];

/** Looking after a tenant's library: operators only. */
export const libraryRunEndpoints = (deps: LibraryRunEndpointsDeps): readonly Endpoint<OnTenant>[] => {
  const startLibraryRun = createStartLibraryRun(deps);
  const listLibraryRuns = createListLibraryRuns(deps);
  const getLibraryRun = createGetLibraryRun(deps);
  const cancelLibraryRun = createCancelLibraryRun(deps);
  const guard = guardOnTenant(deps);
  return [
    guard(
      'change-library',
      endpoint(routes.startLibraryRun, (on: OnTenant, request) =>
        startLibraryRun(on.tenant, askedOf(on, request), request.body),
      ),
    ),
    endpoint(routes.listLibraryRuns, ({ tenant }: OnTenant, { query }) => listLibraryRuns(tenant, pageOf(query))),
    endpoint(routes.getLibraryRun, ({ tenant }: OnTenant, { params }) => getLibraryRun(tenant, params.runId)),
    endpoint(routes.cancelLibraryRun, ({ tenant }: OnTenant, { params }) => cancelLibraryRun(tenant, params.runId)),
  ];
};
