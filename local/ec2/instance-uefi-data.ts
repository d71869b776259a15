import { AwsError } from '../kernel/errors.ts';
import { on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { ownInstance } from './find.ts';
import { bootModeOf } from './instance-options.ts';
import { text } from './schema.ts';

/** The firmware's variables: those that came with the image, or what an instance's own firmware has begun with. */
export const getInstanceUefiData = (ec2: Ec2) =>
  ec2Operation({
    name: 'GetInstanceUefiData',
    input: { InstanceId: text },
    access: ({ InstanceId }, call) => [on('GetInstanceUefiData', call, ownInstance(ec2, call, InstanceId))],
    run({ InstanceId }, call) {
      const instance = ownInstance(ec2, call, InstanceId);
      if (bootModeOf(instance) !== 'uefi') {
        throw new AwsError('UnsupportedOperation', `The instance '${InstanceId}' does not boot in UEFI mode.`);
      }
      const uefiData = instance.uefiData ?? Buffer.from(`AMZNUEFI variables of ${InstanceId}`).toString('base64');
      return { instanceId: InstanceId, uefiData };
    },
  });
