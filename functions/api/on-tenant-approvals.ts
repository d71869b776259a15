import type { OnTenantRoutes } from '../../core/contracts/api.ts';
import { approvalViewFor } from '../../core/domain/approval-views.ts';
import { createGetApproval, createListApprovals } from '../../core/steps/approvals/read-approvals.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { type OnTenant, type OnTenantDeps, pageOf } from './on-tenant-context.ts';

/** What waits for a second person, of one tenant. Deciding is the approvers' (approver-api.ts). */
export const approvalReadEndpoints = (routes: OnTenantRoutes, deps: OnTenantDeps): readonly Endpoint<OnTenant>[] => {
  const list = createListApprovals(deps);
  const get = createGetApproval(deps);
  return [
    endpoint(routes.listApprovals, async ({ tenant, audience }: OnTenant, { query }) => {
      const { items, next } = await list(tenant.hypervisorId, query.state, pageOf(query));
      const views = items.map((each) => approvalViewFor(each, audience, deps.clock.now()));
      return { items: views, ...(next === undefined ? {} : { next }) };
    }),
    endpoint(routes.getApproval, async ({ tenant, audience }: OnTenant, { params }) =>
      approvalViewFor(await get(tenant.hypervisorId, params.approvalId), audience, deps.clock.now()),
    ),
  ];
};
