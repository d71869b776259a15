/**
 * Which jobs are open, of all tenants: a row for each job *and attempt*, because a closed attempt never opens again. So a
 * row of an attempt that is over is of no use for ever, whoever removes it and however late; one row a job could be
 * removed by the writer that closed attempt 1 after another had opened attempt 2. A row is written before the record
 * says that the attempt is open, and removed after it says that it is not: a crash in between leaves a row too many.
 */
import { isOpen, type Job } from '../../core/domain/job.ts';
import type { Page, PageRequest } from '../../core/ports/page.ts';
import type { Item, Key } from './dynamo-item.ts';
import { readPage } from './dynamo-pages.ts';
import type { Table } from './dynamo-table.ts';

const OPEN = 'OPEN-JOBS';

type Attempt = Pick<Job, 'tenantId' | 'jobId' | 'attempt'>;

const rowOf = ({ tenantId, jobId, attempt }: Attempt): Item => ({
  pk: OPEN,
  sk: `${tenantId}#${jobId}#${attempt}`,
  tenantId,
  jobId,
  attempt,
});

const isOver = (job: Job, attempt: number): boolean =>
  job.attempt > attempt || (job.attempt === attempt && !isOpen(job.state));

export const createOpenJobs = (table: Table, load: (jobs: readonly Attempt[]) => Promise<readonly Job[]>) => {
  const drop = (attempt: Attempt): Promise<void> => table.delete(rowOf(attempt) satisfies Key);

  /** The job of each row, or undefined where the row stands for nothing; a row of an attempt that is over goes. */
  const jobsOf = async (items: readonly Item[]): Promise<readonly (Job | undefined)[]> => {
    const rows = items as unknown as readonly Attempt[];
    // Two attempts' rows may name one job, and DynamoDB refuses to be asked for it twice.
    const distinct = [...new Map(rows.map((row) => [row.jobId, row])).values()];
    const jobs = new Map((await load(distinct)).map((job) => [job.jobId, job]));
    const over = rows.filter(({ jobId, attempt }) => {
      const job = jobs.get(jobId);
      return job !== undefined && isOver(job, attempt);
    });
    await Promise.all(over.map(drop));
    return rows.map(({ jobId, attempt }) => {
      const job = jobs.get(jobId);
      return job?.attempt === attempt && isOpen(job.state) ? job : undefined;
    });
  };

  return {
    /** To be called before the record says that the attempt is open. */
    note: (attempt: Attempt): Promise<void> => table.putMany([rowOf(attempt)]),
    /** To be called with the record as it is after a change. */
    async settle(job: Job, attempt = job.attempt): Promise<void> {
      if (isOver(job, attempt)) await drop({ ...job, attempt });
    },
    list: (page: PageRequest): Promise<Page<Job>> => readPage(table, OPEN, page, false, jobsOf),
    ofTenant: async (tenantId: string): Promise<readonly Job[]> =>
      (await jobsOf(await table.all(OPEN, `${tenantId}#`))).filter((job) => job !== undefined),
  };
};
