import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOME } from './flows-account.ts';
import { backupOf, copyOf, openFlows, snapshotOf } from './flows-world.ts';

const BIG = 'i-00000b16';
/** The most that an instance can have attached, 64 TiB together. */
const VOLUMES = Array.from({ length: 128 }, (_, index) => `vol-${String(index).padStart(17, '0')}`);
const EACH_GIB = 512;
/** Step Functions allows 256 KiB and ends an execution, uncatchably, beyond it. */
const MOST_BYTES = 32 * 1_024;

/**
 * Blocks to read for each order. As deployed it is 8,192 (4 GiB), which makes 16,384 orders of a full backup and six
 * minutes of this test: `HOLDFAST_SEGMENT_BLOCKS=8192`.
 */
const SEGMENT_BLOCKS = Number(process.env.HOLDFAST_SEGMENT_BLOCKS ?? 262_144);

const openBig = async (t: Parameters<typeof openFlows>[0]) => {
  const world = await openFlows(t, { segmentBlocks: SEGMENT_BLOCKS });
  const [{ tenantId, account }] = world.tenants;
  account.addInstance(BIG, VOLUMES, { Name: 'big' }, 'Linux/UNIX', EACH_GIB);
  let largest = { bytes: 0, what: '' };
  const measure = (what: string, value: unknown): void => {
    const bytes = Buffer.byteLength(JSON.stringify(value ?? null));
    if (bytes > largest.bytes) largest = { bytes, what };
  };
  const invoke = world.cloud.handlers.get('lambda:Invoke');
  assert.ok(invoke);
  world.cloud.handlers.set('lambda:Invoke', async (input, principal) => {
    measure(`what ${String(input.FunctionName).split(':').at(-1)} is given`, JSON.parse(String(input.Payload)));
    const answer = (await invoke(input, principal)) as { Payload: unknown };
    measure(`what ${String(input.FunctionName).split(':').at(-1)} answers`, answer);
    return answer;
  });
  return { world, tenantId, account, largest: () => largest };
};

test('a machine of 128 volumes and 64 TiB is backed up, and then what changed; no payload comes near the limit', async (t) => {
  const { world, tenantId, largest } = await openBig(t);
  const full = await world.run(tenantId, backupOf({ instanceIds: [BIG] }));
  assert.deepEqual([full.state, full.error], ['completed', undefined]);
  const reads = () => world.node.orders.filter(({ kind }) => kind === 'read-segment').length;
  assert.equal(reads(), (VOLUMES.length * EACH_GIB * 2_048) / SEGMENT_BLOCKS);
  const [child] = await world.instancesOf(full.jobId);
  assert.equal(child?.plannedBlocks, VOLUMES.length * EACH_GIB * 2_048);
  assert.equal(Object.keys(child?.progress ?? {}).length, VOLUMES.length);
  // written to with each heartbeat of each of its orders: DynamoDB counts every KiB of it
  const record = Buffer.byteLength(JSON.stringify(child));
  t.diagnostic(`the instance's record: ${record} bytes`);
  assert.ok(record <= MOST_BYTES, `${record} bytes`);
  assert.equal(world.pointsOf(tenantId, BIG)[0]?.volumes.length, VOLUMES.length);

  await world.hour();
  const before = reads();
  const incremental = await world.run(tenantId, backupOf({ instanceIds: [BIG] }));
  assert.deepEqual([incremental.state, incremental.error], ['completed', undefined]);
  assert.equal(reads() - before, VOLUMES.length);
  for (const call of world.cloud.calls) {
    if (call.service === 'sqs') assert.ok(String(call.input.MessageBody).length < MOST_BYTES);
  }
  const { bytes, what } = largest();
  t.diagnostic(`the largest payload: ${bytes} bytes, ${what}`);
  assert.ok(bytes <= MOST_BYTES, `${what}: ${bytes} bytes`);
});

test('its snapshots are a recovery point, and are copied into the library', async (t) => {
  const { world, tenantId, account, largest } = await openBig(t);
  const snapshot = await world.run(tenantId, snapshotOf({ instanceIds: [BIG] }));
  assert.deepEqual([snapshot.state, snapshot.error], ['completed', undefined]);
  assert.equal([...account.snapshots.values()].filter(({ region }) => region === HOME).length, VOLUMES.length);
  const copy = await world.run(tenantId, copyOf({ instanceIds: [BIG] }));
  assert.deepEqual([copy.state, copy.error], ['completed', undefined]);
  assert.deepEqual(
    world.pointsOf(tenantId, BIG).map(({ kind, volumes }) => [kind, volumes.length]),
    [
      ['snapshot', VOLUMES.length],
      ['backup-copy', VOLUMES.length],
    ],
  );
  const { bytes, what } = largest();
  t.diagnostic(`the largest payload: ${bytes} bytes, ${what}`);
  assert.ok(bytes <= MOST_BYTES, `${what}: ${bytes} bytes`);
});
