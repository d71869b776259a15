import { AwsError } from '../kernel/errors.ts';
import { on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { ownInstance, ownVolume } from './find.ts';
import { attachmentXml } from './render.ts';
import { bool, text } from './schema.ts';

export const detachVolume = (ec2: Ec2) =>
  ec2Operation({
    name: 'DetachVolume',
    input: { VolumeId: text, InstanceId: text.optional(), Device: text.optional(), Force: bool.optional() },
    access(input, call) {
      const volume = ownVolume(ec2, call, input.VolumeId);
      const instanceId = volume.attachment?.instanceId ?? input.InstanceId;
      return [
        on('DetachVolume', call, volume),
        ...(instanceId ? [on('DetachVolume', call, ownInstance(ec2, call, instanceId))] : []),
      ];
    },
    run({ VolumeId, InstanceId, Device }, call) {
      const volume = ownVolume(ec2, call, VolumeId);
      const { attachment } = volume;
      if (!attachment) throw new AwsError('IncorrectState', `Volume '${VolumeId}' is in the 'available' state.`);
      if ((InstanceId ?? attachment.instanceId) !== attachment.instanceId) {
        const what = `The volume '${VolumeId}' is not attached to instance '${InstanceId}'.`;
        throw new AwsError('InvalidAttachment.NotFound', what);
      }
      if ((Device ?? attachment.device) !== attachment.device) {
        const what = `The volume '${VolumeId}' is not attached to instance '${attachment.instanceId}' as device ${Device}`;
        throw new AwsError('InvalidAttachment.NotFound', what);
      }
      const instance = ownInstance(ec2, call, attachment.instanceId);
      if (instance.rootDeviceName === attachment.device && instance.state !== 'stopped') {
        const what = `Unable to detach root volume '${VolumeId}' from instance '${instance.id}'`;
        throw new AwsError('OperationNotPermitted', what);
      }
      const changed = ec2.volumes.change(VolumeId, { attachment: { ...attachment, state: 'detaching' } });
      ec2.transitions.after(ec2.settings.attachmentMs, 'volume-detached', VolumeId);
      return attachmentXml(changed ?? volume);
    },
  });
