import type { Access, Call } from '../kernel/service.ts';
import { arnOf, making, naming, on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { usableImage } from './find.ts';
import { furtherPlaces } from './instance-interfaces.ts';
import { launchPlace, launchVolumes } from './instance-launch.ts';
import { profileRoleArn } from './instance-profiles.ts';
import { mergeTemplate } from './launch-template-merge.ts';
import { onTemplate } from './launch-templates.ts';
import { launchTags, networkWish, profileArn, type RunInstancesRequest } from './run-instances-input.ts';

/**
 * RunInstances asks for every resource that a launch uses or makes, for the launch template, and PassRole for the
 * profile's role.
 */
export const runInstancesAccess = (ec2: Ec2, call: Call, request: RunInstancesRequest): Access[] => {
  const { input, template: used } = mergeTemplate(ec2, call, request);
  const image = usableImage(ec2, call, input.ImageId);
  const place = launchPlace(call, networkWish(input));
  const profile = input.IamInstanceProfile && profileArn(call, input.IamInstanceProfile);
  // Whether what a resource is like was said by the template alone: a policy can forbid all else.
  const template = (...members: readonly (keyof RunInstancesRequest)[]) => ({
    'ec2:LaunchTemplate': used ? arnOf['launch-template'](call, used.template.id) : [],
    'ec2:IsLaunchTemplateResource': String(
      used !== undefined && members.every((member) => request[member] === undefined),
    ),
  });
  const network = {
    ...template('SubnetId', 'SecurityGroupId', 'SecurityGroup', 'NetworkInterface'),
    'ec2:Vpc': `arn:aws:ec2:${call.region}:${call.accountId}:vpc/${place.vpcId}`,
  };
  const launch = {
    ...template('InstanceType', 'IamInstanceProfile', 'MetadataOptions'),
    'ec2:InstanceType': input.InstanceType,
    'ec2:AvailabilityZone': place.zone,
    'ec2:InstanceProfile': profile ?? [],
    'ec2:Tenancy': input.Placement?.Tenancy ?? 'default',
    'ec2:RootDeviceType': 'ebs',
    'ec2:EbsOptimized': String(input.EbsOptimized ?? false),
    'ec2:MetadataHttpTokens': input.MetadataOptions?.HttpTokens ?? [],
    'ec2:PlacementGroup': [],
  };
  const volumeTags = launchTags(call, input, 'volume');
  const volumes = launchVolumes(ec2, call, image, input.BlockDeviceMapping);
  const named = (input.BlockDeviceMapping ?? []).map(({ Ebs }) => Ebs?.SnapshotId);
  return [
    ...(used ? [onTemplate('RunInstances', call, used.template, template())] : []),
    on('RunInstances', call, image, template('ImageId')),
    ...making('RunInstances', call, 'instance', launchTags(call, input, 'instance'), launch),
    ...[place, ...furtherPlaces(call, input, place)].flatMap(({ subnetId, securityGroupIds }) => [
      ...making('RunInstances', call, 'network-interface', launchTags(call, input, 'network-interface'), {
        ...network,
        'ec2:Subnet': `arn:aws:ec2:${call.region}:${call.accountId}:subnet/${subnetId}`,
        'ec2:AssociatePublicIpAddress': [],
      }),
      naming('RunInstances', call, 'subnet', subnetId, { ...network, 'ec2:AvailabilityZone': place.zone }),
      ...securityGroupIds.map((id) => naming('RunInstances', call, 'security-group', id, network)),
    ]),
    ...(input.KeyName === undefined
      ? []
      : [naming('RunInstances', call, 'key-pair', input.KeyName, template('KeyName'))]),
    ...volumes.flatMap((volume) => [
      ...making('RunInstances', call, 'volume', volumeTags, {
        ...template('BlockDeviceMapping'),
        'ec2:AvailabilityZone': place.zone,
        'ec2:Encrypted': String(volume.encrypted ?? volume.snapshot?.encryption !== undefined),
        'ec2:KmsKeyId': volume.kmsKeyId ?? [],
        'ec2:ParentSnapshot': volume.snapshot ? `arn:aws:ec2:${call.region}::snapshot/${volume.snapshot.id}` : [],
        'ec2:VolumeIops': volume.iops === undefined ? [] : String(volume.iops),
        'ec2:VolumeSize': String(volume.sizeGiB ?? volume.snapshot?.sizeGiB ?? 0),
        'ec2:VolumeThroughput': volume.throughput === undefined ? [] : String(volume.throughput),
        'ec2:VolumeType': volume.volumeType ?? 'gp2',
      }),
      // A snapshot that the request itself names, not one of the image's.
      ...(volume.snapshot && named.includes(volume.snapshot.id) ? [on('RunInstances', call, volume.snapshot)] : []),
    ]),
    ...(profile
      ? [
          {
            action: 'iam:PassRole',
            resource: profileRoleArn(ec2, profile),
            context: { 'iam:PassedToService': 'ec2.amazonaws.com', 'iam:AssociatedResourceArn': [] },
          },
        ]
      : []),
  ];
};
