import { countOfCalls } from '../../core/domain/billed-calls.ts';
import type { ClaimCalls, ClaimOfOrder, MonthOfCalls, RemovedTenant, Usage } from '../../core/ports/usage.ts';
import { type Item, type Key, recordOf } from './dynamo-item.ts';
import { readPage } from './dynamo-pages.ts';
import type { Table } from './dynamo-table.ts';

const claims = (jobId: string, attempt: number): string => `ATTEMPT#${jobId}#${attempt}#CALLS`;
const claimKey = ({ jobId, attempt, orderId, claim }: ClaimOfOrder): Key => ({
  pk: claims(jobId, attempt),
  sk: `${orderId}#${claim}`,
});
const monthKey = (tenantId: string, month: string): Key => ({ pk: `TENANT#${tenantId}#CALLS`, sk: month });

const REMOVED = 'REMOVED-TENANTS';

const claimOf = (item: Item): ClaimCalls => {
  // compared by the conditions alone
  const { count, addedCount, ...claim } = recordOf<ClaimCalls & { count: number; addedCount?: number }>(item);
  return claim;
};

export const createDynamoUsage = (table: Table): Usage => {
  const get = async (claim: ClaimOfOrder): Promise<ClaimCalls | undefined> => {
    const item = await table.get(claimKey(claim));
    return item && claimOf(item);
  };
  return {
    async note({ month, ...claim }) {
      const count = countOfCalls(claim.calls);
      const noted = await table.upsert(
        claimKey(claim),
        { set: { ...claim, count }, once: { month } },
        { text: 'attribute_not_exists(#count) OR #count < :now', values: { ':now': count } },
      );
      return noted ? claimOf(noted) : ((await get(claim)) ?? { ...claim, month });
    },
    get,
    ofAttempt: async (jobId, attempt) => (await table.all(claims(jobId, attempt))).map(claimOf),
    async noteAdded(claim, added) {
      const addedCount = countOfCalls(added);
      await table.update(
        claimKey(claim),
        { set: { added, addedCount } },
        { text: 'attribute_not_exists(#addedCount) OR #addedCount < :now', values: { ':now': addedCount } },
      );
    },
    async month(tenantId, month) {
      const item = await table.get(monthKey(tenantId, month));
      return item && recordOf<MonthOfCalls>(item);
    },
    months: async (tenantIds, month) =>
      (await table.getMany(tenantIds.map((id) => monthKey(id, month)))).map((item) => recordOf<MonthOfCalls>(item)),
    async replaceMonth(month, seen) {
      const key = monthKey(month.tenantId, month.month);
      if (seen === undefined) return table.create(key, month);
      const { calls, adding, version } = month;
      const change = { set: { calls, adding, version } };
      return (await table.update(key, change, { text: '#version = :seen', values: { ':seen': seen } })) !== undefined;
    },
    noteRemoved: (tenant) => table.putMany([{ pk: REMOVED, sk: tenant.tenantId, ...tenant }]),
    removed: (page) =>
      readPage(table, REMOVED, page, false, async (rows) => rows.map((item) => recordOf<RemovedTenant>(item))),
    forgetRemoved: (tenantId) => table.delete({ pk: REMOVED, sk: tenantId }),
  };
};
