import type { HypervisorId, RecoveryPointId } from '../../core/contracts/ids.ts';
import { readMapOfPoint } from '../../library/point-volume.ts';
import { openVolumeReader } from '../../library/volume-reader.ts';
import { BLOCK, emptyContent, hashOf, USED_BLOCKS } from './instances.ts';
import { asInspector, withCatalog } from './ledger.ts';
import { openLibraryOf } from './library-of-tenant.ts';
import type { Run, TenantPerson } from './run.ts';

/** What a recovery point holds of each volume: read block by block, without a job. */
export const contentOfPoint = async (
  run: Run,
  { tenantId, accountId }: TenantPerson,
  recoveryPointId: string,
): Promise<ReadonlyMap<string, string>> => {
  const point = await withCatalog(run, (catalog) =>
    catalog.points.get(tenantId as HypervisorId, recoveryPointId as RecoveryPointId),
  );
  if (point?.state !== 'available') throw new Error(`${recoveryPointId} is ${point?.state ?? 'not there'}`);
  const contents = new Map<string, string>();
  if (point.kind === 'snapshot') {
    for (const { volumeId, snapshotId } of point.volumes)
      contents.set(volumeId, await ofSnapshot(run, accountId, snapshotId));
    return contents;
  }
  await asInspector(run, async () => {
    const { library, close } = await openLibraryOf(run, tenantId);
    for (const { volumeId } of point.volumes) {
      const content = emptyContent();
      const map = await readMapOfPoint(library, recoveryPointId, volumeId);
      for await (const { index, plain } of openVolumeReader(library, map).blocks(map.pages.keys()))
        if (index < USED_BLOCKS) plain.copy(content, index * BLOCK);
      contents.set(volumeId, hashOf(content));
    }
    close();
  });
  return contents;
};

const ofSnapshot = async (run: Run, accountId: string, snapshotId: string): Promise<string> => {
  const content = emptyContent();
  const { Blocks } = await run.aws<{ Blocks: readonly { BlockIndex: number; BlockToken: string }[] }>(
    'ebs',
    'ListSnapshotBlocks',
    { snapshotId },
    accountId,
  );
  for (const { BlockIndex, BlockToken: blockToken } of Blocks.filter(({ BlockIndex: index }) => index < USED_BLOCKS)) {
    const input = { snapshotId, blockIndex: String(BlockIndex), blockToken };
    const { data } = await run.aws<{ data: Buffer }>('ebs', 'GetSnapshotBlock', input, accountId);
    data.copy(content, BlockIndex * BLOCK);
  }
  return hashOf(content);
};
