/**
 * Which jobs' ends are still to be told, and which a sweep has still to look through: a row for each job in each of the two
 * lists, written before its record says that it has ended, and removed once that was done. A row of a job that has not ended
 * after all is of no harm: it stays until it has.
 */
import { randomUUID } from 'node:crypto';
import { isTerminal, type Job } from '../../core/domain/job.ts';
import type { JobEnds, NotedEnd } from '../../core/ports/health.ts';
import type { Sweeps } from '../../core/ports/sweeps.ts';
import { type Item, type Key, recordOf } from './dynamo-item.ts';
import { readPage } from './dynamo-pages.ts';
import type { Table } from './dynamo-table.ts';
import { timelineRow } from './dynamo-timeline.ts';

const UNTOLD = 'UNTOLD-ENDS';
const FAILURES = 'FAILED-JOBS';
const ROWS_AT_ONCE = 200;

const jobKey = (tenantId: string, jobId: string): Key => ({ pk: `TENANT#${tenantId}#JOB`, sk: jobId });
const noteKey = (tenantId: string, jobId: string): Key => ({ pk: UNTOLD, sk: `${tenantId}#${jobId}` });

const toSweep = (tenantId: string): string => `TENANT#${tenantId}#ENDS-TO-SWEEP`;

/** To be called before the record says that the job has ended. */
export const noteEnd = (table: Table, tenantId: string, jobId: string): Promise<void> => {
  const note = { tenantId, jobId, noteId: randomUUID() };
  return table.putMany([
    { ...noteKey(tenantId, jobId), ...note },
    { pk: toSweep(tenantId), sk: jobId, ...note },
  ]);
};

const pastKey = ({ tenantId, jobId, attempt }: Job): Key => ({
  pk: UNTOLD,
  sk: `${tenantId}#${jobId}#${attempt}`,
});

/** To be called before a job that has ended is opened again: its record will say nothing of that end any more. */
export const keepEnd = async (table: Table, job: Job): Promise<void> => {
  if (!isTerminal(job.state) || job.endTold === job.attempt) return;
  const { tenantId, jobId } = job;
  await table.putMany([{ ...pastKey(job), tenantId, jobId, noteId: randomUUID(), ended: job }]);
};

/** Those that there are, by their ids. */
const readJobs = async (table: Table, rows: readonly Item[]): Promise<ReadonlyMap<string, Job>> => {
  // Of a failure that was followed by another there are two rows, and DynamoDB refuses to be asked twice.
  const keys = new Map(rows.map((row) => [String(row.jobId), jobKey(String(row.tenantId), String(row.jobId))]));
  return new Map((await table.getMany([...keys.values()])).map((item) => [String(item.jobId), recordOf<Job>(item)]));
};

export const createDynamoEndsToSweep = (table: Table): Pick<Sweeps, 'ends' | 'setSwept'> => ({
  ends: (tenantId, page) =>
    readPage(table, toSweep(tenantId), page, false, async (rows) => {
      const jobs = await readJobs(table, rows);
      return rows.map(({ jobId, noteId }) => {
        const job = jobs.get(String(jobId));
        return job && { job, noteId: String(noteId) };
      });
    }),
  setSwept: ({ job: { tenantId, jobId }, noteId }) =>
    table.delete({ pk: toSweep(tenantId), sk: jobId }, { text: '#noteId = :seen', values: { ':seen': noteId } }),
});

export const createDynamoJobEnds = (table: Table): JobEnds => {
  const jobsOf = (rows: readonly Item[]) => readJobs(table, rows);
  const notesOf = async (rows: readonly Item[]): Promise<readonly (NotedEnd | undefined)[]> => {
    const jobs = await jobsOf(rows);
    return rows.map(({ jobId, noteId, ended }) => {
      if (ended) return { job: ended as Job, noteId: String(noteId), past: true as const };
      const job = jobs.get(String(jobId));
      return job && { job, noteId: String(noteId) };
    });
  };

  return {
    untold: (page) => readPage(table, UNTOLD, page, false, notesOf),
    async noted(tenantId, jobId) {
      const row = await table.get(noteKey(tenantId, jobId));
      return row && (await notesOf([row]))[0];
    },
    async setTold({ job, noteId, past }) {
      if (past) return table.delete(pastKey(job), { text: '#noteId = :seen', values: { ':seen': noteId } });
      const { tenantId, jobId, attempt } = job;
      const told = await table.update(
        jobKey(tenantId, jobId),
        { set: { endTold: attempt } },
        { text: '#attempt = :attempt', values: { ':attempt': attempt } },
      );
      // opened again meanwhile
      if (!told) await table.delete(pastKey(job));
      await table.delete(noteKey(tenantId, jobId), { text: '#noteId = :seen', values: { ':seen': noteId } });
    },
    async noteFailure({ tenantId, jobId, endedAt = 0 }) {
      await table.putMany([{ ...timelineRow(FAILURES, endedAt, jobId), tenantId, jobId }]);
    },
    async failedSince(since) {
      const found = new Map<string, Item>();
      for (let after: string | undefined; ; ) {
        const page = await table.rows(FAILURES, {
          limit: ROWS_AT_ONCE,
          descending: true,
          ...(after === undefined ? {} : { after }),
        });
        const young = page.items.filter(({ time }) => Number(time) >= since);
        for (const row of young) found.set(String(row.jobId), row);
        if (page.last === undefined || young.length < page.items.length) break;
        after = page.last;
      }
      return [...(await jobsOf([...found.values()])).values()].filter(({ state }) => isTerminal(state));
    },
    async forgetFailures(before) {
      const { items } = await table.rows(FAILURES, { limit: ROWS_AT_ONCE });
      for (const { pk, sk, time } of items) if (Number(time) < before) await table.delete({ pk, sk });
    },
  };
};
