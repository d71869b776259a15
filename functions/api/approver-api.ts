import { approverRoutes } from '../../core/contracts/api.ts';
import type { ApprovalView } from '../../core/contracts/approvals.ts';
import { type Approval, isApprover } from '../../core/domain/approval.ts';
import { approvalView } from '../../core/domain/approval-views.ts';
import { NotAllowed } from '../../core/domain/errors.ts';
import { createApprove, createReject, type DecideDeps } from '../../core/steps/approvals/decide-approval.ts';
import { createGetApproval, createListApprovals } from '../../core/steps/approvals/read-approvals.ts';
import type { RequestAuditDeps } from './audit-requests.ts';
import { endpoint } from './endpoint.ts';
import { pageOf } from './on-tenant-context.ts';
import { type Caller, createRouter, type ReportError } from './router.ts';

export interface ApproverApiDeps extends DecideDeps, RequestAuditDeps {
  readonly settings: DecideDeps['settings'] & { readonly stage: string };
  readonly reportError: ReportError;
}

/** What approvers call: a role of their own, whose only routes these are. */
export const createApproverApi = (deps: ApproverApiDeps) => {
  const list = createListApprovals(deps);
  const get = createGetApproval(deps);
  const approve = createApprove(deps);
  const reject = createReject(deps);
  const shown = async (approvals: readonly Approval[]): Promise<ApprovalView[]> => {
    const ids = [...new Set(approvals.map(({ tenantId }) => tenantId))];
    const tenants = await Promise.all(ids.map((id) => deps.catalog.hypervisors.get(id)));
    const revoked = new Map(
      tenants.map((each) => [each?.hypervisorId, each?.kind === 'tenant' ? each.revoked : undefined]),
    );
    return approvals.map((each) => approvalView(each, deps.clock.now(), revoked.get(each.tenantId)));
  };
  const one = async (approval: Approval): Promise<ApprovalView> => (await shown([approval]))[0] as ApprovalView;
  return createRouter<Caller>({
    endpoints: [
      endpoint(approverRoutes.listApprovals, async (_: Caller, { query }) => {
        const { items, next } = await list(undefined, query.state, pageOf(query));
        return { items: await shown(items), ...(next === undefined ? {} : { next }) };
      }),
      endpoint(approverRoutes.getApproval, async (_: Caller, { params }) =>
        one(await get(undefined, params.approvalId)),
      ),
      endpoint(approverRoutes.approve, async ({ arn }: Caller, { params, body, audited }) =>
        one(await approve(arn, params.approvalId, body.requestHash, audited)),
      ),
      endpoint(approverRoutes.reject, async ({ arn }: Caller, { params, body }) =>
        one(await reject(arn, params.approvalId, body.reason)),
      ),
    ],
    admit: async (caller) => {
      if (isApprover(caller.arn, deps.settings)) return { context: caller, audience: { kind: 'operator' } };
      throw new NotAllowed('Only approvers of this deployment may do this.', {
        remedy: `Assume the role holdfast-${deps.settings.stage}-approver, under your own user name.`,
      });
    },
    audit: deps.audit,
    clock: deps.clock,
    sha256: deps.sha256,
    reportError: deps.reportError,
  });
};
