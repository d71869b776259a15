import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { contentOf } from './snapshot-content.ts';
import { startWorld } from './world.ts';

const BLOCK = 524_288;
const GIB = 1_073_741_824;
const GIBS = 3;
const volumeBlocks = (GIBS * GIB) / BLOCK;
let world: Awaited<ReturnType<typeof startWorld>>;
let node: ReturnType<typeof world.startNode>;
let volumeId: string;
let snapshots: [string, string];

before(async () => {
  world = await startWorld();
  volumeId = await world.newVolume(GIBS);
  await world.writeVolume(volumeId, 0, randomBytes(20 * BLOCK));
  await world.writeVolume(volumeId, 30 * BLOCK, Buffer.alloc(10 * BLOCK, 'compressible '));
  await world.writeVolume(volumeId, 5_000 * BLOCK + 7_777, randomBytes(3 * BLOCK));
  await world.writeVolume(volumeId, GIBS * GIB - 100, randomBytes(100));
  const first = await world.newSnapshot(volumeId);
  await world.writeVolume(volumeId, 3 * BLOCK, randomBytes(100));
  await world.writeVolume(volumeId, 100 * BLOCK, randomBytes(2 * BLOCK));
  await world.control('POST', `/volumes/${volumeId}/discard?offset=${5_000 * BLOCK}&length=${BLOCK * 2}`);
  snapshots = [first, await world.newSnapshot(volumeId)];
  node = world.startNode();
});
after(() => world.stop());

const succeeded = async (orderId: string): Promise<string> => {
  const { status, error, cause } = await world.ended(orderId);
  assert.equal(status, 'SUCCEEDED', `${error}: ${cause}\n${node.output()}`);
  return orderId;
};

const assemble = (recoveryPointId: string, orderIds: string[], more: object) =>
  world.send(
    {
      kind: 'assemble-maps',
      recoveryPointId,
      pointKind: 'streaming',
      tags: {},
      takenAt: '2026-01-01T00:00:00Z',
      instance: {},
      requestedBy: 'test',
      volumes: [{ volumeId, sizeBytes: GIBS * GIB, orderIds, ...more }],
    },
    { before: orderIds },
  );

const restore = async (recoveryPointId: string): Promise<string> => {
  const snapshotId = await world.startSnapshot(GIBS);
  const source = { recoveryPointId, volumeId };
  const segments = await Promise.all(
    [[1], [0]].map((pages) => world.send({ kind: 'write-segment', source, snapshotId, pages })),
  );
  await Promise.all(segments.map(succeeded));
  const seal = { kind: 'complete-snapshots', snapshots: [{ snapshotId, orderIds: segments }] };
  await succeeded(await world.send(seal, { before: segments }));
  // Another node that does it again, before the snapshot has completed, is no problem.
  await succeeded(await world.send(seal, { before: segments }));
  await world.completed(snapshotId);
  return snapshotId;
};

test('a full backup through a real node restores to the same bytes', { timeout: 60_000 }, async () => {
  const segments = await Promise.all([
    world.send({
      kind: 'read-segment',
      volumeId,
      snapshotId: snapshots[0],
      volumeBlocks,
      pages: [0],
      blocks: [[0, 4_096]],
    }),
    world.send({
      kind: 'read-segment',
      volumeId,
      snapshotId: snapshots[0],
      volumeBlocks,
      pages: [1],
      blocks: [[4_096, volumeBlocks]],
    }),
  ]);
  await Promise.all(segments.map(succeeded));
  await succeeded(await assemble('rp-00000001', segments, { snapshotId: snapshots[0], level: 'full' }));
  const restored = await restore('rp-00000001');
  assert.deepEqual(await contentOf(world.ebs, restored), await contentOf(world.ebs, snapshots[0]));
});

test('an incremental on top of it restores to the later bytes, gone blocks included', { timeout: 60_000 }, async () => {
  const parent = { recoveryPointId: 'rp-00000001', volumeId };
  const segment = await world.send({
    kind: 'read-segment',
    volumeId,
    snapshotId: snapshots[1],
    baseSnapshotId: snapshots[0],
    parent,
    volumeBlocks,
    pages: [0, 1],
    blocks: [
      [3, 4],
      [100, 102],
      [5_000, 5_002],
    ],
  });
  await succeeded(segment);
  const { counters } = (await world.result(segment)) as { counters: Record<string, number> };
  assert.ok((counters.transferred ?? 0) <= 5, 'only what changed was read');
  const level = { snapshotId: snapshots[1], baseSnapshotId: snapshots[0], parent, level: 'incremental' };
  await succeeded(await assemble('rp-00000002', [segment], level));
  const restored = await restore('rp-00000002');
  assert.deepEqual(await contentOf(world.ebs, restored), await contentOf(world.ebs, snapshots[1]));
});

test('an order on a snapshot that is not there fails by name, and the state machine sees it', {
  timeout: 60_000,
}, async () => {
  const order = await world.send({
    kind: 'read-segment',
    volumeId,
    snapshotId: 'snap-0000000000000dead',
    volumeBlocks,
    pages: [0],
    blocks: [[0, 10]],
  });
  const { status, error, cause } = await world.ended(order);
  assert.equal(status, 'FAILED');
  assert.equal(error, 'SnapshotFailed');
  assert.match(cause ?? '', /ListSnapshotBlocks snap-0000000000000dead/);
});

test('credentials that run out are replaced while the order runs', { timeout: 60_000 }, async () => {
  world.giveCredentials({ tenant: world.session.tenant(2) });
  const order = await world.send(
    { kind: 'read-segment', volumeId, snapshotId: snapshots[0], volumeBlocks, pages: [0], blocks: [[0, 4_096]] },
    { blockRate: 8 },
  );
  await world.asked('claimOrder', order);
  world.giveCredentials();
  await succeeded(order);
  const beats = world
    .requests()
    .filter(({ operation, orderId }) => operation === 'heartbeatOrder' && orderId === order);
  assert.equal(beats.filter(({ wantCredentials }) => wantCredentials).length, 1, 'asked for once');
});

test('nothing that a node says holds a token or a secret', () => {
  const said = node.output();
  assert.match(said, /order done/);
  for (const secret of [
    world.session.tenant().sessionToken.slice(0, 40),
    'sessionToken":"[^\\[]',
    'taskToken":"[^\\[]',
  ])
    assert.doesNotMatch(said, new RegExp(secret.replace(/[+/]/g, '.')));
});
