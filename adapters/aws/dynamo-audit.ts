import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { StoredEntry } from '../../core/domain/audit-chain.ts';
import type { AuditEntries, AuditLog } from '../../core/ports/audit.ts';
import { createAuditLog } from '../../core/steps/audit/append-entry.ts';
import { pauseWithJitter, sha256, systemClock, within } from '../system.ts';
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

/** So long whoever asked waits for what only tells of it: an API's answer has to come within 29 s. */
const NOTED_WITHIN_MS = 5_000;

/** What cannot be written is reported whole: there is no secret in it, and nowhere else is it kept. */
export const createDynamoAuditLog = (
  table: AuditTable,
  report: ReturnType<typeof createErrorReport>,
  notedWithinMs: number = NOTED_WITHIN_MS,
): AuditLog =>
  createAuditLog({
    entries: createDynamoAuditEntries(table),
    clock: systemClock,
    sha256,
    pause: pauseWithJitter,
    inTime: within(notedWithinMs),
    report: (error, event) =>
      report(error, {
        requestId: event.requestId,
        route: `audit log: ${event.what.operation}`,
        notRecorded: event,
      }),
  });
