import type { Access, Call } from '../kernel/service.ts';
import { making, naming, on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { usableImage } from './find.ts';
import { launchPlace, launchVolumes } from './instance-launch.ts';
import { networkWish, profileArn, type RunInstancesInput, TAGGABLE } from './run-instances-input.ts';
import { tagsFor } from './tags.ts';

/** RunInstances asks for every resource that a launch uses or makes, and PassRole for the profile's role. */
export const runInstancesAccess = (ec2: Ec2, call: Call, input: RunInstancesInput): Access[] => {
  const image = usableImage(ec2, call, input.ImageId);
  const place = launchPlace(call, networkWish(input));
  const profile = input.IamInstanceProfile && profileArn(call, input.IamInstanceProfile);
  const network = { 'ec2:Vpc': `arn:aws:ec2:${call.region}:${call.accountId}:vpc/${place.vpcId}` };
  const launch = {
    'ec2:InstanceType': input.InstanceType,
    'ec2:AvailabilityZone': place.zone,
    'ec2:InstanceProfile': profile ?? [],
    'ec2:Tenancy': input.Placement?.Tenancy ?? 'default',
    'ec2:RootDeviceType': 'ebs',
    'ec2:EbsOptimized': String(input.EbsOptimized),
    'ec2:MetadataHttpTokens': input.MetadataOptions?.HttpTokens ?? [],
    'ec2:IsLaunchTemplateResource': 'false',
    'ec2:PlacementGroup': [],
  };
  const volumeTags = tagsFor(input.TagSpecification, 'volume', TAGGABLE);
  const volumes = launchVolumes(ec2, call, image, input.BlockDeviceMapping);
  const named = (input.BlockDeviceMapping ?? []).map(({ Ebs }) => Ebs?.SnapshotId);
  return [
    on('RunInstances', call, image, { 'ec2:IsLaunchTemplateResource': 'false' }),
    ...making('RunInstances', call, 'instance', tagsFor(input.TagSpecification, 'instance', TAGGABLE), launch),
    ...making(
      'RunInstances',
      call,
      'network-interface',
      tagsFor(input.TagSpecification, 'network-interface', TAGGABLE),
      {
        ...network,
        'ec2:Subnet': `arn:aws:ec2:${call.region}:${call.accountId}:subnet/${place.subnetId}`,
        'ec2:AssociatePublicIpAddress': [],
      },
    ),
    naming('RunInstances', call, 'subnet', place.subnetId, { ...network, 'ec2:AvailabilityZone': place.zone }),
    ...place.securityGroupIds.map((id) => naming('RunInstances', call, 'security-group', id, network)),
    ...volumes.flatMap((volume) => [
      ...making('RunInstances', call, 'volume', volumeTags, {
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
          // There are no instance profiles here: one is taken to hold the role of its name.
          {
            action: 'iam:PassRole',
            resource: profile.replace(':instance-profile/', ':role/'),
            context: { 'iam:PassedToService': 'ec2.amazonaws.com', 'iam:AssociatedResourceArn': [] },
          },
        ]
      : []),
  ];
};
