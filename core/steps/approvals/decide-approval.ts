/** The second person's part. */
import type { AuditAnchor } from '../../contracts/audit.ts';
import type { ApprovalId } from '../../contracts/ids.ts';
import { type Approval, personOf, stateOf } from '../../domain/approval.ts';
import { Conflict, NotAllowed } from '../../domain/errors.ts';
import { notFound } from '../api/not-found.ts';
import { type CarryOutDeps, createCarryOut } from './carry-out.ts';

export type DecideDeps = CarryOutDeps;

const tooLate = (approval: Approval, now: number): Conflict =>
  new Conflict(`This request is ${stateOf(approval, now)}: there is nothing to decide.`, {
    field: 'approvalId',
    remedy: 'If it is still wanted, it has to be asked for again.',
  });

const getApproval = async ({ catalog }: Pick<DecideDeps, 'catalog'>, id: ApprovalId): Promise<Approval> => {
  const approval = await catalog.approvals.get(id);
  if (!approval) throw notFound('approval', 'approvalId');
  return approval;
};

/**
 * Approves, and performs exactly the request that was kept, if what it changes is as it was. Whoever approves is another
 * person than who asked, and names the hash of the request that they have seen. If that is interrupted it goes on
 * by itself (resume-approvals.ts), or when it is approved again; what was done by then is not done twice.
 * Errors: NotFound, NotAllowed (one's own request), Conflict (decided, expired, another request, under way), TransientFailure.
 */
export const createApprove = (deps: DecideDeps) => {
  const { clock, sha256 } = deps;
  const carryOut = createCarryOut(deps);

  return async (approver: string, id: ApprovalId, requestHash: string, audited?: AuditAnchor): Promise<Approval> => {
    const seen = await getApproval(deps, id);
    if (personOf(approver) === personOf(seen.requestedBy)) {
      throw new NotAllowed('Who asked for it cannot approve it.', { remedy: 'Have another person approve it.' });
    }
    if (requestHash !== seen.requestHash || sha256(seen.request) !== requestHash) {
      throw new Conflict('This is not the request that you have looked at.', {
        field: 'requestHash',
        remedy: 'Look at it again, and give the requestHash that it has.',
      });
    }
    // the answer to it may have been lost: asked again by the same person, it is told how it went
    if (seen.endedAt !== undefined && seen.state !== 'rejected' && [seen.decidedBy, seen.resumedBy].includes(approver))
      return seen;
    const state = stateOf(seen, clock.now());
    if (state !== 'waiting' && state !== 'approved') throw tooLate(seen, clock.now());
    return (await carryOut(seen, approver, audited)) ?? getApproval(deps, id);
  };
};

/** Asked again, by the same person for the same reason, it is told so. Errors: NotFound, Conflict (it was decided, or has expired). */
export const createReject =
  ({ catalog, clock }: Pick<DecideDeps, 'catalog' | 'clock'>) =>
  async (approver: string, id: ApprovalId, reason: string): Promise<Approval> => {
    const seen = await getApproval({ catalog }, id);
    const now = clock.now();
    if (seen.state === 'rejected' && seen.decidedBy === approver && seen.reason === reason) return seen;
    if (stateOf(seen, now) !== 'waiting') throw tooLate(seen, now);
    const rejected = await catalog.approvals.update(seen, {
      state: 'rejected',
      decidedBy: approver,
      decidedAt: now,
      endedAt: now,
      reason,
    });
    if (rejected) return rejected;
    throw new Conflict('Somebody else has just decided on it.', { remedy: 'Look at it again.' });
  };
