import type { AuditAnchor } from '../../contracts/audit.ts';
import { type Approval, type AskedRequest, isApprover, personOf } from '../../domain/approval.ts';
import { Conflict, HoldfastError, NotAllowed, NotFound, RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { jobError } from '../../domain/job-error.ts';
import type { Audience } from '../../domain/problems.ts';
import { PROVIDER_WITHDREW } from '../../domain/revoked-access.ts';
import type { Sha256 } from '../../ports/control.ts';
import { notFound } from '../api/not-found.ts';
import { createApprovedRemoval, type Removal } from './approved-removal.ts';
import { type AskApprovalDeps, basisHashOf } from './ask-approval.ts';
import { createFinishers } from './finish-operation.ts';
import { createPerformers, type PerformDeps } from './perform-operation.ts';
import { createLooks } from './protected-operations.ts';

export interface CarryOutDeps extends Omit<AskApprovalDeps, 'executions'>, PerformDeps {
  readonly catalog: AskApprovalDeps['catalog'] & PerformDeps['catalog'];
  readonly settings: PerformDeps['settings'] & { readonly stage: string };
}

/** The API's function is stopped after 29 s, the one that resumes after 50: what was begun longer ago is not under way any more. */
export const UNDER_WAY_MS = 60_000;

const changedMeanwhile = (): Conflict =>
  new Conflict('What it would change is not as it was when it was asked for.', {
    remedy: 'Look at it again, and ask for it again if it is still wanted.',
  });

const revokedMeanwhile = (): Conflict =>
  new Conflict('The access to the tenant’s account is revoked: what the tenant itself has asked for is not done.', {
    tenantMessage: PROVIDER_WITHDREW,
    remedy: 'Whoever wants it asks for it again, once the access is given back.',
  });

/** Only that which a person has looked at, and another one has asked for, is done: whatever a record says. */
const refuseForged = (sha256: Sha256, { request, requestHash, ...approval }: Approval): AskedRequest => {
  const asked = sha256(request) === requestHash ? (JSON.parse(request) as AskedRequest) : undefined;
  const { tenantId, operation, requestedBy } = approval;
  if (asked?.tenantId === tenantId && asked.operation === operation && asked.requestedBy === requestedBy) return asked;
  throw new NotAllowed('Its request is not the one that was kept.', { remedy: 'Find out who has changed the record.' });
};

const refuseOthers = (arn: string, { requestedBy }: Approval, place: CarryOutDeps['settings']): void => {
  if (!isApprover(arn, place)) throw new NotAllowed('Only approvers of this deployment may have this done.');
  if (personOf(arn) !== personOf(requestedBy)) return;
  throw new NotAllowed('Who asked for it cannot approve it.', { remedy: 'Have another person approve it.' });
};

const audienceOf = ({ askedBy }: Approval, { accountId, hypervisorId }: TenantHypervisor): Audience =>
  askedBy === 'tenant' ? { kind: 'tenant', accountId, hypervisorId } : { kind: 'operator' };

/**
 * Performs what was approved by `approver`: exactly the request that was kept, if what it changes is as it was. Begun again
 * after it was interrupted, it does only what is left. Answers undefined if somebody else has ended it meanwhile.
 * `audited`: the audit log's entry of that, where it has just been approved. What there was no time for stays `approved`.
 * Errors: Conflict (under way, decided by somebody else), NotAllowed (no approver, who asked, not the request that was
 * kept); TransientFailure and any that is no HoldfastError: interrupted.
 */
export const createCarryOut = (deps: CarryOutDeps) => {
  const { catalog, clock, sha256, settings } = deps;
  const looks = createLooks(deps);
  const performers = createPerformers(deps);
  const finishers = createFinishers(deps);
  const removeApproved = createApprovedRemoval(deps);

  const begin = async (seen: Approval, approver: string, audited: AuditAnchor | undefined): Promise<Approval> => {
    const now = clock.now();
    const { tries = 0, triedAt = 0 } = seen;
    if (seen.state === 'approved' && now < triedAt + UNDER_WAY_MS) {
      throw new Conflict('It was approved, and is just being done.', { remedy: 'Look at it in a minute.' });
    }
    const isFirst = seen.decidedBy === undefined || (audited !== undefined && seen.audited === undefined);
    const decision = isFirst
      ? { decidedBy: approver, decidedAt: now, ...(audited ? { audited } : {}) }
      : seen.decidedBy === approver
        ? {}
        : { resumedBy: approver };
    const begun = await catalog.approvals.update(seen, {
      state: 'approved',
      ...decision,
      tries: tries + 1,
      triedAt: now,
    });
    if (!begun) throw new Conflict('Somebody else has just decided on it.', { remedy: 'Look at it again.' });
    return begun;
  };

  /** Only what is left of it, if the try before has done it already and could not say so. */
  const perform = async (approval: Approval, request: AskedRequest): Promise<Removal | undefined> => {
    const again = (approval.tries ?? 1) > 1;
    const tenant = await catalog.hypervisors.get(approval.tenantId);
    if (tenant?.kind !== 'tenant') {
      if (again && approval.operation === 'remove-hypervisor') return undefined;
      throw notFound('tenant hypervisor');
    }
    if (approval.askedBy === 'tenant' && tenant.revoked) throw revokedMeanwhile();
    const { token } = { ...(request.body as { readonly token?: string } | null) };
    // what it has removed already is not due any more: it goes on with the rest
    if (again && approval.operation === 'run-retention') return removeApproved(tenant, approval, token ?? '');
    const audience = audienceOf(approval, tenant);
    const kept = { ...request, approvalId: approval.approvalId };
    const look = await looks[approval.operation](tenant, audience, request).catch((error: unknown) => {
      if (again && (error instanceof NotFound || error instanceof RecoveryPointUnavailable)) return undefined;
      throw error;
    });
    if (!look && again) {
      await finishers[approval.operation]?.(tenant, audience, kept);
      return undefined;
    }
    if (!look || basisHashOf(sha256, look.basis) !== approval.basisHash) throw changedMeanwhile();
    if (approval.operation === 'run-retention') return removeApproved(tenant, approval, token ?? '');
    await performers[approval.operation](tenant, audience, kept, look.basis);
    return undefined;
  };

  return async (seen: Approval, approver: string, audited?: AuditAnchor): Promise<Approval | undefined> => {
    const request = refuseForged(sha256, seen);
    refuseOthers(approver, seen, settings);
    const begun = await begin(seen, approver, audited);
    const end = (change: Pick<Approval, 'state'> & Partial<Approval>): Promise<Approval | undefined> =>
      catalog.approvals.update(begun, { ...change, endedAt: clock.now() });
    let removal: Removal | undefined;
    try {
      removal = await perform(begun, request);
    } catch (error) {
      // Refused now, it is void. What is only interrupted goes on later.
      if (!(error instanceof HoldfastError) || error.status >= 500) {
        await catalog.approvals.update(begun, { triedAt: 0 });
        throw error;
      }
      return end({ state: 'failed', error: jobError(error.name, error.message, error.tenantMessage) });
    }
    const { isLeft, result } = removal ?? {};
    if (isLeft) return catalog.approvals.update(begun, { triedAt: 0, result });
    return end({ state: 'done', ...(result === undefined ? {} : { result }) });
  };
};
