import { noCounters } from '../../core/contracts/orders.ts';
import type { JobInstance } from '../../core/domain/job.ts';
import { ofVolume } from '../../core/domain/volume-progress.ts';
import type { Jobs } from '../../core/ports/jobs.ts';
import { isOneOf, isThere } from './dynamo-expressions.ts';
import { type Key, recordOf } from './dynamo-item.ts';
import type { Table } from './dynamo-table.ts';
import { unchangeable } from './dynamo-unchangeable.ts';

const partition = (jobId: string): string => `JOB#${jobId}#INSTANCE`;
const keyOf = (jobId: string, instanceId: string): Key => ({ pk: partition(jobId), sk: instanceId });
const within = (path: string, numbers: object): Record<string, number> =>
  Object.fromEntries(Object.entries(numbers).map(([name, by]) => [`${path}.${name}`, by]));
const absent = (jobId: string, instanceId: string): Error =>
  new Error(`the job ${jobId} has no record of ${instanceId}`);

export const createDynamoJobInstances = (
  table: Table,
): Pick<Jobs, 'addInstance' | 'instances' | 'instance' | 'updateInstance' | 'resetInstance' | 'addCounters'> => ({
  async addInstance(instance) {
    await table.create(keyOf(instance.jobId, instance.instanceId), instance);
  },
  instances: async (jobId) => (await table.all(partition(jobId))).map((item) => recordOf<JobInstance>(item)),
  async instance(jobId, instanceId) {
    const item = await table.get(keyOf(jobId, instanceId));
    return item && recordOf<JobInstance>(item);
  },
  async updateInstance(jobId, instanceId, change, from) {
    unchangeable(change, ['jobId', 'instanceId', 'tenantId']);
    if (from?.length === 0) return false;
    const key = keyOf(jobId, instanceId);
    if (await table.update(key, { set: change }, from && isOneOf('phase', from))) return true;
    if (from === undefined || !(await table.get(key))) throw absent(jobId, instanceId);
    return false;
  },
  async resetInstance(jobId, instanceId, now) {
    const set = { ...OF_AN_ATTEMPT, phase: 'waiting', phaseSince: now, counters: noCounters };
    if (!(await table.update(keyOf(jobId, instanceId), { set }))) throw absent(jobId, instanceId);
  },
  async addCounters(jobId, instanceId, delta, volume) {
    const key = keyOf(jobId, instanceId);
    const increase = within('counters', delta);
    if (volume) {
      const { volumeId, from, until } = volume;
      const path = `progress.${volumeId}`;
      const change = {
        set: { [`${path}.movedAt`]: until },
        once: { [`${path}.startedAt`]: from },
        increase: { ...increase, ...within(path, ofVolume(delta)) },
      };
      // A path that is not there cannot be written into: an attempt that has just begun has planned nothing.
      if (await table.update(key, change, isThere(path))) return;
    }
    if (!(await table.update(key, { increase }))) throw absent(jobId, instanceId);
  },
});

/**
 * What an attempt leaves on a child's record, and the next one begins without. `recoveryPointIds` stays: copies that
 * were committed are not made again; and so do `excludedVolumes` and `planId`: what is selected is decided once.
 */
const OF_AN_ATTEMPT: Record<
  Exclude<
    keyof JobInstance,
    | 'jobId'
    | 'tenantId'
    | 'instanceId'
    | 'phase'
    | 'phaseSince'
    | 'counters'
    | 'recoveryPointIds'
    | 'excludedVolumes'
    | 'planId'
  >,
  undefined
> = {
  plannedBlocks: undefined,
  countedBefore: undefined,
  progress: undefined,
  recoveryPointId: undefined,
  consistency: undefined,
  error: undefined,
  warnings: undefined,
  transferStartedAt: undefined,
  transferEndedAt: undefined,
  result: undefined,
  volumes: undefined,
};
