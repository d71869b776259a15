import type { ApprovalView, TenantApprovalView } from '../contracts/approvals.ts';
import { type Approval, stateOf } from './approval.ts';
import type { Revocation } from './hypervisor.ts';
import type { Audience } from './problems.ts';
import { remedyFor } from './remedies.ts';
import { tenantErrorName, tenantMessageOf, withoutServiceSide } from './tenant-words.ts';
import { defined, time } from './view-fields.ts';

const shared = (approval: Approval, now: number) => ({
  approvalId: approval.approvalId,
  state: stateOf(approval, now),
  operation: approval.operation,
  tenantId: approval.tenantId,
  subject: approval.subject,
  what: [...approval.what],
  askedBy: approval.askedBy,
  requestedAt: time(approval.requestedAt),
  expiresAt: time(approval.expiresAt),
  ...defined({
    decidedAt: approval.decidedAt === undefined ? undefined : time(approval.decidedAt),
    reason: approval.reason,
    result: approval.result,
    endedAt: approval.endedAt === undefined ? undefined : time(approval.endedAt),
  }),
});

/** For operators and approvers; `revoked`: of its tenant, where that was looked at. */
export const approvalView = (approval: Approval, now: number, revoked?: Revocation): ApprovalView => {
  const { requestedBy, request, requestHash, decidedBy, resumedBy, error } = approval;
  return {
    ...shared(approval, now),
    requestedBy,
    request,
    requestHash,
    ...defined({
      decidedBy,
      resumedBy,
      tenantRevokedAt: revoked && time(revoked.at),
      error: error && {
        name: error.name,
        message: error.message,
        ...defined({ remedy: remedyFor(error.name, 'operator') }),
      },
    }),
  };
};

type Tenant = Extract<Audience, { kind: 'tenant' }>;

export const tenantApprovalView = (approval: Approval, tenant: Tenant, now: number): TenantApprovalView => {
  const { what, reason, ...view } = shared(approval, now);
  const { error } = approval;
  return {
    ...view,
    what: what.map((each) => withoutServiceSide(each, tenant)),
    ...defined({
      reason: reason === undefined ? undefined : withoutServiceSide(reason, tenant),
      error: error && {
        name: tenantErrorName(error.name),
        message: tenantMessageOf(error, tenant),
        ...defined({ remedy: remedyFor(error.name, 'tenant') }),
      },
    }),
  };
};

export const approvalViewFor = (approval: Approval, audience: Audience, now: number) =>
  audience.kind === 'tenant' ? tenantApprovalView(approval, audience, now) : approvalView(approval, now);
