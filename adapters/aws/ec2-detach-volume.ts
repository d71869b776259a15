import { CreateTagsCommand, DetachVolumeCommand } from '@aws-sdk/client-ec2';
import { REPLACED_BY, TAG } from '../../core/domain/effect.ts';
import type { DescribedVolume, TenantVolumes } from '../../core/ports/tenant-volumes.ts';
import { awsName, transientFailure } from './classify.ts';
import { volumesById } from './ec2-describe-volumes.ts';
import { volumeFailed } from './ec2-volume-errors.ts';
import type { TenantReach } from './tenant-reach.ts';

const ACTION = 'ec2:DetachVolume';
/** Of EC2 for a root volume of an instance that has not stopped yet. */
const RUNS = 'OperationNotPermitted';

export const detachVolume =
  (reach: TenantReach): TenantVolumes['detach'] =>
  async (volumeId, instanceId) => {
    const [volume] = await volumesById(reach, [volumeId]);
    if (!volume || !isAttached(volume, instanceId)) return;
    const what = `${ACTION} of ${volumeId} from ${instanceId}`;
    try {
      if (volume.tags[TAG.job] !== reach.jobId) await mark(reach, volume);
      await reach.call(ACTION, () =>
        reach.ec2.send(new DetachVolumeCommand({ VolumeId: volumeId, InstanceId: instanceId })),
      );
    } catch (error) {
      const [now] = await volumesById(reach, [volumeId]);
      if (!now || !isAttached(now, instanceId)) return;
      const isAttaching = now.attachment?.state === 'attaching' && awsName(error) !== RUNS;
      throw isAttaching ? transientFailure(what, error) : volumeFailed(what, error);
    }
  };

const isAttached = ({ attachment }: DescribedVolume, instanceId: string): boolean =>
  attachment?.instanceId === instanceId && attachment.state !== 'detaching';

/** Tells whoever finds the volume what became of it, and allows it to be put back, or deleted where that was asked for. */
const mark = ({ ec2, call, jobId }: TenantReach, { volumeId, tags }: DescribedVolume): Promise<void> =>
  call('ec2:CreateTags', async () => {
    if (tags[REPLACED_BY] === jobId) return;
    await ec2.send(new CreateTagsCommand({ Resources: [volumeId], Tags: [{ Key: REPLACED_BY, Value: jobId }] }));
  });
