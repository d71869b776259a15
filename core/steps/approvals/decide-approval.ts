/** The second person's part. */
import type { ApprovalId } from '../../contracts/ids.ts';
import { type Approval, type AskedRequest, personOf, stateOf } from '../../domain/approval.ts';
import { Conflict, HoldfastError, NotAllowed, NotFound, RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { jobError } from '../../domain/job-error.ts';
import type { Audience } from '../../domain/problems.ts';
import { notFound } from '../api/not-found.ts';
import { type AskApprovalDeps, basisHashOf } from './ask-approval.ts';
import { createFinishers } from './finish-operation.ts';
import { createPerformers, type PerformDeps } from './perform-operation.ts';
import { createLooks } from './protected-operations.ts';

export interface DecideDeps extends Omit<AskApprovalDeps, 'executions'>, PerformDeps {
  readonly catalog: AskApprovalDeps['catalog'] & PerformDeps['catalog'];
}

/** A function is stopped after 29 s: what was begun longer ago is not under way any more. */
const UNDER_WAY_MS = 60_000;

const tooLate = (approval: Approval, now: number): Conflict =>
  new Conflict(`This request is ${stateOf(approval, now)}: there is nothing to decide.`, {
    field: 'approvalId',
    remedy: 'If it is still wanted, it has to be asked for again.',
  });

const changedMeanwhile = (): Conflict =>
  new Conflict('What it would change is not as it was when it was asked for.', {
    remedy: 'Look at it again, and ask for it again if it is still wanted.',
  });

const getApproval = async ({ catalog }: Pick<DecideDeps, 'catalog'>, id: ApprovalId): Promise<Approval> => {
  const approval = await catalog.approvals.get(id);
  if (!approval) throw notFound('approval', 'approvalId');
  return approval;
};

const audienceOf = ({ askedBy }: Approval, { accountId, hypervisorId }: TenantHypervisor): Audience =>
  askedBy === 'tenant' ? { kind: 'tenant', accountId, hypervisorId } : { kind: 'operator' };

/**
 * Approves, and performs exactly the request that was kept, if what it changes is as it was. Whoever approves is another
 * person than who asked, and names the hash of the request that they have seen. If that is interrupted it is approved
 * again; what was done by then is not done twice.
 * Errors: NotFound, NotAllowed (one's own request), Conflict (decided, expired, another request, under way), TransientFailure.
 */
export const createApprove = (deps: DecideDeps) => {
  const { catalog, clock, sha256 } = deps;
  const looks = createLooks(deps);
  const performers = createPerformers(deps);
  const finishers = createFinishers(deps);

  const begin = async (seen: Approval, approver: string): Promise<Approval> => {
    const now = clock.now();
    const { tries = 0, triedAt = 0 } = seen;
    if (seen.state === 'approved' && now < triedAt + UNDER_WAY_MS) {
      throw new Conflict('It was approved, and is just being done.', { remedy: 'Look at it in a minute.' });
    }
    const begun = await catalog.approvals.update(seen, {
      state: 'approved',
      decidedBy: approver,
      decidedAt: seen.decidedAt ?? now,
      tries: tries + 1,
      triedAt: now,
    });
    if (!begun) throw new Conflict('Somebody else has just decided on it.', { remedy: 'Look at it again.' });
    return begun;
  };

  /** Only what is left of it, if the try before has done it already and could not say so. */
  const perform = async (approval: Approval): Promise<void> => {
    const request = JSON.parse(approval.request) as AskedRequest;
    const again = (approval.tries ?? 1) > 1;
    const tenant = await catalog.hypervisors.get(approval.tenantId);
    if (tenant?.kind !== 'tenant') {
      if (again && approval.operation === 'remove-hypervisor') return;
      throw notFound('tenant hypervisor');
    }
    const audience = audienceOf(approval, tenant);
    const look = await looks[approval.operation](tenant, audience, request).catch((error: unknown) => {
      if (again && (error instanceof NotFound || error instanceof RecoveryPointUnavailable)) return undefined;
      throw error;
    });
    if (!look && again) {
      await finishers[approval.operation]?.(tenant, audience, request);
      return;
    }
    if (!look || basisHashOf(sha256, look.basis) !== approval.basisHash) throw changedMeanwhile();
    await performers[approval.operation](tenant, audience, request);
  };

  return async (approver: string, id: ApprovalId, requestHash: string): Promise<Approval> => {
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
    if (seen.endedAt !== undefined && seen.state !== 'rejected' && seen.decidedBy === approver) return seen;
    const state = stateOf(seen, clock.now());
    if (state !== 'waiting' && state !== 'approved') throw tooLate(seen, clock.now());
    const begun = await begin(seen, approver);
    const end = async (change: Pick<Approval, 'state'> & Partial<Approval>): Promise<Approval> =>
      (await catalog.approvals.update(begun, { ...change, endedAt: clock.now() })) ?? getApproval(deps, id);
    try {
      await perform(begun);
    } catch (error) {
      // Refused now, it is void. What is only interrupted may be approved again.
      if (!(error instanceof HoldfastError) || error.status >= 500) {
        await catalog.approvals.update(begun, { triedAt: 0 });
        throw error;
      }
      return end({ state: 'failed', error: jobError(error.name, error.message, error.tenantMessage) });
    }
    return end({ state: 'done' });
  };
};

/** Errors: NotFound, Conflict (it was decided, or has expired). */
export const createReject =
  ({ catalog, clock }: Pick<DecideDeps, 'catalog' | 'clock'>) =>
  async (approver: string, id: ApprovalId, reason: string): Promise<Approval> => {
    const seen = await getApproval({ catalog }, id);
    const now = clock.now();
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
