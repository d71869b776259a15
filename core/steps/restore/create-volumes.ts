import { GIB } from '../../contracts/ids.ts';
import type { RestoreRef } from '../../contracts/restore-steps.ts';
import { InstanceNotFound } from '../../domain/errors.ts';
import { restoredTags } from '../../domain/volume-tags.ts';
import { changedInstance } from './changed-instance.ts';
import { speedOf } from './launch-terms.ts';
import { EFFECT, openRestoreWork, type RestoreDeps, type RestoreWork } from './restore-work.ts';
import { sourceSnapshot } from './source-snapshot.ts';

/** Makes the volumes where they are needed: in their instance's zone, or in the one that was asked for. */
export const createCreateVolumes =
  (deps: RestoreDeps) =>
  async (input: RestoreRef): Promise<{ readonly volumes: number }> => {
    const work = await openRestoreWork(deps, input, 'creating volumes');
    const { scope, volumes, request, intend, made, tagsOf } = work;
    const availabilityZone = await zoneOf(work);
    for (const volume of volumes) {
      const effect = await intend('volume', EFFECT.volume(volume.volumeId));
      if (effect.resourceIds.length > 0) continue;
      const { volumeId } = await scope.volumes.create({
        snapshotId: await sourceSnapshot(work, volume),
        availabilityZone,
        sizeGiB: volume.sizeBytes / GIB,
        volumeType: volume.volumeType,
        ...speedOf(volume),
        // Absent: as the snapshot is, and that is as the volume was, under the account's default key (aws/ebs) or another.
        ...(request.kmsKeyId === undefined ? {} : { encryption: { kmsKeyId: request.kmsKeyId } }),
        clientToken: effect.effectId,
        tags: { ...(request.volumeTags === 'restore' ? restoredTags(volume.tags) : {}), ...tagsOf(effect) },
      });
      await made(effect, [volumeId]);
    }
    return { volumes: volumes.length };
  };

const zoneOf = async (work: RestoreWork): Promise<string> => {
  const { target } = work.request;
  if (target.kind === 'volumes') return target.availabilityZone ?? work.point.instance.availabilityZone;
  const { instanceId, instance } = await changedInstance(work);
  if (!instance) throw new InstanceNotFound(`there is no instance ${instanceId} in this account and region any more`);
  return instance.configuration.availabilityZone;
};
