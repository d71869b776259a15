import type { ProtectedOperation } from '../../contracts/approvals.ts';
import { type Approval, type AskedRequest, stateOf, WAITS_FOR_MS } from '../../domain/approval.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Audience } from '../../domain/problems.ts';
import type { Approvals } from '../../ports/approvals.ts';
import type { Ids } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';
import { createLooks, type LookDeps } from './protected-operations.ts';

export interface AskApprovalDeps extends Omit<LookDeps, 'catalog'> {
  readonly catalog: LookDeps['catalog'] & { readonly approvals: Approvals };
  readonly ids: Ids;
}

/** Of one tenant: more than anybody looks through. */
const MOST_WAITING = 100;

export const basisHashOf = (sha256: Sha256, basis: unknown): string => sha256(JSON.stringify(basis));

/**
 * Under two-person approval, a request that takes protection away is kept, and does nothing until a second person has
 * approved it. Asked again while it waits, it is the same. Answers undefined where nobody has to be asked: then it is done.
 * Errors: as of the request itself; Conflict (too many wait).
 */
export const createAskApproval = (deps: AskApprovalDeps) => {
  const { catalog, clock, ids, sha256 } = deps;
  const looks = createLooks(deps);
  return async (
    tenant: TenantHypervisor,
    audience: Audience,
    requestedBy: string,
    operation: ProtectedOperation,
    { params, query, body }: Pick<AskedRequest, 'params' | 'query' | 'body'>,
  ): Promise<Approval | undefined> => {
    if (tenant.approvals !== 'two-person') return undefined;
    const tenantId = tenant.hypervisorId;
    const look = await looks[operation](tenant, audience, { params, query, body });
    if (!look) return undefined;
    const asked: AskedRequest = { tenantId, operation, requestedBy, params, query, body: body ?? null };
    const request = JSON.stringify(asked);
    const [requestHash, basisHash] = [sha256(request), basisHashOf(sha256, look.basis)];
    const now = clock.now();
    const newest = await catalog.approvals.list(tenantId, { limit: MOST_WAITING });
    const waiting = newest.items.filter((each) => stateOf(each, now) === 'waiting');
    const same = waiting.find((each) => each.requestHash === requestHash && each.basisHash === basisHash);
    if (same) return same;
    if (waiting.length >= MOST_WAITING) {
      throw new Conflict(`${MOST_WAITING} requests about this hypervisor wait for approval already.`, {
        remedy: 'Have them approved or rejected first.',
      });
    }
    const approval: Approval = {
      approvalId: `apr-${ids.uuid()}`,
      tenantId,
      operation,
      subject: look.subject,
      what: look.what,
      askedBy: audience.kind,
      requestedBy,
      requestedAt: now,
      expiresAt: now + WAITS_FOR_MS,
      request,
      requestHash,
      basisHash,
      state: 'waiting',
      revision: 1,
    };
    await catalog.approvals.add(approval);
    return approval;
  };
};
