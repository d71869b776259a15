import { z } from 'zod';
import type { AssembleMaps } from './order-work.ts';
import { TransientFailure } from '../../core/domain/errors.ts';
import { assembleMap, readMap, type VolumeMap } from '../../library/volume-map.ts';
import type { OrderTools } from '../order-tools.ts';
import { keyOfResult, readResultKeys } from './result-keys.ts';
import { verifySample } from './verify-sample.ts';
import { writePointOnce } from './write-point-once.ts';

/** What read-segment orders leave in the work area. */
const ReadResult = z.object({
  kind: z.literal('read-segment'),
  pages: z.array(
    z.object({
      page: z.int().nonnegative(),
      id: z.string(),
      dataBlocks: z.int().nonnegative(),
      versionId: z.string().exactOptional(),
    }),
  ),
  generation: z.int().nonnegative(),
});

/** Joins the segments' pages into maps, reads a sample of every volume back, then writes the point's sealed record. */
export const assembleMaps = async (work: AssembleMaps, tools: OrderTools) => {
  const { counters, order, workArea, signal, now } = tools;
  const library = tools.library();
  const resultKeys = await readResultKeys(workArea, order.documentKey);

  let generation = Infinity;
  let verified = 0;
  const maps: VolumeMap[] = [];
  const volumes: Parameters<typeof writePointOnce>[1]['volumes'] = [];
  for (const volume of work.volumes) {
    const pages: z.infer<typeof ReadResult>['pages'] = [];
    for (const orderId of volume.orderIds) {
      signal.throwIfAborted();
      const key = keyOfResult(resultKeys, orderId);
      const value = await workArea.getJson(key);
      if (value === undefined) throw new TransientFailure(`the result ${key} is not in the work area`);
      const result = ReadResult.parse(value);
      pages.push(...result.pages);
      generation = Math.min(generation, result.generation);
    }
    const parent =
      volume.parent && (await readMap(library, volume.parent.recoveryPointId, volume.parent.volumeId));
    const { map, seal, versionId } = await assembleMap(library, {
      recoveryPointId: work.recoveryPointId,
      volumeId: volume.volumeId,
      sizeBytes: volume.sizeBytes,
      pages,
      ...(parent ? { parent } : {}),
      lineage: {
        snapshotId: volume.snapshotId,
        ...(volume.baseSnapshotId === undefined ? {} : { baseSnapshotId: volume.baseSnapshotId }),
      },
    });
    verified += await verifySample(library, map, tools);
    maps.push(map);
    volumes.push({
      volumeId: volume.volumeId,
      sizeBytes: volume.sizeBytes,
      level: volume.level,
      snapshotId: volume.snapshotId,
      mapSeal: seal,
      ...(versionId === undefined ? {} : { mapVersionId: versionId }),
    });
  }
  const verification = { at: new Date(now()).toISOString(), blocks: verified, depth: 'sample' as const };
  await writePointOnce(library, { work, jobId: order.jobId, volumes, verification });
  return {
    kind: work.kind,
    volumes: maps.map((map) => ({
      volumeId: map.volumeId,
      dataBlocks: map.dataBlocks,
      zeroBlocks: map.blockCount - map.dataBlocks,
      pageDataBlocks: map.pages.map(({ dataBlocks }) => dataBlocks),
    })),
    verification,
    ...(Number.isFinite(generation) ? { generation } : {}),
    counters: counters.read(),
  };
};
