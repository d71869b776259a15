import { setTimeout as delay } from 'node:timers/promises';
import { TransientFailure } from '../../core/domain/errors.ts';
import type { Share } from '../../core/domain/quota.ts';
import type { Quotas } from '../../core/ports/quotas.ts';
import type { Key } from './dynamo-item.ts';
import type { Table } from './dynamo-table.ts';

const keyOf = (tenantId: string, call: string): Key => ({ pk: `QUOTA#${tenantId}`, sk: call });

/** A fan-out claims some 40 orders at the same moment, and one write wins at a time. */
const PATIENCE_MS = 10_000;
const FIRST_DELAY_MS = 10;
const LONGEST_DELAY_MS = 400;

/** One small item a tenant and kind of call, written if it is still the one that was read. */
export const createDynamoQuotas = (table: Table): Quotas => ({
  async change(tenantId, call, decide) {
    const key = keyOf(tenantId, call);
    const deadline = Date.now() + PATIENCE_MS;
    for (let tries = 0; ; tries += 1) {
      const item = await table.get(key);
      const version = (item?.version as number | undefined) ?? 0;
      const { shares, answer } = decide((item?.shares as readonly Share[] | undefined) ?? []);
      const written = await table.upsert(
        key,
        { set: { shares, version: version + 1 } },
        item ? { text: '#version = :seen', values: { ':seen': version } } : { text: 'attribute_not_exists(#version)' },
      );
      if (written) return answer;
      if (Date.now() > deadline) throw new TransientFailure(`the ${call} quota of ${tenantId} is changed by too many`);
      await delay(Math.random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** tries));
    }
  },
});
