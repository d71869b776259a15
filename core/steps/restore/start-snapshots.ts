import { GIB } from '../../contracts/ids.ts';
import type { RestoreRef, StartSnapshotsOutput } from '../../contracts/restore-steps.ts';
import { LONGEST_TAG_VALUE, TAG } from '../../domain/effect.ts';
import type { RecoveryPointVolume } from '../../domain/recovery-point.ts';
import { EFFECT, openRestoreWork, type RestoreDeps } from './restore-work.ts';

/** Starts an empty snapshot in the tenant account for each volume that is restored, for nodes to fill. */
export const createStartSnapshots =
  (deps: RestoreDeps) =>
  async (input: RestoreRef): Promise<StartSnapshotsOutput> => {
    const { scope, volumes, point, request, intend, made, tagsOf } = await openRestoreWork(
      deps,
      input,
      'taking snapshots',
    );
    const snapshotIds: string[] = [];
    for (const volume of volumes) {
      const effect = await intend('pending-snapshot', EFFECT.snapshot(volume.volumeId));
      const there = effect.resourceIds[0];
      if (there !== undefined) {
        snapshotIds.push(there);
        continue;
      }
      const { snapshotId } = await scope.snapshots.start(
        volume.sizeBytes / GIB,
        effect.effectId,
        {
          Name: `Holdfast restore: ${volume.device} of ${point.instance.name ?? input.instanceId}`.slice(
            0,
            LONGEST_TAG_VALUE,
          ),
          [TAG.instance]: input.instanceId,
          ...tagsOf(effect),
        },
        encryptionOf(volume, request.kmsKeyId),
      );
      await made(effect, [snapshotId]);
      snapshotIds.push(snapshotId);
    }
    return { volumeIds: volumes.map(({ volumeId }) => volumeId), snapshotIds };
  };

const KEY_ARN = /^arn:[^:]+:kms:[^:]+:\d{12}:key\//;

/**
 * Under the key that was chosen, else as the volume was: under its own key, or not at all. StartSnapshot takes a key by
 * its ARN only; one that was chosen by id or alias comes in with the volume, which takes these too.
 */
const encryptionOf = (
  { encrypted, kmsKeyId }: RecoveryPointVolume,
  chosen: string | undefined,
): { kmsKeyId?: string } | undefined => {
  if (chosen !== undefined && KEY_ARN.test(chosen)) return { kmsKeyId: chosen };
  return encrypted ? (kmsKeyId === undefined ? {} : { kmsKeyId }) : undefined;
};
