import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { StoredEntry } from '../../core/domain/audit-chain.ts';
import type { AuditEntries, AuditLog } from '../../core/ports/audit.ts';
import { createAuditLog } from '../../core/steps/audit/append-entry.ts';
import { pauseWithJitter, sha256, systemClock } from '../system.ts';
import { type Item, recordOf } from './dynamo-item.ts';
import { createTable } from './dynamo-table.ts';
import type { createErrorReport } from './error-report.ts';

/** One partition: a chain has one end anyway, and a partition takes 1,000 writes a second. */
const CHAIN = 'AUDIT';
const DIGITS = 15;
const sortKey = (seq: number): string => String(seq).padStart(DIGITS, '0');

const stored = (item: Item): StoredEntry => ({ seq: Number(item.sk), entry: recordOf(item) });

export interface AuditTable {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/**
 * A table of its own, of the same shape as the catalog's (dynamo-table-definition.ts), to which its writers may only put
 * and query. A lost answer's second try finds its own entry by the write's id (dynamo-table.ts).
 */
export const createDynamoAuditEntries = ({ client, table: name }: AuditTable): AuditEntries => {
  const table = createTable(client, name);
  return {
    add: (entry) => table.create({ pk: CHAIN, sk: sortKey(entry.seq) }, entry),
    async newest() {
      const { items } = await table.rows(CHAIN, { limit: 1, descending: true });
      return items[0] && stored(items[0]);
    },
    async from(seq, limit, order) {
      const descending = order === 'backwards';
      // ExclusiveStartKey is the one that is passed over, whether it is there or not
      const beside = seq + (descending ? 1 : -1);
      const { items } = await table.rows(CHAIN, {
        limit,
        descending,
        ...(beside > 0 ? { after: sortKey(beside) } : {}),
      });
      return items.map(stored);
    },
  };
};

export const createDynamoAuditLog = (table: AuditTable, report: ReturnType<typeof createErrorReport>): AuditLog =>
  createAuditLog({
    entries: createDynamoAuditEntries(table),
    clock: systemClock,
    sha256,
    pause: pauseWithJitter,
    report: (error, { requestId, what }) => report(error, { requestId, route: `audit log: ${what.operation}` }),
  });
