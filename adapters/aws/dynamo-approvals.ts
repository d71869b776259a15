import type { Approval } from '../../core/domain/approval.ts';
import type { Approvals } from '../../core/ports/approvals.ts';
import { type Key, recordOf } from './dynamo-item.ts';
import type { Table } from './dynamo-table.ts';
import { readTimeline, timelineRow } from './dynamo-timeline.ts';

const keyOf = (approvalId: string): Key => ({ pk: `APPROVAL#${approvalId}`, sk: 'APPROVAL' });
const timeline = (tenantId?: string): string =>
  tenantId === undefined ? 'APPROVALS-BY-TIME' : `TENANT#${tenantId}#APPROVALS-BY-TIME`;

export const createDynamoApprovals = (table: Table): Approvals => ({
  async add(approval) {
    const { approvalId, tenantId, requestedAt } = approval;
    await table.putMany([
      timelineRow(timeline(), requestedAt, approvalId),
      timelineRow(timeline(tenantId), requestedAt, approvalId),
    ]);
    return table.create(keyOf(approvalId), approval);
  },
  async get(approvalId, tenantId) {
    const item = await table.get(keyOf(approvalId));
    if (!item || (tenantId !== undefined && item.tenantId !== tenantId)) return undefined;
    return recordOf<Approval>(item);
  },
  list: (tenantId, page) =>
    readTimeline(
      table,
      timeline(tenantId),
      page,
      async (ids) => (await table.getMany(ids.map(keyOf))).map((item) => recordOf<Approval>(item)),
      ({ approvalId, requestedAt }) => ({ id: approvalId, time: requestedAt }),
    ),
  async update({ approvalId, revision }, change) {
    const item = await table.update(
      keyOf(approvalId),
      { set: { ...change, revision: revision + 1 } },
      { text: '#revision = :seen', values: { ':seen': revision } },
    );
    return item && recordOf<Approval>(item);
  },
});
