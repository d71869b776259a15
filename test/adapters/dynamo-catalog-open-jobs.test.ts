/** What the list of open jobs says when a writer dies between two writes, or is late with its second. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createDynamoJobs } from '../../adapters/aws/dynamo-jobs.ts';
import { createTable, type Table } from '../../adapters/aws/dynamo-table.ts';
import type { Job } from '../../core/domain/job.ts';
import type { Jobs } from '../../core/ports/jobs.ts';
import { openTable } from './dynalite-table.ts';
import { A, aJob } from './records.ts';

let opened: Awaited<ReturnType<typeof openTable>>;
let table: Table;
let jobs: Jobs;
before(async () => {
  opened = await openTable();
  table = createTable(opened.client, opened.table);
  jobs = createDynamoJobs(table);
});
after(() => opened.close());

const died = () => Promise.reject(new Error('the Lambda ended here'));
const rows = async ({ tenantId, jobId }: Job): Promise<string[]> => {
  const prefix = `${tenantId}#${jobId}`;
  return (await table.all('OPEN-JOBS', prefix)).map(({ sk }) => sk.slice(prefix.length));
};
const isListed = async ({ jobId }: Job): Promise<boolean> =>
  (await jobs.open({ limit: 100 })).items.some((each) => each.jobId === jobId);

test('a job whose writer died before its record is not listed, and is when it is added again', async () => {
  const job = aJob(A);
  await assert.rejects(createDynamoJobs({ ...table, create: died }).add(job));
  assert.equal(await isListed(job), false);
  assert.equal(await jobs.add(job), true);
  assert.equal(await isListed(job), true);
});

test('a job that was closed by a writer who died at once is not listed, and its row goes when somebody looks', async () => {
  const job = aJob(A);
  await jobs.add(job);
  await assert.rejects(createDynamoJobs({ ...table, delete: died }).update(A, job.jobId, { state: 'failed' }));
  assert.deepEqual(await rows(job), ['#1']);
  assert.equal(await isListed(job), false);
  assert.deepEqual(await rows(job), []);
});

test('a suspended job whose next attempt was never written stays suspended, and can be resumed', async () => {
  const job = aJob(A);
  await jobs.add(job);
  await jobs.update(A, job.jobId, { state: 'suspended' });
  await assert.rejects(createDynamoJobs({ ...table, update: died }).reopen(A, job.jobId, 2, ['suspended']));
  assert.equal(await isListed(job), false);
  assert.deepEqual(await rows(job), ['#2'], 'somebody may be about to write the record');
  assert.equal(await jobs.reopen(A, job.jobId, 2, ['suspended']), true);
  assert.equal(await isListed(job), true);
  await jobs.update(A, job.jobId, { state: 'completed' });
  assert.deepEqual(await rows(job), []);
});

test('whoever closed the attempt before and is late with removing its row does not hide the present one', async () => {
  const job = aJob(A);
  await jobs.add(job);
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow: Table = { ...table, delete: (key, condition) => released.then(() => table.delete(key, condition)) };
  const closing = createDynamoJobs(slow).update(A, job.jobId, { state: 'failed' });
  while (!(await jobs.reopen(A, job.jobId, 2, ['failed'])));
  release();
  assert.equal(await closing, true);
  assert.equal(await isListed(job), true);
  assert.deepEqual(await rows(job), ['#2']);
});
