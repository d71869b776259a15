import { BLOCK_BYTES } from '../../library/block.ts';
import { readMapOfPoint } from '../../library/point-volume.ts';
import { openVolumeReader, type ReadBlock } from '../../library/volume-reader.ts';
import type { OrderTools } from '../order-tools.ts';
import { createChecksumList } from './checksum-list.ts';
import { createConcurrency } from './concurrency.ts';
import { inLanes } from './in-lanes.ts';
import type { ResultOf, WriteSegment } from './order-work.ts';

/**
 * Writes the blocks with data of a segment into a pending snapshot; the rest of the volume stays zero, since a snapshot
 * without parent holds nothing else. The checksums go to the work area under `checksumKey`, for CompleteSnapshot.
 */
export const writeSegment = async (
  work: WriteSegment,
  tools: OrderTools,
  checksumKey: string,
): Promise<ResultOf<'write-segment'>> => {
  const { buffers, counters, connections, now, signal, workArea } = tools;
  const library = tools.library();
  const transport = await tools.transport();
  const map = await readMapOfPoint(library, work.source.recoveryPointId, work.source.volumeId);
  const reader = openVolumeReader(library, map, { takeBuffer: buffers.take });
  const checksums = createChecksumList();

  const pages = [...new Set(work.pages)].sort((a, b) => a - b);
  const source = reader.blocks(pages);
  const concurrency = createConcurrency({ most: connections });
  try {
    await inLanes<ReadBlock>(signal, async (laneSignal) => ({
      concurrency,
      next: () => source.next(),
      work: async ({ index, plain, sha }) => {
        try {
          await transport.put(work.snapshotId, index, plain, sha, laneSignal);
        } finally {
          buffers.give(plain);
        }
        concurrency.ended(transport.calls.throttled, now());
        checksums.add(index, sha);
        counters.add('transferred', 1);
        counters.add('bytes', BLOCK_BYTES);
      },
    }));
  } finally {
    await source.return(undefined);
  }
  await workArea.putBytes(checksumKey, checksums.toBytes());
  return { kind: work.kind, blocks: checksums.count(), counters: counters.read() };
};
