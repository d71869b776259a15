import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remedyFor } from '../../core/domain/remedies.ts';
import { errorOfUnclosed } from '../../core/domain/unclosed-job.ts';
import { createStartCleanUp } from '../../core/steps/jobs/start-clean-up.ts';
import { ACCOUNT, REGION } from '../local-states/fake-cloud.ts';
import { backupOf, openFlows, snapshotOf, type World } from './flows-world.ts';

const WEB = 'i-00000001';

/** As Step Functions' event does when an execution has ended. */
const cleanedUp = async ({ cloud, deps, finish, jobOf }: World, executionArn: string, jobId: string) => {
  const { status } = await cloud.finish(executionArn);
  const { tenantId } = jobOf(jobId);
  await createStartCleanUp(deps)({ detail: { status, input: JSON.stringify({ jobId, attempt: 1, tenantId }) } });
  return finish(jobId);
};

const begun = async (t: Parameters<typeof openFlows>[0], type: 'backup' | 'snapshot') => {
  const world = await openFlows(t);
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(WEB, ['vol-00000001']);
  const request = (type === 'backup' ? backupOf : snapshotOf)({ instanceIds: [WEB] });
  return {
    ...world,
    begin: () => world.start(tenantId, request),
    arnOf: (jobId: string) => `arn:aws:states:${REGION}:${ACCOUNT}:execution:${type}:${jobId}-1`,
  };
};

test('a job that its machine may not close is closed by its cleanup, and says what was denied', async (t) => {
  const world = await begun(t, 'snapshot');
  const { update } = world.catalog.jobs;
  let denied = 0;
  (world.catalog.jobs as { update: typeof update }).update = async (tenantId, jobId, change, from) => {
    if (change.endedAt === undefined || denied++ > 0) return update(tenantId, jobId, change, from);
    const error = new Error('not authorized to perform dynamodb:BatchWriteItem on the table');
    error.name = 'AccessDeniedException';
    throw error;
  };
  const jobId = await world.begin();
  const job = await cleanedUp(world, world.arnOf(jobId), jobId);
  assert.equal(denied, 2);
  // its one instance is protected
  assert.equal(job.state, 'completed with errors');
  assert.equal(job.error?.name, 'AccessDeniedException');
  assert.match(job.error.message, /ended as FAILED: not authorized to perform dynamodb:BatchWriteItem on the table$/);
  assert.doesNotMatch(job.error.tenantMessage ?? '', /dynamodb/);
  assert.match(remedyFor('AccessDeniedException', 'operator') ?? '', /denies/);
});

const stopped = async (t: Parameters<typeof openFlows>[0], reason: { error?: string; cause?: string }) => {
  const world = await begun(t, 'backup');
  // so that it waits
  world.node.isThere = false;
  const jobId = await world.begin();
  await world.cloud.settle();
  await world.cloud.api('StopExecution', { executionArn: world.arnOf(jobId), ...reason });
  return cleanedUp(world, world.arnOf(jobId), jobId);
};

test('a job whose execution somebody stopped says so, and what to do', async (t) => {
  const { state, error } = await stopped(t, {});
  assert.deepEqual([state, error?.name], ['failed', 'JobStopped']);
  assert.match(error?.message ?? '', /ended as ABORTED/);
  for (const who of ['operator', 'tenant'] as const) assert.ok(remedyFor('JobStopped', who));
});

test('a job whose execution was stopped with a reason gives that reason', async (t) => {
  const { state, error } = await stopped(t, { error: 'Maintenance', cause: 'the region is moved' });
  assert.deepEqual([state, error?.name], ['failed', 'Maintenance']);
  assert.match(error?.message ?? '', /ended as ABORTED: the region is moved$/);
});

test('one whose execution ran out of its time, or was never started, says that', () => {
  assert.equal(errorOfUnclosed({ status: 'TIMED_OUT' }).name, 'DeadlineExceeded');
  const { name, message } = errorOfUnclosed(undefined);
  assert.deepEqual([name, message], ['JobStopped', 'the job’s execution was never started']);
});
