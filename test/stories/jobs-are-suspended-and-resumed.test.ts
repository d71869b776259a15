import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { leftInAccount } from '../../dev/demo/tenant-instance.ts';
import {
  hashesOf,
  instanceWithData,
  openWorld,
  startBackup,
  startRestore,
  type Tenant,
  type World,
  waitForCleanup,
  waitForJob,
} from './world.ts';

/** 16 MiB and a bit of each of eight pages: eight segments. */
const BLOCKS = 8 * 33;
const NODE = { slots: 2, visibilitySeconds: 10 };

const ask = (tenant: Tenant, action: 'suspendJob' | 'resumeJob' | 'retryJob' | 'cancelJob', jobId: string) =>
  tenant.api.call(tenantRoutes[action], { params: { jobId } });

const catalogOf = ({ local }: World) =>
  createDynamoCatalog({
    client: new DynamoDBClient({
      endpoint: local.cloud.endpoint,
      region: local.place.region,
      credentials: local.cloud.admin.rootAccessKey(local.place.accountId),
    }),
    table: 'holdfast-dev',
  });

/** Blocks that an attempt has moved in segments that it finished, by the orders' own records. */
const finishedBlocks = async (world: World, jobId: string, attempt: number): Promise<number> =>
  (await catalogOf(world).orders.ofAttempt(jobId, attempt))
    .filter(({ state, kind }) => state === 'done' && kind.endsWith('-segment'))
    .reduce((sum, { outcome }) => sum + (outcome?.counters.transferred ?? 0), 0);

const calls = ({ local }: World, action: string, since: ReturnType<typeof local.cloud.trail.mark>): number =>
  local.cloud.trail
    .counts({ since })
    .filter((each) => each.service === 'ebs' && each.action === action && each.outcome === 'ok')
    .reduce((sum, { count }) => sum + count, 0);

/** Of the job's machine and of those that it starts. */
const runningExecutions = async ({ local }: World, ...machines: string[]): Promise<string[]> => {
  const { accountId, region } = local.place;
  const running: string[] = [];
  for (const machine of machines) {
    const { executions } = (await local.cloud.kernel.call(
      local.cloud.admin.rootPrincipal(accountId),
      region,
      'states',
      'ListExecutions',
      {
        stateMachineArn: `arn:aws:states:${region}:${accountId}:stateMachine:holdfast-dev-${machine}`,
        statusFilter: 'RUNNING',
      },
    )) as { executions: { name: string }[] };
    running.push(...executions.map(({ name }) => name));
  }
  return running;
};

test('jobs are suspended in the middle of their transfer, and resumed: only what was not finished is moved again', async (t) => {
  // So small, that a restore has an order for each page, too.
  const world = await openWorld(t, { overrides: { segmentBlocks: '40', blockRate: '20' }, nodes: 0 });
  const [acme, globex] = world.tenants;
  const first = world.local.startNode(world, NODE);
  const instance = await instanceWithData(world, acme, [16], { seed: 3, mibPerPage: 16 });
  const other = await instanceWithData(world, globex, [1], { seed: 4 });
  const truth = await hashesOf(world, [instance.volumes[0]?.volumeId as string]);
  const { trail } = world.local.cloud;
  let pointId = '';

  await t.test('a backup whose node was killed', async () => {
    const jobId = await startBackup(acme, [instance.instanceId], { level: 'full' });
    // Two segments are done, and two more under way.
    await waitForJob(acme, jobId, (job) => (job.instances?.[0]?.counters.transferred ?? 0) > 66);
    await first.kill();
    await ask(acme, 'suspendJob', jobId);
    const held = await waitForJob(acme, jobId, ({ state }) => state === 'suspended');
    assert.equal(held.instances?.[0]?.phase, 'suspended');
    await waitForCleanup(world, jobId);
    assert.equal((await leftInAccount(acme.ec2)).snapshots.length, 1, 'its snapshot stays');
    assert.deepEqual(await runningExecutions(world, 'backup', 'snapshots', 'transfer'), []);
    const finished = await finishedBlocks(world, jobId, 1);
    assert.ok(finished > 0 && finished < BLOCKS, `${finished} of ${BLOCKS} blocks are finished`);

    // The instance is free meanwhile for whatever else there is to do, and so is the other tenant.
    world.local.startNode(world, NODE);
    assert.equal((await waitForJob(globex, await startBackup(globex, [other.instanceId]))).state, 'completed');
    await assert.rejects(ask(globex, 'resumeJob', jobId), 'another tenant’s job');

    const resumed = trail.mark();
    await ask(acme, 'resumeJob', jobId);
    const job = await waitForJob(acme, jobId);
    assert.deepEqual([job.state, job.attempt], ['completed', 2], JSON.stringify(job));
    assert.equal(calls(world, 'GetSnapshotBlock', resumed), BLOCKS - finished);
    assert.equal(job.instances?.[0]?.counters.transferred, BLOCKS);
    pointId = job.instances?.[0]?.recoveryPointId as string;
    await waitForCleanup(world, jobId, 2);
    assert.equal((await leftInAccount(acme.ec2)).snapshots.length, 1);
  });

  await t.test('a restore', async () => {
    const jobId = await startRestore(acme, pointId);
    await waitForJob(acme, jobId, (job) => (job.instances?.[0]?.counters.transferred ?? 0) > 80);
    await ask(acme, 'suspendJob', jobId);
    await waitForJob(acme, jobId, ({ state }) => state === 'suspended');
    await waitForCleanup(world, jobId);
    assert.equal((await leftInAccount(acme.ec2)).snapshots.length, 2, 'the one that is being filled stays');
    assert.deepEqual(await runningExecutions(world, 'restore', 'transfer'), []);
    const finished = await finishedBlocks(world, jobId, 1);
    assert.ok(finished > 0 && finished < BLOCKS, `${finished} of ${BLOCKS} blocks are finished`);

    const resumed = trail.mark();
    await ask(acme, 'resumeJob', jobId);
    const job = await waitForJob(acme, jobId);
    assert.deepEqual([job.state, job.attempt], ['completed', 2], JSON.stringify(job));
    assert.equal(calls(world, 'PutSnapshotBlock', resumed), BLOCKS - finished);
    const [volume] = job.instances?.[0]?.result?.volumes ?? [];
    const restored = await hashesOf(world, [volume?.volumeId as string]);
    assert.equal(restored.get(volume?.volumeId as string), truth.get(instance.volumes[0]?.volumeId as string));
    await waitForCleanup(world, jobId, 2);
    const left = await leftInAccount(acme.ec2);
    assert.deepEqual([left.snapshots.length, left.images.length, left.looseVolumes.length], [1, 0, 0]);
  });

  await t.test('a restore that is cancelled after all', async () => {
    const jobId = await startRestore(acme, pointId);
    await waitForJob(acme, jobId, (job) => (job.instances?.[0]?.counters.transferred ?? 0) > 10);
    await ask(acme, 'suspendJob', jobId);
    await waitForJob(acme, jobId, ({ state }) => state === 'suspended');
    assert.equal((await ask(acme, 'cancelJob', jobId)).state, 'cancelled');
    await waitForCleanup(world, jobId);
    await waitForCleanup(world, jobId, 1, 60, 'cleanup-cancelled');
    assert.equal((await leftInAccount(acme.ec2)).snapshots.length, 1);
    assert.equal((await leftInAccount(globex.ec2)).snapshots.length, 1);
  });
});
