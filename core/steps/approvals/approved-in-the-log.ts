import { AuditEntry } from '../../contracts/audit.ts';
import type { Approval } from '../../domain/approval.ts';
import { hashOfEntry } from '../../domain/audit-chain.ts';
import { approvedRequest } from '../../domain/audit-subjects.ts';
import { NotAllowed } from '../../domain/errors.ts';
import type { AuditEntries } from '../../ports/audit.ts';
import type { Sha256 } from '../../ports/control.ts';

export interface ApprovedInTheLogDeps {
  readonly auditEntries: Pick<AuditEntries, 'from'>;
  readonly sha256: Sha256;
}

/** As requests are recorded (functions/api/audit-requests.ts). */
const APPROVE = 'POST /approver/approvals/{approvalId}/approve';

/**
 * Whoever can write records could write that something was approved: it counts only if the audit log holds the approver's
 * own request, from before it was carried out. Errors: NotAllowed.
 */
export const createApprovedInTheLog =
  ({ auditEntries, sha256 }: ApprovedInTheLogDeps) =>
  async ({ approvalId, requestHash, decidedBy, audited }: Approval): Promise<void> => {
    const [stored] = audited ? await auditEntries.from(audited.seq, 1, 'forwards') : [];
    const entry = AuditEntry.safeParse(stored?.entry).data;
    const isIt =
      entry !== undefined &&
      entry.seq === audited?.seq &&
      entry.hash === audited.hash &&
      hashOfEntry(sha256, entry) === entry.hash &&
      entry.who.principal === decidedBy &&
      entry.what.operation === APPROVE &&
      entry.what.subjects.includes(approvalId) &&
      entry.what.detail === approvedRequest(requestHash) &&
      entry.allowed;
    if (isIt) return;
    throw new NotAllowed('Its record says that it was approved, and the audit log does not: it is not done.', {
      remedy: 'Find out who has written that record: nobody has approved it.',
    });
  };
