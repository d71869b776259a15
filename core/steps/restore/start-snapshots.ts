import { GIB } from '../../contracts/ids.ts';
import type { RestoreRef, StartSnapshotsOutput } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { LONGEST_TAG_VALUE, TAG } from '../../domain/effect.ts';
import type { RecoveryPointVolume } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { enterPhase } from '../phase.ts';
import { openTenant } from '../tenant-of-job.ts';
import { restoredPoint } from './restored-point.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

/** Starts an empty snapshot in the tenant account for each volume of the point, in its order, for nodes to fill. */
export const createStartSnapshots =
  ({ catalog, scopes, clock, sha256 }: Deps) =>
  async (input: RestoreRef): Promise<StartSnapshotsOutput> => {
    const { jobId, attempt, tenantId, instanceId, recoveryPointId } = input;
    await enterPhase(catalog, clock, input, 'taking snapshots');
    const { tenant } = await openTenant(catalog, tenantId, jobId);
    const point = await restoredPoint(catalog, tenantId, recoveryPointId);
    const scope = await scopes.open(tenant, jobId);
    const snapshotIds: string[] = [];
    for (const volume of point.volumes) {
      const effectId = derivedId(sha256, 'op', jobId, attempt, 'snapshot', volume.volumeId);
      const effect = await catalog.effects.intend({
        effectId,
        jobId,
        attempt,
        tenantId,
        kind: 'pending-snapshot',
        state: 'intended',
        resourceIds: [],
      });
      const { snapshotId } = await scope.snapshots.start(
        volume.sizeBytes / GIB,
        effectId,
        {
          Name: `Holdfast restore: ${volume.device} of ${point.instance.name ?? instanceId}`.slice(
            0,
            LONGEST_TAG_VALUE,
          ),
          [TAG.job]: jobId,
          [TAG.attempt]: String(attempt),
          [TAG.instance]: instanceId,
          [TAG.operation]: effectId,
          [TAG.restore]: recoveryPointId,
        },
        encryptionOf(volume),
      );
      await catalog.effects.update(effect, { state: 'made', resourceIds: [snapshotId] });
      snapshotIds.push(snapshotId);
    }
    return { snapshotIds };
  };

/** As the volume was: encrypted under its own key, or not. */
const encryptionOf = ({ encrypted, kmsKeyId }: RecoveryPointVolume): { kmsKeyId?: string } | undefined =>
  encrypted ? (kmsKeyId === undefined ? {} : { kmsKeyId }) : undefined;
