import type { Ec2 } from './ec2.ts';
import { volumesOf } from './find.ts';
import { stateXml } from './instance-states.ts';
import type { Instance, Volume } from './records.ts';
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
  const groupSet = { item: instance.securityGroupIds.map((groupId) => ({ groupId, groupName: 'default' })) };
  const dnsName = `ip-${instance.privateIp.replaceAll('.', '-')}.${instance.region}.compute.internal`;
  return {
    instanceId: instance.id,
    imageId: instance.imageId,
    instanceState: stateXml(instance.state),
    privateDnsName: over ? '' : dnsName,
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
    groupSet,
    architecture: instance.architecture,
    rootDeviceType: 'ebs',
    rootDeviceName: instance.rootDeviceName,
    blockDeviceMapping: mappingXml(over ? [] : volumesOf(ec2, instance)),
    virtualizationType: instance.virtualizationType,
    clientToken: instance.clientToken ?? '',
    tagSet: tagSet(instance.tags),
    hypervisor: 'xen',
    networkInterfaceSet: { item: over ? [] : [networkInterfaceXml(instance, groupSet, dnsName)] },
    iamInstanceProfile: instance.profileArn && { arn: instance.profileArn },
    ebsOptimized: instance.ebsOptimized,
    enaSupport: instance.enaSupport,
    sriovNetSupport: instance.sriovNetSupport,
    sourceDestCheck: instance.sourceDestCheck,
    bootMode: instance.bootMode,
    currentInstanceBootMode: instance.bootMode?.startsWith('uefi') ? 'uefi' : 'legacy-bios',
    tpmSupport: instance.tpmSupport,
    metadataOptions: instance.metadataOptions,
  };
};

const networkInterfaceXml = (instance: Instance, groupSet: unknown, dnsName: string) => ({
  networkInterfaceId: instance.networkInterfaceId,
  subnetId: instance.subnetId,
  vpcId: instance.vpcId,
  ownerId: instance.accountId,
  status: 'in-use',
  privateIpAddress: instance.privateIp,
  privateDnsName: dnsName,
  sourceDestCheck: instance.sourceDestCheck,
  interfaceType: 'interface',
  groupSet,
  attachment: {
    attachmentId: instance.networkInterfaceId.replace('eni-', 'eni-attach-'),
    deviceIndex: 0,
    status: 'attached',
    attachTime: iso(instance.createdAt),
    deleteOnTermination: true,
  },
  privateIpAddressesSet: { item: [{ privateIpAddress: instance.privateIp, primary: true, privateDnsName: dnsName }] },
});
