/** A recovery point of a library, as a command names it. */
import type { Library } from '../library/library.ts';
import { readNamedMap } from '../library/point-volume.ts';
import { listPoints, type PointDocument, type PointVolume, readPoint } from '../library/recovery-point.ts';
import type { VolumeMap } from '../library/volume-map.ts';
import { usageError } from './cli-error.ts';
import { bytes } from './units.ts';

interface VolumeName {
  readonly recoveryPointId: string;
  /** Needed if the recovery point has several. */
  readonly volumeId: string | undefined;
}

export interface FoundVolume {
  readonly volume: PointVolume;
  readonly map: VolumeMap;
}

/** `option` is where the recovery point was named, if not as an argument. Throws usage errors that say what there is. */
export const findVolume = async (
  library: Library,
  { recoveryPointId, volumeId }: VolumeName,
  option?: string,
): Promise<FoundVolume> => {
  const point = await findPoint(library, recoveryPointId, option ?? 'recovery point');
  const volume = volumeOf(point.volumes, volumeId, option ?? 'volume');
  const map = await readNamedMap(library, recoveryPointId, volume);
  return { volume, map };
};

const findPoint = async (library: Library, recoveryPointId: string, field: string): Promise<PointDocument> => {
  try {
    return await readPoint(library, recoveryPointId);
  } catch (error) {
    const absent = error instanceof RangeError || (error instanceof Error && error.name === 'MissingObject');
    if (!absent) throw error;
    let points = 0;
    for await (const _ of listPoints(library)) points++;
    throw usageError(`The library has no recovery point ${recoveryPointId}.`, {
      field,
      remedy:
        points === 0 ? 'It has none at all.' : `It has ${points}: holdfast library points tells of what and when.`,
    });
  }
};

const volumeOf = (volumes: readonly PointVolume[], volumeId: string | undefined, field: string): PointVolume => {
  const found =
    volumeId === undefined && volumes.length === 1 ? volumes[0] : volumes.find((v) => v.volumeId === volumeId);
  if (found) return found;
  const remedy = `It has ${volumes.map((v) => `${v.volumeId} (${bytes(v.sizeBytes)})`).join(', ')}.`;
  const missing = volumeId === undefined ? 'Which volume?' : `The recovery point has no volume ${volumeId}.`;
  throw usageError(missing, { field, remedy });
};
