import { tenantRoutes } from '../../core/contracts/api.ts';
import { tenantHypervisorView } from '../../core/domain/views.ts';
import { createTenantOfCaller } from '../../core/steps/api/tenant-of-caller.ts';
import { endpoint } from './endpoint.ts';
import { onTenantEndpoints } from './on-tenant.ts';
import type { OnTenant, OnTenantDeps } from './on-tenant-context.ts';
import { openApiOf } from './openapi.ts';
import { createRouter, type ReportError } from './router.ts';

export interface TenantApiDeps extends OnTenantDeps {
  readonly reportError: ReportError;
}

/** What tenants call. Every route works on the hypervisor of the caller's account, and on nothing else. */
export const createTenantApi = (deps: TenantApiDeps) => {
  const tenantOfCaller = createTenantOfCaller(deps);
  return createRouter<OnTenant>({
    endpoints: [
      endpoint(tenantRoutes.getOpenApi, async (_: OnTenant) => openApiOf('tenant')),
      endpoint(tenantRoutes.getOwnHypervisor, async ({ tenant }: OnTenant) => tenantHypervisorView(tenant)),
      ...onTenantEndpoints(tenantRoutes, deps),
    ],
    admit: async (caller) => {
      const tenant = await tenantOfCaller(caller.accountId);
      const audience = { kind: 'tenant', accountId: tenant.accountId, hypervisorId: tenant.hypervisorId } as const;
      return { context: { tenant, audience, requestedBy: caller.arn }, audience };
    },
    audit: deps.audit,
    clock: deps.clock,
    sha256: deps.sha256,
    reportError: deps.reportError,
  });
};
