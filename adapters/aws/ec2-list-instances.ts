import type { Instance } from '@aws-sdk/client-ec2';
import type { ListedInstance } from '../../core/ports/tenant-instances.ts';
import { required } from './classify.ts';
import { platformOf } from './ec2-describe-instance.ts';
import { tagsOf } from './ec2-tags.ts';

const ACTION = 'ec2:DescribeInstances';

/** EC2's own order and words; the volumes are those of its block device mapping. */
export const listedInstance = (instance: Instance): ListedInstance => {
  const tags = tagsOf(instance.Tags);
  return {
    instanceId: required(instance.InstanceId, 'InstanceId', ACTION),
    state: required(instance.State?.Name, 'State', ACTION),
    platform: platformOf(instance),
    availabilityZone: required(instance.Placement?.AvailabilityZone, 'Placement.AvailabilityZone', ACTION),
    tags,
    volumes: (instance.BlockDeviceMappings ?? []).flatMap(({ DeviceName, Ebs }) =>
      DeviceName === undefined || Ebs?.VolumeId === undefined ? [] : [{ volumeId: Ebs.VolumeId, device: DeviceName }],
    ),
    ...(tags.Name === undefined ? {} : { name: tags.Name }),
    ...(instance.VpcId === undefined ? {} : { vpcId: instance.VpcId }),
    ...(instance.SubnetId === undefined ? {} : { subnetId: instance.SubnetId }),
  };
};
