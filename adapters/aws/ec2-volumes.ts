import { CreateTagsCommand, DeleteVolumeCommand } from '@aws-sdk/client-ec2';
import { HoldfastError, VolumeFailed } from '../../core/domain/errors.ts';
import type { TenantVolumes } from '../../core/ports/tenant-volumes.ts';
import { awsName, transientFailure } from './classify.ts';
import { attachVolume } from './ec2-attach-volume.ts';
import { createVolume } from './ec2-create-volume.ts';
import { findVolumes, volumesById } from './ec2-describe-volumes.ts';
import { detachVolume } from './ec2-detach-volume.ts';
import { tagList } from './ec2-tags.ts';
import { NO_VOLUME, volumeFailed } from './ec2-volume-errors.ts';
import type { TenantReach } from './tenant-reach.ts';

export const createEc2Volumes = (reach: TenantReach): TenantVolumes => ({
  describe: (volumeIds) => volumesById(reach, volumeIds),
  findByTag: (key, value) => findVolumes(reach, { Filters: [{ Name: `tag:${key}`, Values: [value] }] }),
  create: createVolume(reach),
  attach: attachVolume(reach),
  detach: detachVolume(reach),
  delete: deleteVolume(reach),
  async tag(volumeId, tags) {
    const Tags = tagList(tags);
    if (Tags.length === 0) return;
    await reach.call('ec2:CreateTags', () => reach.ec2.send(new CreateTagsCommand({ Resources: [volumeId], Tags })));
  },
});

/** The session's policy refuses what the job has neither made nor replaced. */
const deleteVolume =
  (reach: TenantReach): TenantVolumes['delete'] =>
  async (volumeId) => {
    const action = 'ec2:DeleteVolume';
    try {
      await reach.call(action, () => reach.ec2.send(new DeleteVolumeCommand({ VolumeId: volumeId })));
    } catch (error) {
      if (error instanceof HoldfastError) throw error;
      if (NO_VOLUME.has(awsName(error))) return;
      const [volume] = await volumesById(reach, [volumeId]);
      if (!volume || volume.state === 'deleting') return;
      const { attachment } = volume;
      const isChanging = volume.state === 'creating' || attachment?.state === 'detaching';
      if (isChanging) throw transientFailure(`${action} of ${volumeId}`, error);
      if (!attachment) throw volumeFailed(`${action} of ${volumeId}`, error);
      throw new VolumeFailed(`the volume ${volumeId} is attached to ${attachment.instanceId}`, { cause: error });
    }
  };
