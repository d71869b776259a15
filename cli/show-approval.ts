import type { ApprovalView, TenantApprovalView } from '../core/contracts/approvals.ts';
import type { Screen } from './screen.ts';
import { time } from './units.ts';

type Hidden = 'requestedBy' | 'decidedBy' | 'resumedBy' | 'request' | 'requestHash' | 'tenantRevokedAt';
type Shown = TenantApprovalView & Partial<Pick<ApprovalView, Hidden>>;

const byWhom = ({ askedBy, requestedBy }: Shown): string =>
  requestedBy ?? (askedBy === 'tenant' ? 'your account' : 'your provider');

/** What would be done, who asked, until when; and what became of it. */
export const showApproval = (screen: Screen, approval: Shown): void => {
  const { what, error, requestedAt, expiresAt, decidedAt, endedAt, tenantRevokedAt } = approval;
  for (const each of what) screen.line(screen.colors.bold(each));
  screen.fields([
    ['approval', approval.approvalId],
    ['state', approval.state === 'approved' ? 'approved, but not done yet: it goes on by itself' : approval.state],
    ['operation', approval.operation],
    ['about', approval.subject],
    ['tenant', approval.tenantId],
    ['asked by', byWhom(approval)],
    ['asked', time(requestedAt)],
    ['expires', approval.state === 'waiting' ? time(expiresAt) : undefined],
    ['decided by', approval.decidedBy],
    ['decided', decidedAt && time(decidedAt)],
    ['resumed by', approval.resumedBy],
    ['access to it', tenantRevokedAt && `revoked since ${time(tenantRevokedAt)}`],
    ['done', approval.result],
    ['ended', endedAt && time(endedAt)],
    ['reason', approval.reason],
    ['not done', error && `${error.name}: ${error.message}`],
    ['request', approval.request],
    ['request hash', approval.requestHash],
  ]);
};

export const showApprovals = (screen: Screen, approvals: readonly Shown[]): void =>
  screen.table(
    ['approval', 'state', 'operation', 'about', 'tenant', 'asked by', 'asked', 'expires'],
    approvals.map((each) => [
      each.approvalId,
      each.state,
      each.operation,
      each.subject,
      each.tenantId,
      byWhom(each),
      time(each.requestedAt),
      each.state === 'waiting' ? time(each.expiresAt) : '',
    ]),
  );
