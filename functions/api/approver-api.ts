import { approverRoutes } from '../../core/contracts/api.ts';
import { isApprover } from '../../core/domain/approval.ts';
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
  const now = (): number => deps.clock.now();
  return createRouter<Caller>({
    endpoints: [
      endpoint(approverRoutes.listApprovals, async (_: Caller, { query }) => {
        const { items, next } = await list(undefined, query.state, pageOf(query));
        return { items: items.map((each) => approvalView(each, now())), ...(next === undefined ? {} : { next }) };
      }),
      endpoint(approverRoutes.getApproval, async (_: Caller, { params }) =>
        approvalView(await get(undefined, params.approvalId), now()),
      ),
      endpoint(approverRoutes.approve, async ({ arn }: Caller, { params, body }) =>
        approvalView(await approve(arn, params.approvalId, body.requestHash), now()),
      ),
      endpoint(approverRoutes.reject, async ({ arn }: Caller, { params, body }) =>
        approvalView(await reject(arn, params.approvalId, body.reason), now()),
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
