import type { Job } from '../../core/domain/job.ts';
import type { Jobs } from '../../core/ports/catalog.ts';
import { type Key, recordOf } from './dynamo-item.ts';
import { createDynamoJobInstances } from './dynamo-job-instances.ts';
import type { Table } from './dynamo-table.ts';
import { readTimeline, timelineRow } from './dynamo-timeline.ts';
import { unchangeable } from './dynamo-unchangeable.ts';

const keyOf = (tenantId: string, jobId: string): Key => ({ pk: `TENANT#${tenantId}#JOB`, sk: jobId });
const timeline = (tenantId: string): string => `TENANT#${tenantId}#JOBS-BY-TIME`;

export const createDynamoJobs = (table: Table): Jobs => ({
  ...createDynamoJobInstances(table),
  async add(job) {
    await table.putMany([timelineRow(timeline(job.tenantId), job.createdAt, job.jobId)]);
    return table.create(keyOf(job.tenantId, job.jobId), job);
  },
  async get(tenantId, jobId) {
    const item = await table.get(keyOf(tenantId, jobId));
    return item && recordOf<Job>(item);
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
    unchangeable(change, ['tenantId', 'jobId', 'createdAt']);
    if (from?.length === 0) return false;
    const values = Object.fromEntries((from ?? []).map((state, index) => [`:from${index}`, state]));
    const condition = from && { text: `#state IN (${Object.keys(values).join(', ')})`, values };
    return (await table.update(keyOf(tenantId, jobId), { set: change }, condition)) !== undefined;
  },
});
