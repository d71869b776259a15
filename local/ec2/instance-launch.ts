import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import type { Ec2 } from './ec2.ts';
import { usableSnapshot } from './find.ts';
import { freeAddress, groupNotFound, isInside, networkOf, subnetNotFound } from './network.ts';
import type { Image, Snapshot } from './records.ts';
import type { BlockDeviceMappings } from './schema.ts';

/** A volume that a launch makes. */
export interface LaunchVolume {
  readonly device: string;
  readonly snapshot?: Snapshot | undefined;
  readonly sizeGiB?: number | undefined;
  readonly volumeType?: string | undefined;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
  readonly encrypted?: boolean | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly deleteOnTermination: boolean;
}

/** The image's mappings, changed device by device by those of the request; NoDevice takes one away. */
export const launchVolumes = (
  ec2: Ec2,
  call: Call,
  image: Image,
  wishes: BlockDeviceMappings | undefined,
): LaunchVolume[] => {
  const volumes = new Map<string, LaunchVolume>();
  for (const { deviceName, ebs } of image.mappings) {
    if (!ebs) continue;
    const { snapshotId, deleteOnTermination = true, ...rest } = ebs;
    // Whoever may use an image may use its snapshots for launching.
    const snapshot = snapshotId === undefined ? undefined : ec2.snapshots.get(snapshotId);
    volumes.set(deviceName, { device: deviceName, snapshot, deleteOnTermination, ...rest });
  }
  for (const { DeviceName, NoDevice, Ebs } of wishes ?? []) {
    if (DeviceName === undefined) throw new AwsError('MissingParameter', 'A mapping must name its device.');
    if (NoDevice !== undefined) {
      volumes.delete(DeviceName);
      continue;
    }
    if (!Ebs) continue;
    const from = volumes.get(DeviceName);
    const isRoot = DeviceName === image.rootDeviceName;
    if (isRoot && Ebs.SnapshotId !== undefined && Ebs.SnapshotId !== from?.snapshot?.id) {
      throw new AwsError('InvalidBlockDeviceMapping', `snapshotId can only be modified on EBS devices`);
    }
    volumes.set(DeviceName, {
      device: DeviceName,
      snapshot: Ebs.SnapshotId === undefined ? from?.snapshot : usableSnapshot(ec2, call, Ebs.SnapshotId),
      sizeGiB: Ebs.VolumeSize ?? from?.sizeGiB,
      volumeType: Ebs.VolumeType ?? from?.volumeType,
      iops: Ebs.Iops ?? (Ebs.VolumeType === undefined ? from?.iops : undefined),
      throughput: Ebs.Throughput ?? (Ebs.VolumeType === undefined ? from?.throughput : undefined),
      encrypted: Ebs.Encrypted ?? from?.encrypted,
      kmsKeyId: Ebs.KmsKeyId,
      deleteOnTermination: Ebs.DeleteOnTermination ?? from?.deleteOnTermination ?? true,
    });
  }
  if (!volumes.has(image.rootDeviceName))
    throw new AwsError('InvalidBlockDeviceMapping', `The root device ${image.rootDeviceName} is missing.`);
  return [...volumes.values()];
};

export interface NetworkWish {
  readonly subnetId?: string | undefined;
  readonly zone?: string | undefined;
  readonly securityGroupIds?: readonly string[] | undefined;
  readonly securityGroups?: readonly string[] | undefined;
  readonly privateIp?: string | undefined;
}

export interface LaunchPlace {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly cidr: string;
  readonly securityGroupIds: readonly string[];
}

/** Where a launch goes: the subnet asked for, the zone's, or the first of the default VPC. */
export const launchPlace = (call: Call, wish: NetworkWish): LaunchPlace => {
  const { vpcId, subnets, securityGroupId } = networkOf(call);
  if (wish.zone !== undefined && !subnets.some(({ zone }) => zone === wish.zone))
    throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${wish.zone}]`);
  const subnet = wish.subnetId
    ? subnets.find(({ id }) => id === wish.subnetId)
    : subnets.find(({ zone }) => zone === (wish.zone ?? subnets[0]?.zone));
  if (!subnet) throw subnetNotFound(wish.subnetId ?? '');
  if (wish.zone !== undefined && subnet.zone !== wish.zone) {
    const what = `The subnet '${subnet.id}' is not in availability zone '${wish.zone}'.`;
    throw new AwsError('InvalidParameterValue', what);
  }
  for (const id of wish.securityGroupIds ?? []) if (id !== securityGroupId) throw groupNotFound(id);
  for (const name of wish.securityGroups ?? []) {
    if (name !== 'default') throw groupNotFound(name);
    if (wish.subnetId) {
      const what = `The parameter groupName cannot be used with the parameter subnet`;
      throw new AwsError('InvalidParameterCombination', what);
    }
  }
  return { vpcId, subnetId: subnet.id, zone: subnet.zone, cidr: subnet.cidr, securityGroupIds: [securityGroupId] };
};

/** `more`: what the same launch takes for others of its interfaces. */
export const launchAddress = (
  ec2: Ec2,
  call: Call,
  place: Pick<LaunchPlace, 'subnetId' | 'cidr'>,
  wish: string | undefined,
  more: readonly string[] = [],
): string => {
  const taken = new Set([
    ...more,
    ...[...ec2.instances.in(call.accountId, call.region)]
      .filter(({ state }) => state !== 'terminated')
      .flatMap((instance) => [instance, ...(instance.furtherInterfaces ?? [])])
      .filter(({ subnetId }) => subnetId === place.subnetId)
      .map(({ privateIp }) => privateIp),
  ]);
  if (wish === undefined) return freeAddress(place.cidr, taken);
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(wish) || !isInside(place.cidr, wish))
    throw new AwsError('InvalidParameterValue', `Address ${wish} does not fall within the subnet's address range`);
  if (taken.has(wish)) throw new AwsError('InvalidIPAddress.InUse', `Address ${wish} is in use.`);
  return wish;
};
