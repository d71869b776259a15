import type { ProtectedOperation } from '../../contracts/approvals.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import { type Approval, type AskedRequest, stateOf, WAITS_FOR_MS } from '../../domain/approval.ts';
import { canonicalJson } from '../../domain/audit-chain.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Audience } from '../../domain/problems.ts';
import type { Approvals } from '../../ports/approvals.ts';
import type { Ids } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';
import { everyItem } from '../../ports/every-item.ts';
import { createLooks, type LookDeps } from './protected-operations.ts';

export interface AskApprovalDeps extends Omit<LookDeps, 'catalog'> {
  readonly catalog: LookDeps['catalog'] & { readonly approvals: Approvals };
  readonly ids: Ids;
}

/** Of one tenant: more than anybody looks through. */
const MOST_WAITING = 100;

/** Whatever the order in which a record's fields come back. */
export const basisHashOf = (sha256: Sha256, basis: unknown): string => sha256(canonicalJson(basis));

/**
 * Under two-person approval, a request that takes protection away is kept, and does nothing until a second person has
 * approved it. Asked again while it waits, it is the same. Answers undefined where nobody has to be asked: then it is done.
 * Errors: as of the request itself; Conflict (too many wait).
 */
export const createAskApproval = (deps: AskApprovalDeps) => {
  const { catalog, clock, ids, sha256 } = deps;
  const looks = createLooks(deps);

  /** There may be any number of newer ones on which somebody has decided. */
  const waitingOf = async (tenantId: HypervisorId, now: number): Promise<readonly Approval[]> => {
    const waiting: Approval[] = [];
    for await (const each of everyItem((page) => catalog.approvals.list(tenantId, page))) {
      if (each.requestedAt < now - WAITS_FOR_MS) break;
      if (stateOf(each, now) === 'waiting') waiting.push(each);
    }
    return waiting;
  };

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
    const waiting = await waitingOf(tenantId, now);
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
      ...(look.removes ? { removes: look.removes } : {}),
      state: 'waiting',
      revision: 1,
    };
    await catalog.approvals.add(approval);
    return approval;
  };
};
