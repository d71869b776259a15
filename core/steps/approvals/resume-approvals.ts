import { type Approval, WAITS_FOR_MS } from '../../domain/approval.ts';
import { Conflict } from '../../domain/errors.ts';
import type { AuditLog } from '../../ports/audit.ts';
import { everyItem } from '../../ports/every-item.ts';
import { type ApprovedInTheLogDeps, createApprovedInTheLog } from './approved-in-the-log.ts';
import { type CarryOutDeps, createCarryOut, UNDER_WAY_MS } from './carry-out.ts';

export interface ResumeApprovalsDeps extends CarryOutDeps, ApprovedInTheLogDeps {
  readonly audit: AuditLog;
}

export interface ResumeApprovalsOutcome {
  /** Approvals that have ended now: what was approved is done, or was refused. */
  readonly ended: number;
  /** What did not work, in sentences: the next run tries again, as long as it may. */
  readonly problems: readonly string[];
}

/** After these it needs a person again: who approved it can send that once more. */
const MOST_TRIES = 50;
/** Approved it was within three days of being asked for; for so long after that it is looked for. */
const LOOKED_FOR_MS = WAITS_FOR_MS + 7 * 86_400_000;
/** Of the function's minute. What is left over comes with the next run. */
const BUDGET_MS = 25_000;

/**
 * Approved requests whose function ended before they were done are carried out, in the name of who approved them, and
 * each once however often this is run. Noted in the audit log before it is done, else it is not done.
 */
export const createResumeApprovals = (deps: ResumeApprovalsDeps) => {
  const { catalog, clock, audit } = deps;
  const carryOut = createCarryOut(deps);
  const refuseWithoutEntry = createApprovedInTheLog(deps);

  const isLeft = ({ state, triedAt = 0 }: Approval, now: number): boolean =>
    state === 'approved' && now >= triedAt + UNDER_WAY_MS;

  const note = (approval: Approval, outcome: string) => ({
    who: { kind: 'system', principal: 'resume-approvals' } as const,
    what: {
      operation: `approved: ${approval.operation}`,
      tenantId: approval.tenantId,
      subjects: [approval.approvalId],
      detail: `try ${(approval.tries ?? 0) + 1}, approved by ${approval.decidedBy}`.slice(0, 1_024),
    },
    from: {},
    allowed: true,
    outcome,
    requestId: `resume-${approval.approvalId}`,
  });

  return async (): Promise<ResumeApprovalsOutcome> => {
    const until = clock.now() + BUDGET_MS;
    const problems: string[] = [];
    let ended = 0;
    const left: Approval[] = [];
    for await (const each of everyItem((page) => catalog.approvals.list(undefined, page))) {
      if (each.requestedAt < clock.now() - LOOKED_FOR_MS) break;
      if (isLeft(each, clock.now())) left.push(each);
    }
    for (const approval of left) {
      if (clock.now() >= until) {
        problems.push('there was no time left for all of them');
        break;
      }
      if ((approval.tries ?? 0) >= MOST_TRIES) {
        problems.push(
          `${approval.approvalId}: approved, and not done in ${MOST_TRIES} tries: an approver has to approve it again`,
        );
        continue;
      }
      try {
        await refuseWithoutEntry(approval);
        await audit.append(note(approval, 'Asked'));
        const over = await carryOut(approval, approval.decidedBy ?? '');
        // there was no time for all of it: the next run goes on
        if (over?.state !== 'done' && over?.state !== 'failed') continue;
        ended += 1;
        await audit.note(note(approval, over.state === 'done' ? 'Done' : (over.error?.name ?? 'Failed')));
      } catch (error) {
        // somebody approves it again at this moment
        if (error instanceof Conflict) continue;
        problems.push(`${approval.approvalId}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return { ended, problems };
  };
};
