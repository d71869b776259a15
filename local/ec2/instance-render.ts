import type { Ec2 } from './ec2.ts';
import { volumesOf } from './find.ts';
import { bootModeOf, cpuXml } from './instance-options.ts';
import { stateXml } from './instance-states.ts';
import type { FurtherInterface, Instance, Volume } from './records.ts';
import { iso } from './render.ts';
import { tagSet } from './tags.ts';

/** RunInstances answers with a reservation; DescribeInstances with a list of them. */
export const reservationXml = (ec2: Ec2, instances: readonly Instance[]) => ({
  reservationId: instances[0]?.reservationId,
  ownerId: instances[0]?.accountId,
  groupSet: { item: [] },
  instancesSet: { item: instances.map((instance) => instanceXml(ec2, instance)) },
});

export const mappingXml = (volumes: readonly Volume[]) => ({
  item: volumes.map(({ id, attachment }) => ({
    deviceName: attachment?.device,
    ebs: {
      volumeId: id,
      status: attachment?.state,
      attachTime: attachment && iso(attachment.attachedAt),
      deleteOnTermination: attachment?.deleteOnTermination,
    },
  })),
});

const instanceXml = (ec2: Ec2, instance: Instance) => {
  const over = instance.state === 'terminated';
  return {
    instanceId: instance.id,
    imageId: instance.imageId,
    instanceState: stateXml(instance.state),
    privateDnsName: over ? '' : dnsNameOf(instance, instance.privateIp),
    dnsName: '',
    reason: instance.transitionReason,
    stateReason: instance.stateReason,
    keyName: instance.keyName,
    amiLaunchIndex: 0,
    productCodes: { item: [] },
    instanceType: instance.instanceType,
    launchTime: iso(instance.launchedAt),
    placement: { availabilityZone: instance.zone, groupName: '', tenancy: instance.tenancy },
    platform: instance.licence.platformDetails.startsWith('Windows') ? 'windows' : undefined,
    platformDetails: instance.licence.platformDetails,
    usageOperation: instance.licence.usageOperation,
    usageOperationUpdateTime: iso(instance.createdAt),
    monitoring: { state: instance.monitoring ? 'enabled' : 'disabled' },
    ...(!over && { subnetId: instance.subnetId, vpcId: instance.vpcId, privateIpAddress: instance.privateIp }),
    groupSet: groupsXml(instance.securityGroupIds),
    architecture: instance.architecture,
    rootDeviceType: 'ebs',
    rootDeviceName: instance.rootDeviceName,
    blockDeviceMapping: mappingXml(over ? [] : volumesOf(ec2, instance)),
    virtualizationType: instance.virtualizationType,
    clientToken: instance.clientToken ?? '',
    tagSet: tagSet(instance.tags),
    hypervisor: 'xen',
    networkInterfaceSet: {
      item: over ? [] : interfacesOf(instance).map((each) => networkInterfaceXml(instance, each)),
    },
    iamInstanceProfile: instance.profileArn && { arn: instance.profileArn },
    ebsOptimized: instance.ebsOptimized,
    enaSupport: instance.enaSupport,
    sriovNetSupport: instance.sriovNetSupport,
    sourceDestCheck: instance.sourceDestCheck,
    bootMode: instance.bootMode,
    currentInstanceBootMode: bootModeOf(instance),
    cpuOptions: cpuXml(instance),
    hibernationOptions: { configured: instance.hibernation ?? false },
    tpmSupport: instance.tpmSupport,
    metadataOptions: instance.metadataOptions,
  };
};

const interfacesOf = (instance: Instance): readonly FurtherInterface[] => [
  {
    id: instance.networkInterfaceId,
    deviceIndex: 0,
    subnetId: instance.subnetId,
    securityGroupIds: instance.securityGroupIds,
    privateIp: instance.privateIp,
    description: instance.networkInterfaceDescription ?? '',
  },
  ...(instance.furtherInterfaces ?? []),
];

const networkInterfaceXml = (instance: Instance, card: FurtherInterface) => {
  const privateDnsName = dnsNameOf(instance, card.privateIp);
  // ModifyInstanceAttribute changes it for an instance with one interface only.
  const sourceDestCheck = instance.sourceDestCheck;
  return {
    networkInterfaceId: card.id,
    subnetId: card.subnetId,
    vpcId: instance.vpcId,
    ownerId: instance.accountId,
    description: card.description,
    status: 'in-use',
    privateIpAddress: card.privateIp,
    privateDnsName,
    sourceDestCheck,
    interfaceType: 'interface',
    groupSet: groupsXml(card.securityGroupIds),
    attachment: {
      attachmentId: card.id.replace('eni-', 'eni-attach-'),
      deviceIndex: card.deviceIndex,
      networkCardIndex: 0,
      status: 'attached',
      attachTime: iso(instance.createdAt),
      deleteOnTermination: true,
    },
    privateIpAddressesSet: { item: [{ privateIpAddress: card.privateIp, primary: true, privateDnsName }] },
  };
};

const groupsXml = (ids: readonly string[]) => ({ item: ids.map((groupId) => ({ groupId, groupName: 'default' })) });

const dnsNameOf = ({ region }: Instance, address: string): string =>
  `ip-${address.replaceAll('.', '-')}.${region}.compute.internal`;
