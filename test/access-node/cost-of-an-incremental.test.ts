/** What an incremental of a 1 TiB volume costs: it must depend on what changed, not on the volume's size. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { BLOCK_BYTES, PAGE_BLOCKS } from '../../core/contracts/ids.ts';
import type { BlockRanges } from '../../core/contracts/order-work.ts';
import { changedSegments, pagesOfSegment } from '../../core/domain/segments.ts';
import type { DeletableStore } from '../../core/ports/object-store.ts';
import { sha256 } from '../../library/block-encoding.ts';
import { BlockPage } from '../../library/block-page.ts';
import { type PageEntry, writePageObject } from '../../library/page-object.ts';
import type { RangeReader } from '../../library/range-reader.ts';
import { openSegmentWriter } from '../../library/segment-writer.ts';
import { assembleMap, readMap } from '../../library/volume-map.ts';
import { memorySnapshots, type Snapshot } from './memory-snapshots.ts';
import { openBench } from './order-bench.ts';

const volumeId = 'vol-00000001';
const sizeBytes = 2 ** 40;
const volumeBlocks = sizeBytes / BLOCK_BYTES;
const PAGES = volumeBlocks / PAGE_BLOCKS;
const KINDS = 64;
const DATA_BLOCKS_OF_A_PAGE = 50;

/** What reaches the library's store. */
const cost = { written: [] as string[], writtenBytes: 0, read: [] as string[], listed: 0 };
const counting = (store: DeletableStore & RangeReader): DeletableStore & RangeReader => ({
  putNew: (key, bytes) => {
    cost.written.push(key);
    cost.writtenBytes += bytes.length;
    return store.putNew(key, bytes);
  },
  get: (key, versionId) => {
    cost.read.push(key);
    return store.get(key, versionId);
  },
  getRange: (key, start, length, versionId) => {
    cost.read.push(key);
    return store.getRange(key, start, length, versionId);
  },
  readRange: (key, start, into, versionId) => {
    cost.read.push(key);
    return store.readRange(key, start, into, versionId);
  },
  head: (key) => store.head(key),
  delete: (key, versionId) => store.delete(key, versionId),
  list: (prefix) => {
    cost.listed += 1;
    return store.list(prefix);
  },
});
const kindsOf = (keys: readonly string[]): Record<string, number> => {
  const kinds: Record<string, number> = {};
  for (const key of keys) kinds[key.split('/')[0] ?? ''] = (kinds[key.split('/')[0] ?? ''] ?? 0) + 1;
  return kinds;
};

const snapshots = new Map<string, Snapshot>();
const ebs = memorySnapshots(snapshots);
let bench: Awaited<ReturnType<typeof openBench>>;

/** The full: 512 pages, each its own, of few different blocks. Made as a map alone: EBS holds only what changes. */
before(async () => {
  bench = await openBench(ebs.transport, counting);
  const library = bench.open();
  await library.index.refresh();
  const writer = openSegmentWriter(library, { volumeBlocks, pages: [0], unlisted: 'zero' });
  const ids: Buffer[] = [];
  for (let kind = 0; kind < KINDS; kind += 1) {
    const plain = randomBytes(BLOCK_BYTES);
    ids.push(library.keys.blockId(sha256(plain)));
    await writer.write(kind, plain, sha256(plain));
  }
  await writer.finish();
  const pages: PageEntry[] = [];
  for (let number = 0; number < PAGES; number += 1) {
    const page = new BlockPage(PAGE_BLOCKS);
    for (let at = 0; at < DATA_BLOCKS_OF_A_PAGE; at += 1) page.set(at * 80 + (number % 80), ids[(number + at) % KINDS]);
    page.set(4_000 + Math.floor(number / 80), ids[0]);
    pages.push((await writePageObject(library, number, page)).entry);
  }
  const lineage = { snapshotId: 'snap-00000001' };
  await assembleMap(library, { recoveryPointId: 'rp-00000001', volumeId, sizeBytes, pages, lineage });
});
after(() => bench.close());

const parent = { recoveryPointId: 'rp-00000001', volumeId };

/** Plans as the control plane does, reads, and assembles; answers the cost of it. */
const incremental = async (changed: readonly number[], recoveryPointId: string, snapshotId: string) => {
  snapshots.set('snap-00000001', new Map());
  snapshots.set(snapshotId, new Map(changed.map((index) => [index, randomBytes(BLOCK_BYTES)])));
  Object.assign(cost, { written: [], writtenBytes: 0, read: [], listed: 0 });
  Object.assign(ebs.calls, { list: 0, get: 0, put: 0, complete: 0 });
  const ranges: BlockRanges = changed.map((index) => [index, index + 1]);
  const segments = [];
  for (const segment of changedSegments(ranges, 8_192))
    segments.push(
      await bench.perform({
        kind: 'read-segment',
        volumeId,
        snapshotId,
        baseSnapshotId: 'snap-00000001',
        parent,
        volumeBlocks,
        pages: pagesOfSegment(segment),
        blocks: segment.blocks,
      }),
    );
  const lineage = { snapshotId, baseSnapshotId: 'snap-00000001' };
  await bench.perform(
    {
      kind: 'assemble-maps',
      recoveryPointId,
      takenAt: '2026-01-01T00:00:00Z',
      pointKind: 'streaming',
      tags: {},
      instance: {},
      requestedBy: 'ops',
      volumes: [
        {
          volumeId,
          sizeBytes,
          ...lineage,
          parent,
          level: 'incremental',
          orderIds: segments.map(({ orderId }) => orderId),
        },
      ],
    },
    { before: segments },
  );
  return { orders: segments.length, ebs: { ...ebs.calls }, ...cost };
};

describe('an incremental of a 1 TiB volume', () => {
  it('in which nothing changed reads no block, writes map and point, a few KiB, and a handful of objects is read', async () => {
    const { orders, ebs, written, writtenBytes, read, listed } = await incremental([], 'rp-00000002', 'snap-00000002');
    assert.equal(orders, 0);
    assert.deepEqual([ebs.list, ebs.get], [0, 0], 'the planner has listed that there is nothing to list');
    assert.deepEqual(kindsOf(written), { maps: 1, points: 1 });
    assert.ok(writtenBytes < 24 * 1_024, `${writtenBytes} bytes`);
    const { pages = 0, packs = 0, ...others } = kindsOf(read);
    assert.ok(pages <= 16 && packs <= 16, `a sample of 16 blocks is read back: ${pages} pages, ${packs} ranges`);
    assert.deepEqual(others, { maps: 2, index: 1 }, 'the parent map, and the new one before the point names it');
    assert.ok(listed <= 4, `${listed} listings`);
  });

  it('in which three far blocks changed costs three blocks, their pages, a pack and an index', async () => {
    const changed = [5, 1_000_000, 2_000_000];
    const { orders, ebs, written, writtenBytes } = await incremental(changed, 'rp-00000003', 'snap-00000003');
    assert.equal(orders, 1);
    assert.deepEqual([ebs.list, ebs.get], [1, 3]);
    assert.deepEqual(kindsOf(written), { packs: 1, index: 1, pages: 3, maps: 1, points: 1 });
    assert.ok(writtenBytes < 3 * BLOCK_BYTES + 64 * 1_024, `${writtenBytes} bytes`);
    const library = bench.open();
    const map = await readMap(library, 'rp-00000003', volumeId);
    const before = await readMap(library, 'rp-00000001', volumeId);
    const differing = map.pages.filter(({ id }, page) => id !== before.pages[page]?.id).map(({ page }) => page);
    assert.deepEqual(
      differing,
      changed.map((index) => Math.floor(index / PAGE_BLOCKS)),
    );
  });

  it('reads no more of the parent than the pages that changed', async () => {
    const changed = Array.from({ length: 40 }, (_, at) => at * 50_000 + 17);
    const { ebs, read, written } = await incremental(changed, 'rp-00000004', 'snap-00000004');
    assert.deepEqual([ebs.list, ebs.get], [1, 40]);
    const { pages = 0 } = kindsOf(read);
    // 40 to be changed, up to 16 for the sample, half of which are compared with the parent's
    assert.ok(pages <= 40 + 16 + 8, `${pages} pages`);
    assert.equal(kindsOf(written).pages, 40);
  });
});
