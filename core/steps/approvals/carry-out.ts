import type { Approval, AskedRequest } from '../../domain/approval.ts';
import { Conflict, HoldfastError, NotFound, RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { jobError } from '../../domain/job-error.ts';
import type { Audience } from '../../domain/problems.ts';
import { notFound } from '../api/not-found.ts';
import { type AskApprovalDeps, basisHashOf } from './ask-approval.ts';
import { createFinishers } from './finish-operation.ts';
import { createPerformers, type PerformDeps } from './perform-operation.ts';
import { createLooks } from './protected-operations.ts';

export interface CarryOutDeps extends Omit<AskApprovalDeps, 'executions'>, PerformDeps {
  readonly catalog: AskApprovalDeps['catalog'] & PerformDeps['catalog'];
}

/** The API's function is stopped after 29 s, the one that resumes after 50: what was begun longer ago is not under way any more. */
export const UNDER_WAY_MS = 60_000;

const changedMeanwhile = (): Conflict =>
  new Conflict('What it would change is not as it was when it was asked for.', {
    remedy: 'Look at it again, and ask for it again if it is still wanted.',
  });

const audienceOf = ({ askedBy }: Approval, { accountId, hypervisorId }: TenantHypervisor): Audience =>
  askedBy === 'tenant' ? { kind: 'tenant', accountId, hypervisorId } : { kind: 'operator' };

/**
 * Performs what was approved by `approver`: exactly the request that was kept, if what it changes is as it was. Begun again
 * after it was interrupted, it does only what is left. Answers undefined if somebody else has ended it meanwhile.
 * Errors: Conflict (under way, decided by somebody else); TransientFailure and any that is no HoldfastError: interrupted.
 */
export const createCarryOut = (deps: CarryOutDeps) => {
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

  return async (seen: Approval, approver: string): Promise<Approval | undefined> => {
    const begun = await begin(seen, approver);
    const end = (change: Pick<Approval, 'state'> & Partial<Approval>): Promise<Approval | undefined> =>
      catalog.approvals.update(begun, { ...change, endedAt: clock.now() });
    try {
      await perform(begun);
    } catch (error) {
      // Refused now, it is void. What is only interrupted goes on later.
      if (!(error instanceof HoldfastError) || error.status >= 500) {
        await catalog.approvals.update(begun, { triedAt: 0 });
        throw error;
      }
      return end({ state: 'failed', error: jobError(error.name, error.message, error.tenantMessage) });
    }
    return end({ state: 'done' });
  };
};
