/** Approvals as each kind of user is shown them: an approver those of all tenants, others those of one. */
import { approverRoutes } from '../../../core/contracts/api.ts';
import type { ApprovalView } from '../../../core/contracts/approvals.ts';
import type { Who } from '../../ask-who.ts';
import { onTenant } from '../../on-tenant.ts';
import { texts } from '../../texts.ts';

export const listRoute = (kind: Who['kind'], tenant: string | undefined) =>
  kind === 'approver' ? { route: approverRoutes.listApprovals, on: {} } : onTenant('listApprovals', tenant);

export const getRoute = (kind: Who['kind'], tenant: string | undefined) =>
  kind === 'approver' ? { route: approverRoutes.getApproval, on: {} } : onTenant('getApproval', tenant);

/** A tenant is shown no names, and none of what only approvers need. */
export type Shown = Omit<ApprovalView, 'requestedBy' | 'request' | 'requestHash'> &
  Partial<Pick<ApprovalView, 'requestedBy' | 'request' | 'requestHash'>>;

/** `arn:aws:iam::111111111111:user/eve` → `eve (111111111111)`; what is no ARN is shown as it is. */
export const personWords = (arn: string): string => {
  const [, , , , account, ...rest] = arn.split(':');
  const name = rest.join(':').split('/').at(-1);
  return account && name ? `${name} (${account})` : arn;
};

export const askedByWords = ({ requestedBy, askedBy }: Shown): string =>
  requestedBy === undefined
    ? askedBy === 'tenant'
      ? texts.approval.byTenant
      : texts.approval.byProvider
    : personWords(requestedBy);
