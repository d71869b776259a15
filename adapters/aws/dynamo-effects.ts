import type { Effect } from '../../core/domain/effect.ts';
import type { Effects } from '../../core/ports/effects.ts';
import { type Key, recordOf } from './dynamo-item.ts';
import type { Table } from './dynamo-table.ts';

const partition = (jobId: string, attempt: number): string => `ATTEMPT#${jobId}#${attempt}#EFFECT`;
const keyOf = ({ jobId, attempt, effectId }: Effect): Key => ({ pk: partition(jobId, attempt), sk: effectId });

export const createDynamoEffects = (table: Table): Effects => ({
  async intend(effect) {
    if (await table.create(keyOf(effect), effect)) return effect;
    const there = await table.get(keyOf(effect));
    if (!there) throw new Error(`the record of ${effect.effectId} is gone`);
    return recordOf<Effect>(there);
  },
  async update(effect, { state, resourceIds, inUse }) {
    const set = {
      ...(state === undefined ? {} : { state }),
      ...(resourceIds === undefined ? {} : { resourceIds }),
      ...(inUse === undefined ? {} : { inUse }),
    };
    if (!(await table.update(keyOf(effect), { set }))) throw new Error(`there is no record of ${effect.effectId}`);
  },
  ofAttempt: async (jobId, attempt) =>
    (await table.all(partition(jobId, attempt))).map((item) => recordOf<Effect>(item)),
});
