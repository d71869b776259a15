import type { RecoveryPoint } from '../../../core/domain/recovery-point.ts';
import type { Library } from '../../../library/library.ts';
import { readNamedMap } from '../../../library/point-volume.ts';
import { readPoint } from '../../../library/recovery-point.ts';
import { openVolumeReader } from '../../../library/volume-reader.ts';
import { asInspector, type Ledger } from '../ledger.ts';
import { openLibraryOf } from '../library-of-tenant.ts';
import type { Run } from '../run.ts';
import type { Invariant } from './invariant.ts';

const unread = async (library: Library, { recoveryPointId, volumes }: RecoveryPoint): Promise<readonly string[]> => {
  const wrong: string[] = [];
  const sealed = await readPoint(library, recoveryPointId);
  for (const { volumeId } of volumes) {
    const volume = sealed.volumes.find((other) => other.volumeId === volumeId);
    if (!volume) {
      wrong.push(`${recoveryPointId} in the library lacks ${volumeId}`);
      continue;
    }
    const map = await readNamedMap(library, recoveryPointId, volume);
    let blocks = 0;
    for await (const _ of openVolumeReader(library, map).blocks(map.pages.keys())) blocks += 1;
    if (blocks !== map.dataBlocks) wrong.push(`${recoveryPointId} ${volumeId}: ${blocks} of ${map.dataBlocks} blocks`);
  }
  return wrong;
};

/** Every block of every committed point is in the library and decrypts to what its id says. */
export const pointsCanBeRead: Invariant = {
  name: 'points can be read',
  check: (run, ledgers) => asInspector(run, () => readAll(run, ledgers)),
};

const readAll = async (run: Run, ledgers: readonly Ledger[]): Promise<readonly string[]> => {
  const wrong: string[] = [];
  for (const ledger of ledgers) {
    const points = ledger.points.filter(
      ({ kind, state, dataRemovedAt }) => kind !== 'snapshot' && state === 'available' && dataRemovedAt === undefined,
    );
    if (points.length === 0) continue;
    const { library, close } = await openLibraryOf(run, ledger.tenantId);
    for (const point of points)
      wrong.push(
        ...(await unread(library, point).catch((error: Error) => [`${point.recoveryPointId}: ${error.message}`])),
      );
    close();
  }
  return wrong;
};
