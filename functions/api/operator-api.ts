import { operatorRoutes, operatorTenantPrefix, operatorTenantRoutes } from '../../core/contracts/api.ts';
import { NotAllowed } from '../../core/domain/errors.ts';
import type { Hypervisor } from '../../core/domain/hypervisor.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import { checkRoleAgain } from '../../core/steps/api/check-identity.ts';
import { type CheckPermissionsDeps, createCheckPermissions } from '../../core/steps/api/check-permissions.ts';
import {
  type CheckServicePermissionsDeps,
  createCheckServicePermissions,
} from '../../core/steps/api/check-service-permissions.ts';
import { createOpenService, createOpenTenant } from '../../core/steps/api/get-hypervisor.ts';
import { createGetJobPath } from '../../core/steps/api/get-job-path.ts';
import { createListOpenJobs } from '../../core/steps/api/list-jobs.ts';
import type { ReaperDeps } from '../../core/steps/reaper/reaper-deps.ts';
import { type AuditEndpointsDeps, auditEndpoints } from './audit-endpoints.ts';
import { type Endpoint, endpoint, segmentsOf } from './endpoint.ts';
import { type HealthEndpointsDeps, healthEndpoints } from './health-endpoints.ts';
import { type HypervisorEndpointsDeps, hypervisorEndpoints } from './hypervisor-endpoints.ts';
import { libraryRunEndpoints } from './library-run-endpoints.ts';
import { onTenantEndpoints } from './on-tenant.ts';
import { type OnTenant, type OnTenantDeps, pageOf } from './on-tenant-context.ts';
import { openApiOf } from './openapi.ts';
import { type OverviewEndpointsDeps, overviewEndpoints } from './overview-endpoints.ts';
import { quarantineEndpoints } from './quarantine-endpoints.ts';
import { reaperEndpoints } from './reaper-endpoints.ts';
import { type Caller, createRouter, type ReportError } from './router.ts';

export interface OperatorApiDeps
  extends OnTenantDeps,
    HypervisorEndpointsDeps,
    AuditEndpointsDeps,
    HealthEndpointsDeps {
  readonly catalog: Catalog;
  readonly scheduleList: ReaperDeps['scheduleList'];
  readonly uploads: ReaperDeps['uploads'];
  /** Of sweeps by hand: they leave the gaps that an account at its limit asks for. */
  readonly sweepScopes: ReaperDeps['scopes'];
  readonly reaperGraceMs: number;
  readonly within: OverviewEndpointsDeps['within'];
  readonly settings: HypervisorEndpointsDeps['settings'];
  readonly permissions: CheckPermissionsDeps & {
    readonly service: Pick<CheckServicePermissionsDeps, 'check' | 'roles'>;
  };
  readonly reportError: ReportError;
}

const audience = { kind: 'operator' } as const;

/** What operators call: hypervisors and bindings, and for a named tenant what the tenant could call itself. */
export const createOperatorApi = (deps: OperatorApiDeps) => {
  const openTenant = createOpenTenant(deps);
  const listOpenJobs = createListOpenJobs(deps);
  const getJobPath = createGetJobPath(deps);
  const openService = createOpenService(deps);
  const checkRole = (hypervisor: Hypervisor) =>
    checkRoleAgain(deps.credentials, hypervisor, deps.settings.controlPlaneAccountId);
  const checkPermissions = createCheckPermissions(deps.permissions);
  const checkServicePermissions = createCheckServicePermissions({ ...deps, ...deps.permissions.service });

  const forNamedTenant = ({ route, handle }: Endpoint<OnTenant>): Endpoint<Caller> => {
    const path = `${operatorTenantPrefix}${route.path}`;
    return {
      route: { ...route, path },
      segments: segmentsOf(path),
      handle: async (caller, request) => {
        const { hypervisorId = '' } = request.params as { readonly hypervisorId?: string };
        return handle({ tenant: await openTenant(hypervisorId), audience, requestedBy: caller.arn }, request);
      },
    };
  };

  return createRouter<Caller>({
    endpoints: [
      endpoint(operatorRoutes.getOperatorOpenApi, async (_: Caller) => openApiOf('operator')),
      ...hypervisorEndpoints(deps),
      ...auditEndpoints(deps),
      ...healthEndpoints(deps),
      ...overviewEndpoints(deps),
      ...reaperEndpoints({
        ...deps,
        scopes: deps.sweepScopes,
        settings: { ...deps.settings, graceMs: deps.reaperGraceMs },
      }),
      ...quarantineEndpoints(deps),
      endpoint(operatorRoutes.checkServicePermissions, async (_: Caller, { params }) => {
        await checkRole(await openService(params.hypervisorId));
        return checkServicePermissions(params.hypervisorId);
      }),
      endpoint(operatorRoutes.listOpenJobs, (_: Caller, { query }) => listOpenJobs(pageOf(query))),
      ...[
        ...onTenantEndpoints(operatorTenantRoutes, deps),
        ...libraryRunEndpoints(deps),
        endpoint(operatorTenantRoutes.getJobPath, ({ tenant }: OnTenant, { params, query }) =>
          getJobPath(tenant, params.jobId, query),
        ),
        endpoint(operatorTenantRoutes.checkPermissions, async ({ tenant }: OnTenant, { query }) => {
          await checkRole(tenant);
          return checkPermissions(tenant, query.features);
        }),
      ].map(forNamedTenant),
    ],
    admit: async (caller) => {
      if (caller.accountId === deps.settings.controlPlaneAccountId) return { context: caller, audience };
      throw new NotAllowed('Only operators of this deployment may do this.', {
        remedy: 'Sign with credentials of the deployment’s own account.',
      });
    },
    audit: deps.audit,
    clock: deps.clock,
    sha256: deps.sha256,
    reportError: deps.reportError,
  });
};
