import { tenantRoutes } from '../../core/contracts/api.ts';
import { NotAllowed } from '../../core/domain/errors.ts';
import { PROVIDER_WITHDREW, revokedBy } from '../../core/domain/revoked-access.ts';
import { tenantHypervisorView } from '../../core/domain/views.ts';
import { createTenantOfCaller } from '../../core/steps/api/tenant-of-caller.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { onTenantEndpoints } from './on-tenant.ts';
import type { OnTenant, OnTenantDeps } from './on-tenant-context.ts';
import { openApiOf } from './openapi.ts';
import { createRouter, type ReportError } from './router.ts';

/**
 * While the access to its account is revoked, perhaps because others have got hold of it, a tenant only looks: nobody who
 * signs as the tenant removes backups or changes what is kept.
 */
const whileAccessIsThere = ({ route, segments, handle }: Endpoint<OnTenant>): Endpoint<OnTenant> => ({
  route,
  segments,
  async handle(context, request) {
    const { revoked } = context.tenant;
    if (revoked && route.method !== 'GET')
      throw new NotAllowed(`${revokedBy(revoked)}.`, { tenantMessage: PROVIDER_WITHDREW });
    return handle(context, request);
  },
});

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
      ...onTenantEndpoints(tenantRoutes, deps).map(whileAccessIsThere),
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
