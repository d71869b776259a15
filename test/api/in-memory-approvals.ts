import type { Approval } from '../../core/domain/approval.ts';
import type { Approvals } from '../../core/ports/approvals.ts';
import { changed, pageOf, type Records } from './in-memory-records.ts';

export const createInMemoryApprovals = ({ approvals }: Records): Approvals => ({
  async add(approval) {
    if (approvals.has(approval.approvalId)) return false;
    approvals.set(approval.approvalId, approval);
    return true;
  },
  async get(approvalId, tenantId) {
    const approval = approvals.get(approvalId);
    return tenantId === undefined || approval?.tenantId === tenantId ? approval : undefined;
  },
  list: async (tenantId, page) =>
    pageOf(
      [...approvals.values()]
        .filter((each) => tenantId === undefined || each.tenantId === tenantId)
        .sort((a, b) => b.requestedAt - a.requestedAt || (b.approvalId < a.approvalId ? -1 : 1)),
      page,
    ),
  async update({ approvalId, revision }, change) {
    const there = approvals.get(approvalId);
    if (there?.revision !== revision) return undefined;
    const next = changed<Approval>(there, { ...change, revision: revision + 1 });
    approvals.set(approvalId, next);
    return next;
  },
});
