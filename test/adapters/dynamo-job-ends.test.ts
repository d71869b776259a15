/** That no job's end is lost, whenever a writer dies, or is late. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createDynamoJobEnds } from '../../adapters/aws/dynamo-job-ends.ts';
import { createDynamoJobs } from '../../adapters/aws/dynamo-jobs.ts';
import { createDynamoSweeps } from '../../adapters/aws/dynamo-sweeps.ts';
import { createTable, type Table } from '../../adapters/aws/dynamo-table.ts';
import type { Job } from '../../core/domain/job.ts';
import type { JobEnds } from '../../core/ports/health.ts';
import type { Jobs } from '../../core/ports/jobs.ts';
import { openTable } from './dynalite-table.ts';
import { A, aJob } from './records.ts';

let opened: Awaited<ReturnType<typeof openTable>>;
let table: Table;
let jobs: Jobs;
let ends: JobEnds;
before(async () => {
  opened = await openTable();
  table = createTable(opened.client, opened.table);
  jobs = createDynamoJobs(table);
  ends = createDynamoJobEnds(table);
});
after(() => opened.close());

const died = () => Promise.reject(new Error('the Lambda ended here'));
const noted = async ({ jobId }: Job) =>
  (await ends.untold({ limit: 100 })).items.find(({ job }) => job.jobId === jobId);

test('a job that ends is noted before its record says so, and is noted no more once that was told', async () => {
  const job = aJob(A);
  await jobs.add(job);
  assert.equal(await noted(job), undefined);
  await assert.rejects(createDynamoJobs({ ...table, update: died }).update(A, job.jobId, { state: 'failed' }));
  assert.equal((await noted(job))?.job.state, job.state, 'noted, and not ended after all');
  await jobs.update(A, job.jobId, { state: 'failed' });
  const end = await noted(job);
  assert.ok(end);
  await ends.setTold(end);
  assert.equal(await noted(job), undefined);
  assert.equal(await ends.noted(A, job.jobId), undefined);
  assert.equal((await jobs.get(A, job.jobId))?.endTold, 1);
});

test('a job that is over as soon as its record is made is noted, too; one that is suspended is not', async () => {
  const refused = { ...aJob(A), state: 'failed' } as const;
  await jobs.add(refused);
  assert.equal((await noted(refused))?.job.state, 'failed');
  const suspended = aJob(A);
  await jobs.add(suspended);
  await jobs.update(A, suspended.jobId, { state: 'suspended' });
  assert.equal(await noted(suspended), undefined);
  await jobs.update(A, suspended.jobId, { state: 'cancelled' }, ['suspended']);
  assert.equal((await noted(suspended))?.job.state, 'cancelled');
});

test('who was late with telling an attempt’s end does not take the note of the next one’s', async () => {
  const job = aJob(A);
  await jobs.add(job);
  await jobs.update(A, job.jobId, { state: 'failed' });
  const late = await noted(job);
  assert.ok(late);
  await jobs.reopen(A, job.jobId, 2, ['failed']);
  await jobs.update(A, job.jobId, { state: 'completed' });
  await ends.setTold(late);
  const end = await noted(job);
  assert.deepEqual([end?.job.attempt, end?.job.state, end?.job.endTold], [2, 'completed', undefined]);
});

test('an end that was not told before the job was opened again is told as it was', async () => {
  const job = aJob(A);
  await jobs.add(job);
  await jobs.update(A, job.jobId, { state: 'failed', endedAt: 5, error: { name: 'NoAccessNode', message: 'none' } });
  await jobs.reopen(A, job.jobId, 2, ['failed']);
  const ofJob = async () => (await ends.untold({ limit: 100 })).items.filter((end) => end.job.jobId === job.jobId);
  const [end] = (await ofJob()).filter(({ past }) => past);
  assert.deepEqual(
    [end?.job.attempt, end?.job.state, end?.job.error?.name, end?.job.endedAt],
    [1, 'failed', 'NoAccessNode', 5],
  );
  if (end) await ends.setTold(end);
  assert.deepEqual(
    (await ofJob()).map((each) => [each.job.attempt, each.past]),
    [[2, undefined]],
  );
  // and one that was told just as the job was opened again is told no second time
  const other = aJob(A);
  await jobs.add(other);
  await jobs.update(A, other.jobId, { state: 'failed' });
  const late = await noted(other);
  await jobs.reopen(A, other.jobId, 2, ['failed']);
  if (late) await ends.setTold(late);
  const left = (await ends.untold({ limit: 100 })).items.filter((each) => each.job.jobId === other.jobId);
  assert.ok(left.every(({ past }) => !past));
});

test('failures of the last day are found, as they are by now, and forgotten when they are old', async () => {
  const now = Date.now();
  const made = async (endedAt: number): Promise<Job> => {
    const job = aJob(A);
    await jobs.add(job);
    await jobs.update(A, job.jobId, { state: 'failed', endedAt });
    await ends.noteFailure({ ...job, state: 'failed', endedAt });
    return job;
  };
  const [old, first, again] = [await made(now - 10), await made(now), await made(now)];
  await jobs.reopen(A, again.jobId, 2, ['failed']);
  const ids = async (since: number) => (await ends.failedSince(since)).map(({ jobId }) => jobId).toSorted();
  assert.deepEqual(await ids(now), [first.jobId], 'one of them is being tried again');
  await jobs.update(A, again.jobId, { state: 'failed', endedAt: now + 1 });
  await ends.noteFailure({ ...again, endedAt: now + 1 });
  assert.deepEqual(await ids(now), [first.jobId, again.jobId].toSorted());
  assert.ok((await ids(now - 10)).includes(old.jobId));
  await ends.forgetFailures(now);
  assert.ok(!(await ids(0)).includes(old.jobId));
});

test('a job that ends is noted for the sweeps, too, till one has looked through it; a later end is noted anew', async () => {
  const sweeps = createDynamoSweeps(table);
  const job = aJob('hv-swept');
  const noted = async () => (await sweeps.ends('hv-swept', { limit: 100 })).items;
  await jobs.add(job);
  assert.deepEqual(await noted(), []);
  await assert.rejects(createDynamoJobs({ ...table, update: died }).update('hv-swept', job.jobId, { state: 'failed' }));
  assert.deepEqual(
    (await noted()).map((end) => end.job.state),
    [job.state],
    'noted, and not ended after all',
  );
  await jobs.update('hv-swept', job.jobId, { state: 'failed' });
  const [first] = await noted();
  assert.ok(first);
  await jobs.reopen('hv-swept', job.jobId, 2, ['failed']);
  await jobs.update('hv-swept', job.jobId, { state: 'failed' });
  await sweeps.setSwept(first);
  const [second] = await noted();
  assert.equal(second?.job.attempt, 2, 'who read the first end does not take the note of the second');
  assert.deepEqual((await sweeps.ends('hv-other', { limit: 100 })).items, []);
  await sweeps.setSwept(second);
  assert.deepEqual(await noted(), []);
});
