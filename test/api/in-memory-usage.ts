import { countOfCalls } from '../../core/domain/billed-calls.ts';
import type { ClaimCalls, ClaimOfOrder, Usage } from '../../core/ports/usage.ts';
import { pageOf, type Records } from './in-memory-records.ts';

const keyOf = ({ jobId, attempt, orderId, claim }: ClaimOfOrder): string => `${jobId} ${attempt} ${orderId} ${claim}`;

export const createInMemoryUsage = ({ claimCalls, monthsOfCalls, removedTenants }: Records): Usage => ({
  async note(claim) {
    const there = claimCalls.get(keyOf(claim));
    if (there && countOfCalls(there.calls) >= countOfCalls(claim.calls)) return there;
    const noted: ClaimCalls = { ...there, ...claim, month: there?.month ?? claim.month };
    claimCalls.set(keyOf(claim), noted);
    return noted;
  },
  get: async (claim) => claimCalls.get(keyOf(claim)),
  ofAttempt: async (jobId, attempt) =>
    [...claimCalls.values()].filter((each) => each.jobId === jobId && each.attempt === attempt),
  async noteAdded(claim, added) {
    const there = claimCalls.get(keyOf(claim));
    if (!there || (there.added && countOfCalls(there.added) >= countOfCalls(added))) return;
    claimCalls.set(keyOf(claim), { ...there, added });
  },
  month: async (tenantId, month) => monthsOfCalls.get(`${tenantId} ${month}`),
  months: async (tenantIds, month) => tenantIds.flatMap((id) => monthsOfCalls.get(`${id} ${month}`) ?? []),
  async replaceMonth(month, seen) {
    const key = `${month.tenantId} ${month.month}`;
    if (monthsOfCalls.get(key)?.version !== seen) return false;
    monthsOfCalls.set(key, month);
    return true;
  },
  noteRemoved: async (tenant) => void removedTenants.set(tenant.tenantId, tenant),
  removed: async (page) =>
    pageOf(
      [...removedTenants.values()].toSorted((a, b) => (a.tenantId < b.tenantId ? -1 : 1)),
      page,
    ),
  forgetRemoved: async (tenantId) => void removedTenants.delete(tenantId),
});
