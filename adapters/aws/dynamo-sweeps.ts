import type { RecordedFinding } from '../../core/domain/finding.ts';
import type { ServiceIntent } from '../../core/domain/service-intent.ts';
import type { Findings, LastLook, Round, ServiceIntents, Sweeps } from '../../core/ports/sweeps.ts';
import type { Condition } from './dynamo-expressions.ts';
import { type Item, type Key, recordOf } from './dynamo-item.ts';
import { createDynamoEndsToSweep } from './dynamo-job-ends.ts';
import { readPage } from './dynamo-pages.ts';
import type { Table } from './dynamo-table.ts';

const FINDINGS = 'FINDINGS';
const findingKey = (place: string, findingId: string): Key => ({ pk: FINDINGS, sk: `${place}#${findingId}` });

export const createDynamoFindings = (table: Table): Findings => ({
  list: (page) =>
    readPage(table, FINDINGS, page, false, async (rows) => rows.map((item) => recordOf<RecordedFinding>(item))),
  ofPlace: async (place) => (await table.all(FINDINGS, `${place}#`)).map((item) => recordOf<RecordedFinding>(item)),
  put: (finding) => table.putMany([{ ...findingKey(finding.place, finding.findingId), ...finding } as Item]),
  remove: (place, findingId) => table.delete(findingKey(place, findingId)),
});

const roundKey: Key = { pk: 'SWEEPS', sk: 'ROUND' };
const lookKey = (tenantId: string): Key => ({ pk: 'SWEEPS', sk: `TENANT#${tenantId}` });

export const createDynamoSweeps = (table: Table): Sweeps => ({
  ...createDynamoEndsToSweep(table),
  async round() {
    const item = await table.get(roundKey);
    return item && recordOf<Round>(item);
  },
  async setRound({ turn, begunAt }) {
    await table.upsert(roundKey, { set: { turn, begunAt } });
  },
  async lastLook(tenantId) {
    const item = await table.get(lookKey(tenantId));
    return item && recordOf<LastLook>(item);
  },
  async setLastLook(tenantId, { at, regions, doubled }) {
    await table.upsert(lookKey(tenantId), { set: { at, regions, doubled } });
  },
});

const INTENTS = 'SERVICE-INTENTS';
const intentKey = (hypervisorId: string): Key => ({ pk: INTENTS, sk: hypervisorId });

const asRead = ({ at, round }: ServiceIntent): Condition =>
  round === undefined
    ? { text: '#at = :at AND attribute_not_exists(#round)', values: { ':at': at } }
    : { text: '#at = :at AND #round = :round', values: { ':at': at, ':round': round } };

export const createDynamoServiceIntents = (table: Table): ServiceIntents => ({
  intend: async (intent) =>
    (await table.upsert(
      intentKey(intent.hypervisorId),
      { set: { ...intent } },
      { text: 'attribute_not_exists(#state) OR #state = :intended', values: { ':intended': 'intended' } },
    )) !== undefined,
  settle: (intent) => table.delete(intentKey(intent.hypervisorId), asRead(intent)),
  async undo(intent, heldUntil) {
    const change = { state: 'undoing', round: (intent.round ?? 0) + 1, heldUntil };
    const item = await table.update(intentKey(intent.hypervisorId), { set: change }, asRead(intent));
    return item && recordOf<ServiceIntent>(item);
  },
  open: async () => (await table.all(INTENTS)).map((item) => recordOf<ServiceIntent>(item)),
});
