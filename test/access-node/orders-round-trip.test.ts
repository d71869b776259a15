import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { BLOCK_BYTES } from '../../core/contracts/ids.ts';
import { readPoint } from '../../library/recovery-point.ts';
import { memorySnapshots, type Snapshot } from './memory-snapshots.ts';
import { openBench } from './order-bench.ts';

const GIB = 1_073_741_824;
const volumeId = 'vol-00000001';
const sizeBytes = 5 * GIB;
const volumeBlocks = sizeBytes / BLOCK_BYTES;
const [first, second, restored, restoredAgain] = ['snap-00000001', 'snap-00000002', 'snap-00000003', 'snap-00000004'];
const points = ['rp-00000001', 'rp-00000002'] as const;

const half = Buffer.alloc(BLOCK_BYTES, 'text that compresses well ');
const data = (): Buffer => randomBytes(BLOCK_BYTES);
const snapshots = new Map<string, Snapshot>();
snapshots.set(
  first,
  new Map([
    [0, data()],
    [1, half],
    [2, half],
    [5, Buffer.alloc(BLOCK_BYTES)],
    [4_095, data()],
    [4_096, half],
    [5_000, data()],
    [8_192, data()],
    [volumeBlocks - 1, half],
  ]),
);
const later: Snapshot = new Map(snapshots.get(first));
later.set(0, data());
later.set(7, half);
later.delete(5_000);
later.set(8_200, data());
snapshots.set(second, later);

const ebs = memorySnapshots(snapshots);
let bench: Awaited<ReturnType<typeof openBench>>;
before(async () => {
  bench = await openBench(ebs.transport);
});
after(() => bench.close());

/** What a volume made from the snapshot would hold. */
const image = (snapshot: Snapshot | undefined): string => {
  const zero = Buffer.alloc(BLOCK_BYTES);
  const hash = createHash('sha256');
  const used = [...(snapshot ?? new Map<number, Buffer>())].filter(([, block]) => !block.equals(zero));
  for (const [index, block] of used.sort(([a], [b]) => a - b)) hash.update(`${index}:`).update(block);
  return hash.digest('hex');
};

const readFull = (pages: number[], blocks: [number, number][]) =>
  bench.perform({ kind: 'read-segment', volumeId, snapshotId: first, volumeBlocks, pages, blocks });

const assembleFull = (segments: { orderId: string; resultKey: string }[]) =>
  bench.perform(
    {
      kind: 'assemble-maps',
      recoveryPointId: points[0],
      takenAt: '2026-01-01T00:00:00Z',
      pointKind: 'streaming',
      tags: { Name: 'db' },
      instance: { instanceId: 'i-00000001' },
      requestedBy: 'ops',
      volumes: [
        {
          volumeId,
          sizeBytes,
          snapshotId: first,
          level: 'full',
          orderIds: segments.map(({ orderId }) => orderId),
        },
      ],
    },
    { before: segments },
  );

/** The aggregate must be in order of the blocks, whatever pages the segments have: in no order, or overlapping. */
const restore = async (recoveryPointId: string, snapshotId: string, pagesOfSegments: number[][]) => {
  const source = { recoveryPointId, volumeId };
  const segments = [];
  for (const pages of pagesOfSegments)
    segments.push(await bench.perform({ kind: 'write-segment', source, snapshotId, pages }));
  await bench.perform(
    { kind: 'complete-snapshots', snapshots: [{ snapshotId, orderIds: segments.map(({ orderId }) => orderId) }] },
    { before: segments },
  );
  return segments;
};

test('a full backup in two segments, and a restore of it, are the same volume bit for bit', async () => {
  const one = await readFull([0], [[0, 4_096]]);
  const two = await readFull([1, 2], [[4_096, volumeBlocks]]);
  assert.deepEqual(
    [one.counters, two.counters].map(({ transferred, zero, deduplicated, stored }) => ({
      transferred,
      zero,
      deduplicated,
      stored,
    })),
    [
      { transferred: 5, zero: 4_096 - 4, deduplicated: 1, stored: 3 },
      // Its blocks like those of the first segment are in the index by now.
      { transferred: 4, zero: volumeBlocks - 4_096 - 4, deduplicated: 2, stored: 2 },
    ],
  );
  assert.equal(one.counters.bytes, 5 * BLOCK_BYTES);
  await bench.sayMore(two.resultKey);
  const assembled = await assembleFull([one, two]);
  const { volumes, verification } = assembled.result as {
    volumes: { pageDataBlocks: number[]; dataBlocks: number; zeroBlocks: number }[];
    verification: { blocks: number };
  };
  assert.deepEqual(volumes[0]?.pageDataBlocks, [4, 2, 2]);
  assert.equal(volumes[0]?.zeroBlocks, volumeBlocks - 8);
  assert.equal(verification.blocks, 8, 'all, since there are fewer than 16');
  assert.equal(assembled.counters.verified, 8);
  await restore(points[0], restored, [[2], [0, 1]]);
  assert.equal(image(snapshots.get(restored)), image(snapshots.get(first)));
  assert.ok(ebs.sealed.has(restored));
});

test('an incremental reads only what changed, and its restore is the second volume bit for bit', async () => {
  const before = ebs.calls.get;
  const base = {
    kind: 'read-segment',
    volumeId,
    snapshotId: second,
    baseSnapshotId: first,
    parent: { recoveryPointId: points[0], volumeId },
    volumeBlocks,
  } as const;
  const segments = [
    await bench.perform({
      ...base,
      pages: [0, 2],
      blocks: [
        [0, 1],
        [7, 8],
        [8_200, 8_201],
      ],
    }),
    await bench.perform({ ...base, pages: [1], blocks: [[5_000, 5_001]] }),
  ];
  assert.equal(ebs.calls.get - before, 3, 'one of the four changes is a block that is gone');
  assert.equal(segments[1]?.counters.zero, 1);
  await bench.perform(
    {
      kind: 'assemble-maps',
      recoveryPointId: points[1],
      takenAt: '2026-01-02T00:00:00Z',
      pointKind: 'backup-copy',
      tags: {},
      instance: { instanceId: 'i-00000001' },
      requestedBy: 'ops',
      verify: 'full',
      volumes: [
        {
          volumeId,
          sizeBytes,
          snapshotId: second,
          baseSnapshotId: first,
          parent: { recoveryPointId: points[0], volumeId },
          level: 'incremental',
          orderIds: segments.map(({ orderId }) => orderId),
        },
      ],
    },
    { before: segments },
  );
  const point = await readPoint(bench.open(), points[1]);
  assert.equal(point.kind, 'backup-copy');
  const { blocks, depth } = point.verification as { blocks: number; depth: string };
  assert.deepEqual([blocks, depth], [9, 'full'], 'every block with data');
  assert.equal(point.jobId, 'job-00000001');
  await restore(points[1], restoredAgain, [[0, 2], [1]]);
  assert.equal(image(snapshots.get(restoredAgain)), image(snapshots.get(second)));
});

test('assembling again after a crash finds the point written and agrees with it', async () => {
  const one = await readFull([0], [[0, 4_096]]);
  const two = await readFull([1, 2], [[4_096, volumeBlocks]]);
  const { result } = await assembleFull([one, two]);
  assert.equal((result as { kind: string }).kind, 'assemble-maps');
});

test('other data under the same recovery point is refused as FenceRaised by its cause', async () => {
  const wrong = await bench.perform({
    kind: 'read-segment',
    volumeId,
    snapshotId: second,
    volumeBlocks,
    pages: [0, 1, 2],
    blocks: [[0, volumeBlocks]],
  });
  await assert.rejects(assembleFull([wrong]), { name: 'ConflictingObject' });
});

test('sealing a snapshot again, by another node, is harmless', async () => {
  const segments = await restoredSegments();
  await bench.perform(
    {
      kind: 'complete-snapshots',
      snapshots: [{ snapshotId: restored, orderIds: segments.map(({ orderId }) => orderId) }],
    },
    { before: segments },
  );
});

test('a block that arrives damaged once is fetched again; one that always does fails the order', async () => {
  let damaged = 0;
  ebs.tamperWith((index, block) => {
    if (index === 0 && damaged++ === 0) block[100] = (block[100] ?? 0) ^ 1;
  });
  await readFull([0], [[0, 4_096]]);
  assert.equal(damaged, 2);
  ebs.tamperWith((index, block) => {
    if (index === 1) block.fill(0);
  });
  await assert.rejects(readFull([0], [[0, 4_096]]), { name: 'ChecksumMismatch' });
  ebs.tamperWith(undefined);
});

test('an order that is stopped writes no result', async () => {
  const stop = new AbortController();
  const results = [...bench.objects.keys()].filter((key) => key.startsWith('results/')).length;
  let seen = 0;
  ebs.tamperWith(() => {
    seen += 1;
    if (seen === 2) stop.abort(new Error('stopped'));
  });
  await assert.rejects(
    bench.perform(
      { kind: 'read-segment', volumeId, snapshotId: first, volumeBlocks, pages: [0], blocks: [[0, 4_096]] },
      { signal: stop.signal },
    ),
    { message: 'stopped' },
  );
  ebs.tamperWith(undefined);
  assert.equal([...bench.objects.keys()].filter((key) => key.startsWith('results/')).length, results);
});

test('only the ranges of an order are read: what lies beside them in its pages stays zero', async () => {
  const before = ebs.calls.get;
  await readFull(
    [0],
    [
      [0, 2],
      [5, 6],
    ],
  );
  assert.equal(ebs.calls.get - before, 3);
});

/** The checksums of the first restore, written again under new names. */
const restoredSegments = async () => {
  const source = { recoveryPointId: points[0], volumeId };
  return [await bench.perform({ kind: 'write-segment', source, snapshotId: 'snap-0000000a', pages: [0, 1, 2] })];
};
