import type { Library } from './library.ts';
import { mapName, pointName } from './names.ts';

export interface ListedMap {
  readonly recoveryPointId: string;
  readonly volumeId: string;
  readonly size: number;
}

/** What `points/` and `maps/` name. */
export interface ListedPoints {
  /** Recovery point → bytes of its object; 0 for one that is committed and not there. */
  readonly points: ReadonlyMap<string, number>;
  /** Recovery point → its maps, also where there is no point (yet). */
  readonly maps: ReadonlyMap<string, readonly ListedMap[]>;
  /** Names that nothing of ours has. */
  readonly strangers: readonly string[];
}

const isNamed = (key: string, name: () => string): boolean => {
  try {
    return name() === key;
  } catch {
    return false;
  }
};

/**
 * Maps are listed first: one whose point is not there then had none when it was listed. What the control plane says is
 * `committed` counts as a point though its object is gone: whoever has the bucket but no key can hide objects, and what a
 * hidden point refers to must not pass for unneeded. Reading such a point throws `MissingObject`.
 */
export const listPointsAndMaps = async (
  { store }: Library,
  committed: readonly string[] = [],
): Promise<ListedPoints> => {
  const maps = new Map<string, ListedMap[]>();
  const points = new Map<string, number>();
  const strangers: string[] = [];
  for await (const { key, size } of store.list('maps/')) {
    const [, recoveryPointId = '', volumeId = ''] = key.split('/');
    if (!isNamed(key, () => mapName(recoveryPointId, volumeId))) {
      strangers.push(key);
      continue;
    }
    const known = maps.get(recoveryPointId);
    const map = { recoveryPointId, volumeId, size };
    if (known) known.push(map);
    else maps.set(recoveryPointId, [map]);
  }
  for await (const { key, size } of store.list('points/')) {
    const id = key.slice('points/'.length);
    if (isNamed(key, () => pointName(id))) points.set(id, size);
    else strangers.push(key);
  }
  for (const id of committed) if (!points.has(id)) points.set(id, 0);
  return { points, maps, strangers };
};
