/** Two-person approval: what waits for a second person, and what that person sends. */
import { z } from 'zod';
import { ApprovalId, HypervisorId, PlainText } from './ids.ts';
import { JobErrorView } from './job-views.ts';

/** Requests that take protection away. Under `two-person` each of them waits for a second person. */
export const ProtectedOperation = z.enum([
  'delete-recovery-point',
  'run-retention',
  'shorten-retention',
  'remove-plan',
  'release-legal-hold',
  'unbind',
  'rebind',
  'change-library',
  'remove-hypervisor',
  'switch-off-approvals',
]);
export type ProtectedOperation = z.infer<typeof ProtectedOperation>;

/**
 * `approved`: by a second person, but not done yet (it was interrupted): it goes on by itself, or when approved again. `failed`: approved, and
 * refused when it was done, mostly because things had changed meanwhile; nothing waits any more.
 */
export const ApprovalState = z.enum(['waiting', 'approved', 'done', 'failed', 'rejected', 'expired']);
export type ApprovalState = z.infer<typeof ApprovalState>;

const Time = z.iso.datetime();

export const ApprovalView = z.strictObject({
  approvalId: ApprovalId,
  state: ApprovalState,
  operation: ProtectedOperation,
  tenantId: HypervisorId,
  /** Id of what it is about. */
  subject: z.string(),
  /** What would be done, in sentences. */
  what: z.array(z.string()),
  askedBy: z.enum(['operator', 'tenant']),
  /** ARN of the principal that asked: another person has to approve. */
  requestedBy: z.string(),
  requestedAt: Time,
  expiresAt: Time,
  /** The request that would be performed, as JSON, and the SHA-256 of that text. */
  request: z.string(),
  requestHash: z.string(),
  /** Of who approved or rejected it. */
  decidedBy: z.string().optional(),
  decidedAt: Time.optional(),
  /** Another approver, who sent it again after it was interrupted. */
  resumedBy: z.string().optional(),
  /** What was done. */
  result: z.string().optional(),
  /** The access to the tenant's account is revoked: what the tenant has asked for is not done. */
  tenantRevokedAt: Time.optional(),
  /** Why it was rejected. */
  reason: z.string().optional(),
  endedAt: Time.optional(),
  /** Why it was not done although it was approved. */
  error: JobErrorView.optional(),
});
export type ApprovalView = z.infer<typeof ApprovalView>;

/** What a tenant sees of one about its hypervisor: who acts for its provider is the provider's business (A5). */
export const TenantApprovalView = ApprovalView.omit({
  requestedBy: true,
  decidedBy: true,
  resumedBy: true,
  tenantRevokedAt: true,
  request: true,
  // of a text whose only unknown may be who asked: guesses could be held against it
  requestHash: true,
});
export type TenantApprovalView = z.infer<typeof TenantApprovalView>;

/** Whoever approves says what they have looked at. */
export const Approve = z.strictObject({
  requestHash: z.string().regex(/^[0-9a-f]{64}$/, 'must be the requestHash of the approval: 64 hex digits'),
});
export type Approve = z.infer<typeof Approve>;

export const Reject = z.strictObject({ reason: PlainText.min(1).max(1_024) });
export type Reject = z.infer<typeof Reject>;

/** Of a tenant hypervisor. Switching `two-person` off is itself a change that waits for a second person. */
export const SetProtection = z.strictObject({ approvals: z.enum(['off', 'two-person']) });
export type SetProtection = z.infer<typeof SetProtection>;
