import { AwsError } from '../kernel/errors.ts';
import { on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { ownVolume } from './find.ts';
import { text } from './schema.ts';

export const deleteVolume = (ec2: Ec2) =>
  ec2Operation({
    name: 'DeleteVolume',
    input: { VolumeId: text },
    access: ({ VolumeId }, call) => [on('DeleteVolume', call, ownVolume(ec2, call, VolumeId))],
    run({ VolumeId }, call) {
      const volume = ownVolume(ec2, call, VolumeId);
      if (volume.state === 'in-use') {
        const what = `Volume ${VolumeId} is currently attached to ${volume.attachment?.instanceId}`;
        throw new AwsError('VolumeInUse', what);
      }
      if (volume.state !== 'available' && volume.state !== 'error') {
        throw new AwsError('IncorrectState', `The volume '${VolumeId}' is not 'available'.`);
      }
      startDeletion(ec2, VolumeId);
      return { return: true };
    },
  });

export const startDeletion = (ec2: Ec2, id: string): void => {
  const volume = ec2.volumes.get(id);
  if (!volume) return;
  const { attachment: _, ...rest } = volume;
  ec2.volumes.put({ ...rest, state: 'deleting' });
  ec2.transitions.after(ec2.settings.volumeDeletionMs, 'volume-gone', id);
};
