import { isLoss, type LossError } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import type { Library } from './library.ts';
import type { ListedPoints } from './list-points.ts';
import { counting, type MaintenanceOptions, READS_AT_ONCE } from './maintenance.ts';
import { readNamedMap } from './point-volume.ts';
import { readPoint } from './recovery-point.ts';
import { readMap, type VolumeMap } from './volume-map.ts';

/** A map whose point names it, or one that has no point. */
export interface VolumeRef {
  readonly recoveryPointId: string;
  readonly volumeId: string;
  readonly mapVersionId?: string | undefined;
  readonly mapSeal?: string;
}

export interface MapDamage {
  readonly error: LossError;
  readonly recoveryPointId: string;
  /** Absent where the point itself cannot be read. */
  readonly volumeId?: string;
  readonly sizeBytes?: number;
}

export interface WalkOptions extends MaintenanceOptions {
  /** Which of the listed recovery points; those without a point object are walked by their maps alone. */
  readonly points: Iterable<string>;
  /** Without it damage is thrown. */
  readonly onDamage?: ((damage: MapDamage) => void) | undefined;
}

const readRef = (
  library: Library,
  { recoveryPointId, volumeId, mapVersionId, mapSeal }: VolumeRef,
): Promise<VolumeMap> =>
  mapSeal === undefined
    ? readMap(library, recoveryPointId, volumeId, mapVersionId)
    : readNamedMap(library, recoveryPointId, {
        volumeId,
        mapSeal,
        ...(mapVersionId !== undefined && { mapVersionId }),
      });

/** Every map of these recovery points; `visit` is called for several at once. */
export const walkMaps = async (
  library: Library,
  listed: ListedPoints,
  { points, onDamage, ...options }: WalkOptions,
  visit: (map: VolumeMap, ref: VolumeRef) => Promise<void>,
): Promise<void> => {
  const ids = [...points];
  const progress = counting(options, 'recovery points', ids.length);
  const tolerate = async (about: Omit<MapDamage, 'error'>, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!onDamage || !isLoss(error)) throw error;
      onDamage({ error, ...about });
    }
  };
  const refsOf = async (recoveryPointId: string): Promise<readonly (VolumeRef & { readonly sizeBytes?: number })[]> =>
    listed.points.has(recoveryPointId)
      ? (await readPoint(library, recoveryPointId)).volumes.map((volume) => ({ recoveryPointId, ...volume }))
      : (listed.maps.get(recoveryPointId) ?? []).map(({ volumeId }) => ({ recoveryPointId, volumeId }));

  await inParallel(ids, { atOnce: READS_AT_ONCE, signal: options.signal }, async (recoveryPointId) => {
    await tolerate({ recoveryPointId }, async () => {
      for (const ref of await refsOf(recoveryPointId)) {
        let map: VolumeMap | undefined;
        const about = { recoveryPointId, volumeId: ref.volumeId };
        await tolerate({ ...about, ...(ref.sizeBytes !== undefined && { sizeBytes: ref.sizeBytes }) }, async () => {
          map = await readRef(library, ref);
        });
        if (map) await visit(map, ref);
      }
    });
    progress.step();
  });
};
