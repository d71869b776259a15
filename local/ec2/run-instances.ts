import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import type { Access, Call } from '../kernel/service.ts';
import { making, naming, on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { grantToAws } from './encryption.ts';
import { usableImage } from './find.ts';
import { launchAddress, launchPlace, launchVolumes, type NetworkWish } from './instance-launch.ts';
import { reservationXml } from './instance-render.ts';
import { startInstance } from './instance-states.ts';
import { instanceTypeOf } from './instance-types.ts';
import { makeVolume, prepareVolume } from './make-volume.ts';
import { madeBefore, requestHash } from './once.ts';
import type { Instance, Volume } from './records.ts';
import { blockDeviceMappings, bool, int, tagSpecifications, text, texts } from './schema.ts';
import { tagsFor } from './tags.ts';

const one = int.refine((count) => count === 1, 'must be 1 in the local cloud');
const TAGGABLE = ['instance', 'volume', 'network-interface'];

const shape = {
  ImageId: text,
  MinCount: one,
  MaxCount: one,
  InstanceType: text,
  SubnetId: text.optional(),
  SecurityGroupId: texts.optional(),
  SecurityGroup: texts.optional(),
  NetworkInterface: z
    .array(
      z.strictObject({
        DeviceIndex: z.literal('0'),
        SubnetId: text.optional(),
        SecurityGroupId: texts.optional(),
        PrivateIpAddress: text.optional(),
        AssociatePublicIpAddress: bool.optional(),
        DeleteOnTermination: bool.optional(),
        Description: text.optional(),
      }),
    )
    .length(1)
    .optional(),
  PrivateIpAddress: text.optional(),
  KeyName: text.optional(),
  IamInstanceProfile: z.strictObject({ Arn: text.optional(), Name: text.optional() }).optional(),
  BlockDeviceMapping: blockDeviceMappings.optional(),
  TagSpecification: tagSpecifications.optional(),
  ClientToken: text.max(64).optional(),
  Placement: z
    .strictObject({ AvailabilityZone: text.optional(), Tenancy: z.enum(['default', 'dedicated']).optional() })
    .optional(),
  UserData: text.optional(),
  EbsOptimized: bool.default(false),
  Monitoring: z.strictObject({ Enabled: bool }).optional(),
  DisableApiTermination: bool.default(false),
  DisableApiStop: bool.default(false),
  InstanceInitiatedShutdownBehavior: z.enum(['stop', 'terminate']).default('stop'),
  MetadataOptions: z
    .strictObject({
      HttpTokens: z.enum(['optional', 'required']).optional(),
      HttpPutResponseHopLimit: int.optional(),
      HttpEndpoint: z.enum(['enabled', 'disabled']).optional(),
      HttpProtocolIpv6: z.enum(['enabled', 'disabled']).optional(),
      InstanceMetadataTags: z.enum(['enabled', 'disabled']).optional(),
    })
    .optional(),
};

type Input = z.output<z.ZodObject<typeof shape>>;

export const runInstances = (ec2: Ec2) =>
  ec2Operation({
    name: 'RunInstances',
    input: shape,
    redact: ['UserData'],
    access: (input, call) => accessOf(ec2, call, input),
    async run(input, call) {
      const request = requestHash(input);
      const madeAlready = () => madeBefore(ec2.instances.in(call.accountId, call.region), input.ClientToken, request);
      const before = madeAlready();
      if (before) return reservationXml(ec2, [before]);
      const image = usableImage(ec2, call, input.ImageId);
      const type = instanceTypeOf(input.InstanceType);
      if (type.architecture !== image.architecture) {
        const what = `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI.`;
        throw new AwsError('InvalidParameterValue', what);
      }
      if (image.bootMode && image.bootMode !== 'uefi-preferred' && !type.bootModes.includes(image.bootMode)) {
        const what = `The boot mode '${image.bootMode}' is not supported by instance type '${type.id}'.`;
        throw new AwsError('InvalidParameterCombination', what);
      }
      if (type.hypervisor === 'nitro' && !image.enaSupport) {
        const what = `Enhanced networking with the Elastic Network Adapter (ENA) is required for the '${type.id}' instance type. Ensure that you are using an AMI that is enabled for ENA.`;
        throw new AwsError('InvalidParameterCombination', what);
      }
      if (input.KeyName !== undefined)
        throw new AwsError('InvalidKeyPair.NotFound', `The key pair '${input.KeyName}' does not exist`);
      const wish = networkWish(input);
      const place = launchPlace(call, wish);
      const instance: Instance = {
        id: ec2.newId('i'),
        accountId: call.accountId,
        region: call.region,
        reservationId: ec2.newId('r'),
        imageId: image.id,
        instanceType: type.id,
        state: 'pending',
        transitionReason: '',
        launchedAt: ec2.now,
        zone: place.zone,
        subnetId: place.subnetId,
        vpcId: place.vpcId,
        securityGroupIds: place.securityGroupIds,
        privateIp: launchAddress(ec2, call, place, wish.privateIp),
        networkInterfaceId: ec2.newId('eni'),
        ...(input.IamInstanceProfile && { profileArn: profileArn(call, input.IamInstanceProfile) }),
        ...(input.UserData !== undefined && { userData: input.UserData }),
        rootDeviceName: image.rootDeviceName,
        architecture: image.architecture,
        virtualizationType: image.virtualizationType,
        ...(image.bootMode && { bootMode: image.bootMode }),
        ...(image.tpmSupport && { tpmSupport: image.tpmSupport }),
        enaSupport: image.enaSupport,
        ...(image.sriovNetSupport && { sriovNetSupport: image.sriovNetSupport }),
        ebsOptimized: input.EbsOptimized,
        monitoring: input.Monitoring?.Enabled ?? false,
        disableApiTermination: input.DisableApiTermination,
        disableApiStop: input.DisableApiStop,
        shutdownBehavior: input.InstanceInitiatedShutdownBehavior,
        tenancy: input.Placement?.Tenancy ?? 'default',
        sourceDestCheck: true,
        metadataOptions: metadataOptions(input, image.imdsSupport),
        licence: image.licence,
        tags: tagsFor(input.TagSpecification, 'instance', TAGGABLE),
        createdAt: ec2.now,
        ...(input.ClientToken !== undefined && { clientToken: input.ClientToken, request }),
      };
      const volumes = await prepareVolumes(ec2, call, instance, input);
      // Another call with this token may have been quicker.
      const meanwhile = madeAlready();
      if (meanwhile) return reservationXml(ec2, [meanwhile]);
      ec2.instances.put(
        volumes.some(({ state }) => state === 'error') ? { ...instance, failure: KEY_FAILURE } : instance,
      );
      for (const volume of volumes) makeVolume(ec2, volume);
      startInstance(ec2, instance.id);
      return reservationXml(ec2, [ec2.instances.get(instance.id) ?? instance]);
    },
  });

/** As on AWS: a key that can't be used lets the instance start and end again. */
const KEY_FAILURE = { code: 'Client.InternalError', message: 'Client.InternalError: Client error on launch' };

const prepareVolumes = async (ec2: Ec2, call: Call, instance: Instance, input: Input): Promise<Volume[]> => {
  const image = usableImage(ec2, call, input.ImageId);
  const tags = tagsFor(input.TagSpecification, 'volume', TAGGABLE);
  const volumes: Volume[] = [];
  for (const { device, deleteOnTermination, ...wish } of launchVolumes(ec2, call, image, input.BlockDeviceMapping)) {
    const volume = await prepareVolume(ec2, call, {
      ...wish,
      id: ec2.newId('vol'),
      zone: instance.zone,
      tags,
      ...(device === instance.rootDeviceName && { licence: instance.licence }),
      attachment: { instanceId: instance.id, device, state: 'attaching', attachedAt: ec2.now, deleteOnTermination },
    });
    volumes.push(await granted(ec2, call, volume, instance.id));
  }
  return volumes;
};

const granted = async (ec2: Ec2, call: Call, volume: Volume, instanceId: string): Promise<Volume> => {
  if (!volume.encryption || volume.state === 'error') return volume;
  try {
    await grantToAws(ec2, call, volume.encryption, instanceId);
    return volume;
  } catch (error) {
    if (error instanceof AwsError) return { ...volume, state: 'error', filling: false };
    throw error;
  }
};

const networkWish = (input: Input): NetworkWish => {
  const [card] = input.NetworkInterface ?? [];
  if (card && (input.SubnetId || input.SecurityGroupId || input.PrivateIpAddress)) {
    const what = 'Network interfaces and an instance-level subnet ID may not be specified on the same request';
    throw new AwsError('InvalidParameterCombination', what);
  }
  return {
    subnetId: card?.SubnetId ?? input.SubnetId,
    zone: input.Placement?.AvailabilityZone,
    securityGroupIds: card?.SecurityGroupId ?? input.SecurityGroupId,
    securityGroups: input.SecurityGroup,
    privateIp: card?.PrivateIpAddress ?? input.PrivateIpAddress,
  };
};

const profileArn = (call: Call, { Arn, Name }: { Arn?: string | undefined; Name?: string | undefined }): string => {
  if ((Arn === undefined) === (Name === undefined))
    throw new AwsError('InvalidParameterCombination', 'An instance profile is named by Arn or by Name.');
  return Arn ?? `arn:aws:iam::${call.accountId}:instance-profile/${Name}`;
};

const metadataOptions = (input: Input, imdsSupport: string | undefined): Record<string, string> => ({
  state: 'applied',
  httpTokens: input.MetadataOptions?.HttpTokens ?? (imdsSupport === 'v2.0' ? 'required' : 'optional'),
  httpPutResponseHopLimit: String(input.MetadataOptions?.HttpPutResponseHopLimit ?? (imdsSupport ? 2 : 1)),
  httpEndpoint: input.MetadataOptions?.HttpEndpoint ?? 'enabled',
  httpProtocolIpv6: input.MetadataOptions?.HttpProtocolIpv6 ?? 'disabled',
  instanceMetadataTags: input.MetadataOptions?.InstanceMetadataTags ?? 'disabled',
});

/** RunInstances asks for every resource that a launch uses or makes, and PassRole for the profile's role. */
const accessOf = (ec2: Ec2, call: Call, input: Input): Access[] => {
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
          {
            action: 'iam:PassRole',
            resource: profile.replace(':instance-profile/', ':role/'),
            context: { 'iam:PassedToService': 'ec2.amazonaws.com', 'iam:AssociatedResourceArn': [] },
          },
        ]
      : []),
  ];
};
