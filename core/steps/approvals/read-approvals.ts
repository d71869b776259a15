import type { ApprovalState } from '../../contracts/approvals.ts';
import type { ApprovalId, HypervisorId } from '../../contracts/ids.ts';
import { type Approval, stateOf } from '../../domain/approval.ts';
import type { Approvals } from '../../ports/approvals.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Page, PageRequest } from '../../ports/page.ts';
import { filledPage } from '../api/filled-page.ts';
import { notFound } from '../api/not-found.ts';

interface Deps {
  readonly catalog: { readonly approvals: Approvals };
  readonly clock: Clock;
}

/** Newest first; of one tenant, or (approvers) of all. */
export const createListApprovals =
  ({ catalog, clock }: Deps) =>
  (tenantId: HypervisorId | undefined, state: ApprovalState | undefined, page: PageRequest): Promise<Page<Approval>> =>
    filledPage(
      (request) => catalog.approvals.list(tenantId, request),
      page,
      (approval) => state === undefined || stateOf(approval, clock.now()) === state,
    );

/** Errors: NotFound. */
export const createGetApproval =
  ({ catalog }: Pick<Deps, 'catalog'>) =>
  async (tenantId: HypervisorId | undefined, id: ApprovalId): Promise<Approval> => {
    const approval = await catalog.approvals.get(id, tenantId);
    if (!approval) throw notFound('approval', 'approvalId');
    return approval;
  };
