import type { MissedObjective, ObjectiveKey } from '../../core/domain/objective.ts';
import type { MissedObjectives, Pulse, Pulses } from '../../core/ports/health.ts';
import { type Key, recordOf } from './dynamo-item.ts';
import type { Table } from './dynamo-table.ts';

const PULSES = 'PULSES';
const MISSED = 'MISSED-OBJECTIVES';

export const createDynamoPulses = (table: Table): Pulses => ({
  beat: (name, pulse) => table.putMany([{ pk: PULSES, sk: name, ...pulse }]),
  async last(name) {
    const item = await table.get({ pk: PULSES, sk: name });
    return item && recordOf<Pulse>(item);
  },
});

const keyOf = ({ tenantId, planId, instanceId = 'plan' }: ObjectiveKey): Key => ({
  pk: MISSED,
  sk: `${tenantId}#${planId}#${instanceId}`,
});

export const createDynamoMissedObjectives = (table: Table): MissedObjectives => ({
  list: async () => (await table.all(MISSED)).map((item) => recordOf<MissedObjective>(item)),
  put: (missed) => table.putMany([{ ...keyOf(missed), ...missed }]),
  remove: (key) => table.delete(keyOf(key)),
});
