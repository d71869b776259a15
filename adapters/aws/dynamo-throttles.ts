import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Throttle } from '../../core/domain/pacing.ts';
import type { Throttles } from '../../core/ports/throttles.ts';
import { recordOf } from './dynamo-item.ts';
import { createTable } from './dynamo-table.ts';

/** A function's instance asks so often at most: a fraction of a read for each call in the tenant's account. */
const REMEMBERED_MS = 5_000;

/** One item for each API that was ever throttled; written by throttled answers only, at most once a second each. */
export const createDynamoThrottles = (
  { client, table: name }: { readonly client: DynamoDBClient; readonly table: string },
  now: () => number,
): Throttles => {
  const table = createTable(client, name);
  const seen = new Map<string, { readonly at: number; readonly throttles: Promise<ReadonlyMap<string, Throttle>> }>();
  const pkOf = (hypervisorId: string, region: string): string => `THROTTLES#${hypervisorId}#${region}`;
  const read = async (pk: string): Promise<ReadonlyMap<string, Throttle>> =>
    new Map((await table.all(pk)).map((item) => [item.sk, recordOf<Throttle>(item)]));
  return {
    of(hypervisorId, region) {
      const pk = pkOf(hypervisorId, region);
      const last = seen.get(pk);
      if (last && now() - last.at < REMEMBERED_MS) return last.throttles;
      const throttles = read(pk);
      seen.set(pk, { at: now(), throttles });
      // an answer that failed is not remembered
      throttles.catch(() => seen.delete(pk));
      return throttles;
    },
    async note(hypervisorId, region, action, before, { gapMs, at }) {
      const pk = pkOf(hypervisorId, region);
      await table.upsert(
        { pk, sk: action },
        { set: { gapMs, at } },
        before ? { text: '#at = :before', values: { ':before': before.at } } : { text: 'attribute_not_exists(#at)' },
      );
      seen.delete(pk);
    },
  };
};
