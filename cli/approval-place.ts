/** Whose approvals a command is about: one's own account's, a tenant's, or (approvers) everybody's. */
import { Option } from 'commander';
import { approverRoutes } from '../core/contracts/api.ts';
import { onTenant } from './context.ts';

export interface ApprovalPlace {
  readonly tenant?: string;
  readonly approver?: boolean;
}

export const approverOption = (): Option =>
  new Option('--approver', 'approvers: of all tenants, with the role of approvers').conflicts('tenant');

export const listApprovals = ({ tenant, approver }: ApprovalPlace) =>
  approver ? { route: approverRoutes.listApprovals, params: {} } : onTenant('listApprovals', tenant);

export const getApproval = ({ tenant, approver }: ApprovalPlace) =>
  approver ? { route: approverRoutes.getApproval, params: {} } : onTenant('getApproval', tenant);

/** For the help of each. */
export const HOW_TO_SIGN = `Approvers sign with the role holdfast-<stage>-approver, assumed under their own user name:
  [profile approver]
  role_arn = arn:aws:iam::<account>:role/holdfast-<stage>-approver
  role_session_name = <your user name>`;
