import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createDiskStore } from '../../adapters/disk/disk-store.ts';
import { attachLibrary, type SharedLibrary, shareLibrary } from '../../library/library.ts';
import type { SegmentResult } from '../../library/segment-writer.ts';
import { assembleMap } from '../../library/volume-map.ts';
import { backUp, block, difference, openTestLibrary, restore, writeSegment } from './backup.ts';

interface Order {
  readonly folder: string;
  readonly shared: SharedLibrary;
  readonly page: number;
}

const sizeBytes = 4 * 2 ** 30;
/** The first block of each page is known already, the second is new. */
const blocksOf = (page: number) =>
  new Map([
    [page * 4096, block('known')],
    [page * 4096 + 1, block(`new ${page}`)],
  ]);

/** What an access node's worker does with an order. */
const runOrder = async ({ folder, shared, page }: Order): Promise<void> => {
  const outside = { store: createDiskStore({ folder }), random: randomBytes, now: Date.now };
  const library = attachLibrary({ ...outside, shared });
  const segment = { volumeBlocks: 8192, pages: [page], unlisted: 'zero' } as const;
  parentPort?.postMessage(await writeSegment(library, blocksOf(page), segment));
};

if (!isMainThread && (workerData as Partial<Order> | undefined)?.shared) await runOrder(workerData as Order);
else {
  test('worker threads write segments with the shared index, and the main thread takes up what they wrote', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-workers-'));
    const store = createDiskStore({ folder });
    const library = await openTestLibrary(store, randomBytes);
    await backUp(library, { point: 'rp-1', sizeBytes, blocks: new Map([[5, block('known')]]) });
    const results = await Promise.all(
      [0, 1].map(
        (page) =>
          new Promise<SegmentResult>((resolve, reject) => {
            const order: Order = { folder, shared: shareLibrary(library), page };
            const worker = new Worker(new URL(import.meta.url), { workerData: order });
            worker.on('message', resolve);
            worker.on('error', reject);
          }),
      ),
    );
    for (const { counters } of results) assert.deepEqual([counters.deduplicated, counters.stored], [1, 1]);
    assert.equal((await library.index.refresh()).blocks, 3);
    const pages = results.flatMap((result) => result.pages);
    const lineage = { snapshotId: 'snap-2' };
    await assembleMap(library, { recoveryPointId: 'rp-2', volumeId: 'vol-1', sizeBytes, pages, lineage });
    const expected = new Map([...blocksOf(0), ...blocksOf(1)]);
    assert.equal(difference(await restore(library, 'rp-2'), expected), undefined);
    await rm(folder, { recursive: true });
  });
}
