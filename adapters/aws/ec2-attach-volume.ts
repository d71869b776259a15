/** AttachVolume has no client token: the volume's state tells whether it has been done. */
import { AttachVolumeCommand, DeleteTagsCommand } from '@aws-sdk/client-ec2';
import { REPLACED_BY } from '../../core/domain/effect.ts';
import { VolumeFailed } from '../../core/domain/errors.ts';
import type { DescribedVolume, TenantVolumes } from '../../core/ports/tenant-volumes.ts';
import { awsName, transientFailure } from './classify.ts';
import { volumesById } from './ec2-describe-volumes.ts';
import { volumeFailed } from './ec2-volume-errors.ts';
import type { TenantReach } from './tenant-reach.ts';

const ACTION = 'ec2:AttachVolume';
/** The volume or the instance is in a state between; it gets better by waiting. */
const CHANGING = new Set(['IncorrectState', 'IncorrectInstanceState']);

export const attachVolume =
  (reach: TenantReach): TenantVolumes['attach'] =>
  async (volumeId, instanceId, device) => {
    const [volume] = await volumesById(reach, [volumeId]);
    if (!volume) throw new VolumeFailed(`there is no volume ${volumeId} to attach to ${instanceId}`);
    if (!isAttached(volume, instanceId, device)) await attach(reach, volume, instanceId, device);
    if (volume.tags[REPLACED_BY] !== undefined) await takeMarkOff(reach, volumeId);
  };

const isAttached = ({ attachment }: DescribedVolume, instanceId: string, device: string): boolean =>
  attachment?.instanceId === instanceId && attachment.device === device && attachment.state !== 'detaching';

const attach = async (
  reach: TenantReach,
  { volumeId, state, attachment }: DescribedVolume,
  instanceId: string,
  device: string,
): Promise<void> => {
  const what = `${ACTION} of ${volumeId} to ${instanceId} as ${device}`;
  if (state === 'creating' || attachment?.state === 'detaching')
    throw transientFailure(what, new Error(`the volume is ${attachment?.state ?? state}`));
  try {
    await reach.call(ACTION, () =>
      reach.ec2.send(new AttachVolumeCommand({ VolumeId: volumeId, InstanceId: instanceId, Device: device })),
    );
  } catch (error) {
    const [now] = await volumesById(reach, [volumeId]);
    if (now && isAttached(now, instanceId, device)) return;
    const isChanging = CHANGING.has(awsName(error)) || now?.attachment?.state === 'detaching';
    throw isChanging ? transientFailure(what, error) : volumeFailed(what, error);
  }
};

const takeMarkOff = (reach: TenantReach, volumeId: string): Promise<void> =>
  reach.call('ec2:DeleteTags', async () => {
    await reach.ec2.send(new DeleteTagsCommand({ Resources: [volumeId], Tags: [{ Key: REPLACED_BY }] }));
  });
