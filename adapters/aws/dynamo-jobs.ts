import { isOpen, isTerminal, type Job, OPEN_STATES } from '../../core/domain/job.ts';
import type { Jobs } from '../../core/ports/jobs.ts';
import { isOneOf } from './dynamo-expressions.ts';
import { type Key, recordOf } from './dynamo-item.ts';
import { keepEnd, noteEnd } from './dynamo-job-ends.ts';
import { createDynamoJobInstances } from './dynamo-job-instances.ts';
import { createOpenJobs } from './dynamo-open-jobs.ts';
import type { Table } from './dynamo-table.ts';
import { readTimeline, timelineRow } from './dynamo-timeline.ts';
import { unchangeable } from './dynamo-unchangeable.ts';

const keyOf = (tenantId: string, jobId: string): Key => ({ pk: `TENANT#${tenantId}#JOB`, sk: jobId });
const timeline = (tenantId: string): string => `TENANT#${tenantId}#JOBS-BY-TIME`;

/** A closed attempt stays closed: see dynamo-open-jobs.ts. */
const changeableFrom = (
  change: Partial<Job>,
  from: readonly Job['state'][] | undefined,
): readonly Job['state'][] | undefined => {
  if (change.state === undefined || !isOpen(change.state)) return from;
  if (from && !from.every(isOpen)) throw new TypeError('a job that is not open is opened again by reopen');
  return from ?? OPEN_STATES;
};

export const createDynamoJobs = (table: Table): Jobs => {
  const get = async (tenantId: string, jobId: string): Promise<Job | undefined> => {
    const item = await table.get(keyOf(tenantId, jobId));
    return item && recordOf<Job>(item);
  };
  const open = createOpenJobs(table, async (jobs) =>
    (await table.getMany(jobs.map(({ tenantId, jobId }) => keyOf(tenantId, jobId)))).map((item) => recordOf<Job>(item)),
  );

  return {
    ...createDynamoJobInstances(table),
    get,
    open: open.list,
    openOf: open.ofTenant,
    async add(job) {
      await table.putMany([timelineRow(timeline(job.tenantId), job.createdAt, job.jobId)]);
      if (isOpen(job.state)) await open.note(job);
      if (isTerminal(job.state)) await noteEnd(table, job.tenantId, job.jobId);
      if (await table.create(keyOf(job.tenantId, job.jobId), job)) return true;
      const there = await get(job.tenantId, job.jobId);
      if (there) await open.settle(there, job.attempt);
      return false;
    },
    list: (tenantId, page) =>
      readTimeline(
        table,
        timeline(tenantId),
        page,
        async (ids) => (await table.getMany(ids.map((id) => keyOf(tenantId, id)))).map((item) => recordOf<Job>(item)),
        ({ jobId, createdAt }) => ({ id: jobId, time: createdAt }),
      ),
    async update(tenantId, jobId, change, from) {
      unchangeable(change, ['tenantId', 'jobId', 'createdAt', 'attempt']);
      const states = changeableFrom(change, from);
      if (states?.length === 0) return false;
      if (change.state !== undefined && isTerminal(change.state)) await noteEnd(table, tenantId, jobId);
      const item = await table.update(keyOf(tenantId, jobId), { set: change }, states && isOneOf('state', states));
      if (item && change.state !== undefined) await open.settle(recordOf<Job>(item));
      return item !== undefined;
    },
    async reopen(tenantId, jobId, attempt, from, under) {
      const job = await get(tenantId, jobId);
      if (job?.attempt !== attempt - 1 || !from.includes(job.state)) return false;
      await open.note({ tenantId, jobId, attempt });
      await keepEnd(table, job);
      const { text, values } = isOneOf('state', from);
      const item = await table.update(
        keyOf(tenantId, jobId),
        {
          set: { ...OF_AN_ATTEMPT, attempt, state: 'queued', ...(under === undefined ? {} : { reopenedUnder: under }) },
        },
        { text: `#attempt = :before AND ${text}`, values: { ...values, ':before': attempt - 1 } },
      );
      if (!item) {
        const there = await get(tenantId, jobId);
        if (there) await open.settle(there, attempt);
      }
      return item !== undefined;
    },
  };
};

/** What an attempt leaves on the record, and the next one begins without. */
const OF_AN_ATTEMPT = {
  endedAt: undefined,
  error: undefined,
  cancelRequestedAt: undefined,
  suspendRequestedAt: undefined,
  executionArn: undefined,
} satisfies { [Field in keyof Job]?: undefined };
