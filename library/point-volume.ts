import { CorruptObject, MissingObject } from './errors.ts';
import type { Library } from './library.ts';
import { mapName } from './names.ts';
import { type PointVolume, readPoint } from './recovery-point.ts';
import { readMap, type VolumeMap } from './volume-map.ts';

/**
 * The map of a volume as its recovery point names it: one of another time, which is whole in itself, is refused by its
 * seal. Throws `MissingObject`, `CorruptObject`.
 */
export const readNamedMap = async (
  library: Library,
  recoveryPointId: string,
  { volumeId, mapSeal, mapVersionId }: Pick<PointVolume, 'volumeId' | 'mapSeal' | 'mapVersionId'>,
): Promise<VolumeMap> => {
  const map = await readMap(library, recoveryPointId, volumeId, mapVersionId);
  const key = mapName(recoveryPointId, volumeId);
  if (map.seal !== mapSeal)
    throw new CorruptObject({ key, kind: 'map', check: 'it is not the one that its recovery point names' });
  return map;
};

/** What a restore reads: the recovery point, and the map that it names for this volume. Throws as `readNamedMap` does. */
export const readMapOfPoint = async (
  library: Library,
  recoveryPointId: string,
  volumeId: string,
): Promise<VolumeMap> => {
  const { volumes } = await readPoint(library, recoveryPointId);
  const volume = volumes.find((each) => each.volumeId === volumeId);
  const key = mapName(recoveryPointId, volumeId);
  if (!volume) throw new MissingObject({ key, kind: 'map' }, 'the recovery point has no such volume');
  return readNamedMap(library, recoveryPointId, volume);
};
