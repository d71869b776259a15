import { hash } from 'node:crypto';
import { ChecksumMismatch, InvalidRequest } from '../../core/domain/errors.ts';
import type { BlockTransport, ChangedBlock } from '../../core/ports/block-transport.ts';
import { BLOCK_BYTES, blocksInPage, isZeroBlock, ZERO_BLOCK_SHA256 } from '../../library/block.ts';
import { openSegmentWriter } from '../../library/segment-writer.ts';
import { readMap } from '../../library/volume-map.ts';
import type { OrderTools } from '../order-tools.ts';
import { createConcurrency } from './concurrency.ts';
import { inLanes } from './in-lanes.ts';
import { listOrderBlocks } from './listed-blocks.ts';
import type { ReadSegment, ResultOf } from './order-work.ts';

/** A block that arrives damaged is fetched again this often: the network may do it once, not always. */
const FETCHES_OF_A_BLOCK = 4;

/**
 * Reads a segment of a snapshot into the library. Each lane, of up to `connections`, fetches a block into a buffer,
 * and then hashes, deduplicates, compresses and seals it in one go on this thread, so that the slowest stage holds up the
 * fetching, and memory does not depend on the volume's size.
 */
export const readSegment = async (work: ReadSegment, tools: OrderTools): Promise<ResultOf<'read-segment'>> => {
  const { buffers, counters, connections, level, now, signal } = tools;
  const library = tools.library();
  const transport = await tools.transport();
  if (work.baseSnapshotId !== undefined && !work.parent)
    throw new InvalidRequest(`an incremental of ${work.volumeId} names no parent for its unchanged blocks`);
  const parent = work.parent && (await readMap(library, work.parent.recoveryPointId, work.parent.volumeId));

  const pages = [...new Set(work.pages)];
  const writer = openSegmentWriter(library, {
    volumeBlocks: work.volumeBlocks,
    pages,
    ...(parent ? { parent } : {}),
    unlisted: work.baseSnapshotId === undefined ? 'zero' : 'parent',
    level,
  });
  let listed = 0;
  const concurrency = createConcurrency({ most: connections });
  try {
    await inLanes<ChangedBlock>(signal, async (laneSignal) => {
      const blocks = listOrderBlocks(work, transport, laneSignal);
      const read = async (index: number, token: string, buffer: Buffer): Promise<void> => {
        const sha = await fetchVerified(transport, work.snapshotId, index, token, buffer, laneSignal);
        concurrency.ended(transport.calls.throttled, now());
        counters.add('transferred', 1);
        counters.add('bytes', BLOCK_BYTES);
        const { outcome, storedBytes } = await writer.write(index, buffer, sha);
        counters.add(COUNTED_AS[outcome], 1);
        counters.add('storedBytes', storedBytes);
      };
      return {
        concurrency,
        next: () => blocks.next(),
        work: async ({ index, token }) => {
          listed += 1;
          if (token === undefined) {
            writer.addZero(index);
            counters.add('zero', 1);
            return;
          }
          const buffer = buffers.take();
          try {
            await read(index, token, buffer);
          } finally {
            buffers.give(buffer);
          }
        },
      };
    });
    signal.throwIfAborted();
    const result = await writer.finish();
    if (work.baseSnapshotId === undefined) counters.add('zero', blocksOfPages(pages, work.volumeBlocks) - listed);
    counters.set('storedBytes', result.counters.storedBytes);
    const { generation } = result;
    return {
      kind: work.kind,
      pages: [...result.pages],
      generation,
      packs: [...result.packs],
      counters: counters.read(),
    };
  } catch (error) {
    await writer.abort().catch(() => undefined);
    throw error;
  }
};

const COUNTED_AS = {
  zero: 'zero',
  'same-as-parent': 'deduplicated',
  deduplicated: 'deduplicated',
  stored: 'stored',
} as const;

const blocksOfPages = (pages: readonly number[], volumeBlocks: number): number =>
  pages.reduce((sum, page) => sum + blocksInPage(volumeBlocks, page), 0);

/** Fills `buffer` and answers with its SHA-256, which is the one that EBS states. */
const fetchVerified = async (
  transport: BlockTransport,
  snapshotId: string,
  index: number,
  token: string,
  buffer: Buffer,
  signal: AbortSignal,
): Promise<Uint8Array> => {
  for (let fetches = 1; ; fetches += 1) {
    const stated = await transport.get(snapshotId, index, token, buffer, signal);
    const sha = isZeroBlock(buffer) ? ZERO_BLOCK_SHA256 : hash('sha256', buffer, 'buffer');
    if (Buffer.compare(sha, stated) === 0) return sha;
    if (fetches === FETCHES_OF_A_BLOCK)
      throw new ChecksumMismatch(
        `block ${index} of ${snapshotId} came ${fetches} times with another SHA-256 than EBS states for it`,
      );
  }
};
