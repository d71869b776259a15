import type { ApprovalView, TenantApprovalView } from '../../core/contracts/approvals.ts';
import { APPROVAL, AT, INSTANCE, POINT, TENANT } from './sample-ids.ts';

/** As a tenant's. */
export const tenantApprovalView: TenantApprovalView = {
  approvalId: APPROVAL,
  state: 'waiting',
  operation: 'delete-recovery-point',
  tenantId: TENANT,
  subject: POINT,
  what: [`Delete the streaming recovery point ${POINT} of shop (${INSTANCE}), taken 2026-01-01 00:00 UTC.`],
  askedBy: 'tenant',
  requestedAt: AT,
  expiresAt: '2026-01-04T00:00:00.000Z',
};

export const approvalView: ApprovalView = {
  ...tenantApprovalView,
  requestedBy: 'arn:aws:iam::111111111111:user/someone',
  request: '{"operation":"delete-recovery-point"}',
  requestHash: '5'.repeat(64),
};
