import type { Instance, Volume } from '@aws-sdk/client-ec2';
import type { InstanceConfiguration } from '../../core/domain/recovery-point.ts';
import type { AttachedVolume, DescribedInstance } from '../../core/ports/tenant-instances.ts';
import { required } from './classify.ts';
import { allVolumes } from './ec2-describe-volumes.ts';
import { tagsOf } from './ec2-tags.ts';
import type { TenantReach } from './tenant-reach.ts';

const ACTION = 'ec2:DescribeInstances';

export const describedInstance = async (reach: TenantReach, instance: Instance): Promise<DescribedInstance> => {
  const configuration = configurationOf(instance);
  return {
    configuration,
    state: required(instance.State?.Name, 'State', ACTION),
    volumes: await attachedVolumes(reach, configuration.instanceId),
  };
};

export const platformOf = ({ PlatformDetails, Platform }: Instance): string =>
  PlatformDetails ?? (Platform === 'Windows' ? 'Windows' : 'Linux/UNIX');

const configurationOf = (instance: Instance): InstanceConfiguration => {
  const tags = tagsOf(instance.Tags);
  // As its image says it: `uefi-preferred` stays a preference. An image that says nothing leaves the mode that it has.
  const bootMode = instance.BootMode ?? instance.CurrentInstanceBootMode;
  return {
    instanceId: required(instance.InstanceId, 'InstanceId', ACTION),
    instanceType: required(instance.InstanceType, 'InstanceType', ACTION),
    architecture: required(instance.Architecture, 'Architecture', ACTION),
    enaSupport: instance.EnaSupport ?? false,
    platform: platformOf(instance),
    virtualizationType: instance.VirtualizationType ?? 'hvm',
    rootDeviceName: required(instance.RootDeviceName, 'RootDeviceName', ACTION),
    availabilityZone: required(instance.Placement?.AvailabilityZone, 'Placement.AvailabilityZone', ACTION),
    securityGroupIds: (instance.SecurityGroups ?? []).map(({ GroupId }) => GroupId).filter((id) => id !== undefined),
    imageId: instance.ImageId ?? '',
    tags,
    ...(tags.Name === undefined ? {} : { name: tags.Name }),
    ...(bootMode === undefined ? {} : { bootMode }),
    ...(instance.SubnetId === undefined ? {} : { subnetId: instance.SubnetId }),
    ...(instance.VpcId === undefined ? {} : { vpcId: instance.VpcId }),
    ...(instance.KeyName === undefined ? {} : { keyName: instance.KeyName }),
    ...(instance.IamInstanceProfile?.Arn === undefined ? {} : { instanceProfileArn: instance.IamInstanceProfile.Arn }),
    ...(instance.TpmSupport === undefined ? {} : { tpmSupport: instance.TpmSupport }),
    // An image's attribute; its effect on an instance is this. An image made with it launches as the instance was.
    ...(instance.MetadataOptions?.HttpTokens === 'required' ? { imdsSupport: 'v2.0' } : {}),
  };
};

const attachedVolumes = async (reach: TenantReach, instanceId: string): Promise<AttachedVolume[]> => {
  const volumes = await allVolumes(reach, { Filters: [{ Name: 'attachment.instance-id', Values: [instanceId] }] });
  return volumes.map((volume) => attachedVolume(volume, instanceId));
};

const attachedVolume = (volume: Volume, instanceId: string): AttachedVolume => {
  const action = 'ec2:DescribeVolumes';
  const attachment = volume.Attachments?.find((each) => each.InstanceId === instanceId);
  return {
    volumeId: required(volume.VolumeId, 'VolumeId', action),
    device: required(attachment?.Device, 'Attachments.Device', action),
    sizeGiB: required(volume.Size, 'Size', action),
    volumeType: required(volume.VolumeType, 'VolumeType', action),
    encrypted: volume.Encrypted ?? false,
    deleteOnTermination: attachment?.DeleteOnTermination ?? false,
    tags: tagsOf(volume.Tags),
    ...(volume.Iops === undefined ? {} : { iops: volume.Iops }),
    ...(volume.Throughput === undefined ? {} : { throughput: volume.Throughput }),
    ...(volume.KmsKeyId === undefined ? {} : { kmsKeyId: volume.KmsKeyId }),
  };
};
