import { AwsError } from '../kernel/errors.ts';
import { on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { grantToAws } from './encryption.ts';
import { ownInstance, ownVolume, volumesOf } from './find.ts';
import { attachmentXml } from './render.ts';
import { text } from './schema.ts';

export const attachVolume = (ec2: Ec2) =>
  ec2Operation({
    name: 'AttachVolume',
    input: { VolumeId: text, InstanceId: text, Device: text },
    access: (input, call) => [
      on('AttachVolume', call, ownInstance(ec2, call, input.InstanceId)),
      on('AttachVolume', call, ownVolume(ec2, call, input.VolumeId)),
    ],
    async run({ VolumeId, InstanceId, Device }, call) {
      const volume = ownVolume(ec2, call, VolumeId);
      const instance = ownInstance(ec2, call, InstanceId);
      if (volume.state === 'in-use')
        throw new AwsError('VolumeInUse', `${VolumeId} is already attached to an instance`);
      if (volume.state !== 'available')
        throw new AwsError('IncorrectState', `The volume '${VolumeId}' is not 'available'.`);
      if (instance.state !== 'running' && instance.state !== 'stopped' && instance.state !== 'stopping')
        throw new AwsError('IncorrectState', `Instance '${InstanceId}' is not 'running'.`);
      if (volume.zone !== instance.zone) {
        const what = `The volume '${VolumeId}' is not in the same availability zone as instance '${InstanceId}'`;
        throw new AwsError('InvalidVolume.ZoneMismatch', what);
      }
      const attached = volumesOf(ec2, instance);
      if (attached.some(({ attachment }) => attachment?.device === Device)) {
        const what = `Invalid value '${Device}' for unixDevice. Attachment point ${Device} is already in use`;
        throw new AwsError('InvalidParameterValue', what);
      }
      const { attachmentsPerInstance, attachmentMs } = ec2.settings;
      if (attached.length >= attachmentsPerInstance) {
        const what = `Instance '${InstanceId}' has reached its limit of ${attachmentsPerInstance} attachments`;
        throw new AwsError('AttachmentLimitExceeded', what);
      }
      if (volume.encryption) await grantToAws(ec2, call, volume.encryption, InstanceId);
      if (ec2.volumes.get(VolumeId)?.state !== 'available')
        throw new AwsError('VolumeInUse', `${VolumeId} is already attached to an instance`);
      const changed = ec2.volumes.change(VolumeId, {
        state: 'in-use',
        attachment: {
          instanceId: InstanceId,
          device: Device,
          state: 'attaching',
          attachedAt: ec2.now,
          deleteOnTermination: false,
        },
      });
      ec2.transitions.after(attachmentMs, 'volume-attached', VolumeId);
      return attachmentXml(changed ?? volume);
    },
  });
