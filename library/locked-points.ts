import type { Library } from './library.ts';
import type { ListedPoints } from './list-points.ts';
import { unlockedOf } from './locked-objects.ts';
import { mapName, pointName } from './names.ts';

/**
 * Recovery points that a lock keeps though they are to go: the lock decides, not who asks. Of an attempt that came to
 * nothing, its maps say so. In proportion to the points that are to go.
 */
export const lockedPoints = async (
  { store, now }: Library,
  listed: ListedPoints,
  { expired, locked }: { readonly expired: readonly string[]; readonly locked?: boolean },
  signal?: AbortSignal,
): Promise<readonly string[]> => {
  if (!locked) return [];
  const going = [
    ...expired.filter((id) => listed.points.has(id)).map((id) => ({ id, key: pointName(id) })),
    ...[...listed.maps]
      .filter(([id]) => !listed.points.has(id))
      .flatMap(([id, maps]) => maps.map(({ volumeId }) => ({ id, key: mapName(id, volumeId) }))),
  ];
  const free = new Set(await unlockedOf(store, going, now(), signal));
  return [...new Set(going.filter((each) => !free.has(each)).map(({ id }) => id))];
};
