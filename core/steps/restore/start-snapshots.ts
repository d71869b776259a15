import { GIB } from '../../contracts/ids.ts';
import type { RestoreRef, StartSnapshotsOutput } from '../../contracts/restore-steps.ts';
import { type Effect, LONGEST_TAG_VALUE, TAG } from '../../domain/effect.ts';
import type { RecoveryPointVolume } from '../../domain/recovery-point.ts';
import { EFFECT, openRestoreWork, type RestoreDeps, type RestoreWork } from './restore-work.ts';

/**
 * Starts an empty snapshot in the tenant account for each volume that is restored, for nodes to fill; one that an earlier
 * attempt has begun to have filled, and that is still there, is gone on with. EBS gives a pending snapshot up that nothing
 * was written to for three days: a restore that was suspended for longer begins anew.
 */
export const createStartSnapshots =
  (deps: RestoreDeps) =>
  async (input: RestoreRef): Promise<StartSnapshotsOutput> => {
    const work = await openRestoreWork(deps, input, 'taking snapshots');
    const { scope, volumes, point, request, intend, made, tagsOf } = work;
    const snapshotIds: string[] = [];
    for (const volume of volumes) {
      const name = EFFECT.snapshot(volume.volumeId);
      const effect = (await takeOver(work, name)) ?? (await intend('pending-snapshot', name));
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

/** The record of this attempt comes before the other is let go: whatever happens in between, a cleanup knows of it. */
const takeOver = async (
  { scope, leftBefore, intend, letGo }: RestoreWork,
  name: string,
): Promise<Effect | undefined> => {
  const left = await leftBefore(name);
  if (!left) return undefined;
  const [snapshot] = await scope.snapshots.describe(left.resourceIds);
  if (snapshot?.state !== 'pending' && snapshot?.state !== 'completed') return undefined;
  const effect = await intend('pending-snapshot', name, { state: 'made', resourceIds: left.resourceIds });
  await letGo(left);
  return effect;
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
