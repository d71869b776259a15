import { SegmentResult } from '../../core/contracts/order-results.ts';
import { readFromNewer } from '../../core/contracts/other-versions.ts';
import { InvalidRequest, LibraryUnavailable, TransientFailure } from '../../core/domain/errors.ts';
import type { Library } from '../../library/library.ts';
import { lockReferences, type MapToLock } from '../../library/lock-references.ts';
import { canLock } from '../../library/locked-objects.ts';
import type { PageEntry } from '../../library/page-object.ts';
import type { PointVolume } from '../../library/recovery-point.ts';
import { verifyVolume } from '../../library/verify-volume.ts';
import { assembleMap, readMap } from '../../library/volume-map.ts';
import { checkWrittenPacks } from '../../library/written-packs.ts';
import type { OrderTools } from '../order-tools.ts';
import type { AssembleMaps, ResultOf } from './order-work.ts';
import { keyOfResult, readResultKeys } from './result-keys.ts';
import { writePointOnce } from './write-point-once.ts';

/** Joins the segments' pages into maps, reads a sample of every volume back (or all of it), then writes the point's sealed record. */
export const assembleMaps = async (work: AssembleMaps, tools: OrderTools): Promise<ResultOf<'assemble-maps'>> => {
  const { counters, order, workArea, random, signal, now } = tools;
  const depth = work.verify ?? 'sample';
  const library = tools.library();
  const resultKeys = await readResultKeys(workArea, order.documentKey);

  let { generation } = library.index;
  let verified = 0;
  const results: ResultOf<'assemble-maps'>['volumes'] = [];
  const volumes: PointVolume[] = [];
  for (const volume of work.volumes) {
    const pages: PageEntry[] = [];
    for (const orderId of volume.orderIds) {
      signal.throwIfAborted();
      const key = keyOfResult(resultKeys, orderId);
      const value = await workArea.getJson(key);
      if (value === undefined) throw new TransientFailure(`the result ${key} is not in the work area`);
      const result = readFromNewer(SegmentResult, value);
      if (result.kind !== 'read-segment') throw new InvalidRequest(`${key} is the result of a ${result.kind} order`);
      pages.push(...(result.pages as PageEntry[]));
      generation = Math.min(generation, result.generation);
      await checkWrittenPacks(library, result.packs, signal);
    }
    const parent = volume.parent && (await readMap(library, volume.parent.recoveryPointId, volume.parent.volumeId));
    const { parentLockedUntil: parentKeptUntil } = volume;
    const { map, seal, versionId } = await assembleMap(library, {
      recoveryPointId: work.recoveryPointId,
      volumeId: volume.volumeId,
      sizeBytes: volume.sizeBytes,
      pages,
      ...(parent ? { parent } : {}),
      ...(order.lock
        ? { beforeWrite: (map) => lockBehind(library, order.lock, { map, parent, parentKeptUntil, signal }) }
        : {}),
      lineage: {
        snapshotId: volume.snapshotId,
        ...(volume.baseSnapshotId === undefined ? {} : { baseSnapshotId: volume.baseSnapshotId }),
      },
    });
    let told = 0;
    verified += await verifyVolume(library, map, {
      ...{ depth, parent, random, signal },
      runReader: tools.spread(),
      onBlock: (done) => {
        counters.add('verified', done - told);
        told = done;
      },
    });
    results.push({
      volumeId: map.volumeId,
      mapSeal: seal,
      dataBlocks: map.dataBlocks,
      zeroBlocks: map.blockCount - map.dataBlocks,
      pageDataBlocks: map.pages.map(({ dataBlocks }) => dataBlocks),
    });
    volumes.push({
      volumeId: volume.volumeId,
      sizeBytes: volume.sizeBytes,
      level: volume.level,
      snapshotId: volume.snapshotId,
      mapSeal: seal,
      ...(versionId === undefined ? {} : { mapVersionId: versionId }),
    });
  }
  const verification = { at: new Date(now()).toISOString(), blocks: verified, depth };
  await writePointOnce(library, { work, jobId: order.jobId, volumes, verification });
  return { kind: work.kind, volumes: results, generation, verification, counters: counters.read() };
};

const lockBehind = async (library: Library, lock: OrderTools['order']['lock'], about: MapToLock): Promise<void> => {
  if (!lock) return;
  if (!canLock(library.store))
    throw new LibraryUnavailable('the order wants Object Lock, and the library’s place has none');
  await lockReferences(library, library.store, lock, about);
};
