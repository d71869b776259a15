import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import type { AccessNodeProcess } from '../../dev/access-node-process.ts';
import { leftInAccount } from '../../dev/demo/tenant-instance.ts';
import {
  hashesOf,
  instanceWithData,
  openWorld,
  startBackup,
  startRestore,
  type World,
  waitForCleanup,
  waitForJob,
} from './world.ts';

const KILLS = 25;
const SIZE_GIB = 64;
/** A page is 2 GiB of a volume, and a segment one page here: sparse, of 4 MiB and a bit of a block each. */
const SEGMENTS = SIZE_GIB / 2;
const BLOCKS = SEGMENTS * 9;

const ordersOf = (world: World) => {
  const { cloud, place } = world.local;
  const client = new DynamoDBClient({
    endpoint: cloud.endpoint,
    region: place.region,
    credentials: cloud.admin.rootAccessKey(place.accountId),
  });
  return createDynamoCatalog({ client, table: 'holdfast-dev' }).orders;
};

test(`${KILLS} times a node is killed in the middle of a segment: others finish, and the restored bytes are identical`, async (t) => {
  // Slow enough that a segment takes seconds.
  const world = await openWorld(t, { overrides: { segmentBlocks: '4096', blockRate: '12' }, nodes: 0 });
  const [acme, globex] = world.tenants;
  const nodes = new Set<AccessNodeProcess>();
  const startNode = (): void => void nodes.add(world.local.startNode(world, { slots: 1, visibilitySeconds: 3 }));
  for (let i = 0; i < 3; i++) startNode();
  const instance = await instanceWithData(world, acme, [SIZE_GIB], { seed: 3, mibPerPage: 4 });
  const volumeId = instance.volumes[0]?.volumeId as string;
  const other = await instanceWithData(world, globex, [1], { seed: 4 });
  const truth = await hashesOf(world, [volumeId]);

  const jobId = await startBackup(acme, [instance.instanceId], { level: 'full' });
  const otherJobId = await startBackup(globex, [other.instanceId], { level: 'full' });
  const orders = ordersOf(world);
  /** Of orders that nobody died of so far: three deaths are no chance, and put an order into quarantine. */
  const victim = async () => {
    for (const { state, claim, nodeId, orderId } of await orders.ofAttempt(jobId, 1)) {
      if (state !== 'claimed' || claim !== 1) continue;
      const node = [...nodes].find((each) => each.nodeId === nodeId);
      if (node) return { node, orderId };
    }
    return undefined;
  };
  const interrupted = new Set<string>();
  const until = Date.now() + 240_000;
  while (interrupted.size < KILLS) {
    const found = await victim();
    if (found && !interrupted.has(found.orderId)) {
      await found.node.kill();
      nodes.delete(found.node);
      interrupted.add(found.orderId);
      startNode();
    }
    assert.ok(Date.now() < until, `only ${interrupted.size} nodes could be killed at work`);
    await sleep(100);
  }

  const job = await waitForJob(acme, jobId);
  assert.equal(job.state, 'completed', JSON.stringify(job));
  const segments = (await orders.ofAttempt(jobId, 1)).filter(({ kind }) => kind === 'read-segment');
  assert.equal(segments.length, SEGMENTS);
  // Only what a dead node held is done again: everything else was claimed once.
  const again = segments.filter(({ claim }) => claim > 1).map(({ orderId }) => orderId);
  assert.deepEqual(again.sort(), [...interrupted].filter((id) => again.includes(id)).sort());
  assert.ok(again.length >= KILLS - 1, `${again.length} of ${KILLS} segments were begun anew`);
  assert.equal(job.instances?.[0]?.counters.transferred, BLOCKS);
  assert.equal((await waitForJob(globex, otherJobId)).state, 'completed');

  const restore = await waitForJob(acme, await startRestore(acme, job.instances?.[0]?.recoveryPointId as string));
  assert.equal(restore.state, 'completed', JSON.stringify(restore));
  const restoredId = restore.instances?.[0]?.result?.volumes[0]?.volumeId as string;
  assert.equal((await hashesOf(world, [restoredId])).get(restoredId), truth.get(volumeId));

  await waitForCleanup(world, restore.jobId);
  assert.equal((await leftInAccount(acme.ec2)).snapshots.length, 1);
  assert.equal((await leftInAccount(globex.ec2)).snapshots.length, 1);
  t.diagnostic(`${interrupted.size} nodes killed, ${again.length} of ${SEGMENTS} segments begun anew`);
});
